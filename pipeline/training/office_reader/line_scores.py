"""Lines that nothing was learnt from, as the reader in use and a new one read them.

Both read as the product does: all networks, the words, what the field may hold.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.base.model import Crop, Pixels
from pipeline.declarations.schema import Schemas
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.training.office_reader.decided_lines import DecidedLine
from pipeline.training.office_reader.gate import ScoredLine

AT_ONCE = 64
"""Lines that a reader gets together."""

_SIGNS = str.maketrans("", "", ".,;:-")
DPI = 300.0


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A line with what both readers read.

    Attributes:
        line: The line.
        before: What the reader in use reads.
        after: What the new one reads.
    """

    line: DecidedLine
    before: str
    after: str

    @property
    def scored(self) -> ScoredLine:
        """The line as the gate judges it."""
        truth = comparable(self.line.text)
        return ScoredLine(
            self.line.key,
            self.line.entry,
            self.line.writer,
            self.line.kind,
            self.line.form,
            len(truth),
            Levenshtein.distance(truth, comparable(self.before)),
            Levenshtein.distance(truth, comparable(self.after)),
        )

    @property
    def is_read_otherwise(self) -> bool:
        return comparable(self.before) != comparable(self.after)


def compared_lines(
    lines: Sequence[DecidedLine],
    before: HandwritingReader,
    after: HandwritingReader,
    schemas: Schemas,
    say: Callable[[int], None] = lambda _: None,
) -> tuple[ComparedLine, ...]:
    """Return what both readers read on some lines.

    Args:
        lines: The lines.
        before: The reader in use.
        after: The new reader.
        schemas: What the fields may hold.
        say: Takes how many lines are done.
    """
    found: list[ComparedLine] = []
    for start in range(0, len(lines), AT_ONCE):
        some = lines[start : start + AT_ONCE]
        crops = [line_crop(line, schemas) for line in some]
        old, new = before.read(crops), after.read(crops)
        found += [
            ComparedLine(line, one.text, other.text) for line, one, other in zip(some, old, new, strict=True)
        ]
        say(len(found))
    return tuple(found)


def drawn_scores(
    lines: Sequence[tuple[Pixels, str, str]], before: HandwritingReader, after: HandwritingReader
) -> tuple[ScoredLine, ...]:
    """Return drawn lines as the gate judges them: what other hands than the office's lose.

    Args:
        lines: Of each its picture, its text and its pen.
        before: The reader in use.
        after: The new reader.
    """
    crops = [Crop(pixels, DPI, "text") for pixels, _, _ in lines]
    found = []
    for number, ((_, text, pen), old, new) in enumerate(
        zip(lines, before.read(crops), after.read(crops), strict=True)
    ):
        truth = comparable(text)
        wrong = [Levenshtein.distance(truth, comparable(one.text)) for one in (old, new)]
        found.append(ScoredLine(f"drawn/{number}", f"drawn/{number}", pen, "text", "", len(truth), *wrong))
    return tuple(found)


def comparable(text: str) -> str:
    """Return a text as it is scored: NFC, in small letters, without the signs that people leave out."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().translate(_SIGNS).split())


def line_crop(line: DecidedLine, schemas: Schemas) -> Crop:
    """Return a line as a reader gets it, with what its field may hold; of a field declared no more, by its kind."""
    form = schemas.form(line.form)
    spec = schemas.record(form.record).by_name.get(line.field)
    if spec is None:
        return Crop(pixels=np.ascontiguousarray(line.pixels), dpi=DPI, kind=line.kind)
    vocabulary = schemas.vocabulary(spec)
    slot = next((slot for slot in form.slots if line.field in slot.field_names), None)
    parts = [piece.part for piece in slot.pieces] if slot is not None else []
    return Crop(
        pixels=np.ascontiguousarray(line.pixels),
        dpi=DPI,
        kind=line.kind,
        terms=vocabulary.spellings if vocabulary else (),
        part=parts[line.number] if line.number < len(parts) else "",
        usual=spec.usual,
    )
