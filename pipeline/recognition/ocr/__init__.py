"""Engines of text recognition: one protocol, one module for each engine.

An engine gets crops of single lines, in batches, and returns verbatim text with a confidence whose meaning is its own.
``Engines`` is the set that a page is read with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.base.model import Crop, FoundLabel, LineReading, Pixels, Quality, Word


class OcrEngine(Protocol):
    """Recognizes single lines. ``fingerprint`` changes whenever the same crop could be read otherwise."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        """Return one reading for each crop, in order."""
        ...


class PrintReader(Protocol):
    """Recognizes the printed words of a whole page."""

    @property
    def fingerprint(self) -> str: ...

    def words(self, grey: Pixels, dpi: float) -> tuple[Word, ...]:
        """Return the words, with boxes in pixels of ``grey``."""
        ...


class WritingClassifier(Protocol):
    """Distinguishes typed lines from handwritten ones."""

    @property
    def fingerprint(self) -> str: ...

    def print_chances(self, crops: Sequence[Crop]) -> tuple[float, ...]:
        """Return for each crop the probability 0..1 that it is type."""
        ...


class QualityGate(Protocol):
    """Finds pages that should be scanned again."""

    @property
    def fingerprint(self) -> str: ...

    def flaws(self, quality: Quality) -> tuple[str, ...]:
        """Return the codes of the findings for a page with these measures."""
        ...


class BlankForm(Protocol):
    """Knows the print of one book by its picture."""

    def find_labels(self, page: Pixels, dpi: float) -> tuple[FoundLabel, ...]:
        """Return the printed labels of a levelled page, in pixels of ``page``; none where it is another form's."""
        ...


@dataclass(frozen=True)
class Engines:
    """What a page is read with.

    Attributes:
        labels: Recognizes the printed labels of the whole page.
        print: Recognizes printed and typed values.
        digits: A second reader of printed and typed digits.
        writing: Distinguishes typed lines from handwritten ones; without it every value counts as handwritten.
        hand: Recognizes handwriting; ``None`` until a model is installed.
        gate: Finds pages to scan again; without it every page counts as good.
        template: What was learnt of the print of the book; no part of the fingerprint, since it finds the labels
            sooner, not elsewhere.
    """

    labels: PrintReader
    print: OcrEngine
    digits: OcrEngine | None = None
    writing: WritingClassifier | None = None
    hand: OcrEngine | None = None
    gate: QualityGate | None = None
    template: BlankForm | None = None

    @property
    def fingerprint(self) -> str:
        parts = (self.labels, self.print, self.digits, self.writing, self.hand, self.gate)
        return "+".join(part.fingerprint for part in parts if part is not None)

    @property
    def hand_fingerprint(self) -> str:
        """The fingerprint of what reads handwriting, by which a calibration is bound; ``""`` without a reader."""
        return self.hand.fingerprint if self.hand is not None else ""
