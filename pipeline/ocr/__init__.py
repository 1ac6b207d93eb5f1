"""Readers: one Protocol, one module an engine.

A reader gets crops of single lines, in batches, and returns what it read, verbatim, with a confidence whose meaning is
the engine's own. ``Engines`` is the set a page is read with: a whole-page reader of print (labels), a line reader of
printed and typed values, and, where a model is installed, a line reader of handwriting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.model import Crop, FoundLabel, LineReading, Pixels, Quality, Word


class OcrEngine(Protocol):
    """Reads single lines. ``fingerprint`` changes whenever the same crop could be read otherwise."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        """One reading a crop, in order."""
        ...


class PrintReader(Protocol):
    """Finds the printed words of a whole page."""

    @property
    def fingerprint(self) -> str: ...

    def words(self, grey: Pixels, dpi: float) -> tuple[Word, ...]:
        """Words in pixels of the picture given."""
        ...


class WritingClassifier(Protocol):
    """Tells typed lines from handwritten ones."""

    @property
    def fingerprint(self) -> str: ...

    def print_chances(self, crops: Sequence[Crop]) -> tuple[float, ...]:
        """For each crop the chance 0..1 that it is type."""
        ...


class QualityGate(Protocol):
    """Tells pages that should be scanned again."""

    @property
    def fingerprint(self) -> str: ...

    def flaws(self, quality: Quality) -> tuple[str, ...]:
        """The codes of the findings that a page with these measures calls for."""
        ...


class BlankForm(Protocol):
    """Knows the print of one book by its picture."""

    def find_labels(self, page: Pixels, dpi: float) -> tuple[FoundLabel, ...]:
        """The printed labels of a levelled page, in pixels of the picture given; none where it is another form's."""
        ...


@dataclass(frozen=True)
class Engines:
    """What a page is read with. ``digits`` is a second reader of figures. Without a ``writing`` judge every value
    counts as handwritten; ``hand`` is ``None`` until a handwriting model is installed; without a ``gate`` every page
    counts as good. ``template`` is what the book has taught of its own print, and no part of the fingerprint: it says
    sooner where the labels stand, not otherwise."""

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
        """Of all that weighs handwriting, the reader and the further witness of figures; ``""`` without a reader. A
        calibration speaks of one of these."""
        if self.hand is None:
            return ""
        return "+".join(part.fingerprint for part in (self.hand, self.digits) if part is not None)
