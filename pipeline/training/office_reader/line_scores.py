"""Held-out lines as read by the present and by a new reader.

Both read as in production: with all networks, the words, and the priors of the field.
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
from pipeline.values.kinds import TEXT

AT_ONCE = 64
"""Number of lines in a batch."""

_SIGNS = str.maketrans("", "", ".,;:-")
DPI = 300.0


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A line with the readings of both readers.

    Attributes:
        after: The new reader's text.
    """

    line: DecidedLine
    before: str
    after: str

    @property
    def scored(self) -> ScoredLine:
        """The line with its scores for the gate."""
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
    """Return lines with the readings of both readers.

    Args:
        after: The new reader.
        schemas: Declarations with the possible values of the fields.
    """
    compared: list[ComparedLine] = []
    for start in range(0, len(lines), AT_ONCE):
        batch = lines[start : start + AT_ONCE]
        crops = [line_crop(line, schemas) for line in batch]
        old, new = before.read(crops), after.read(crops)
        compared += [
            ComparedLine(line, first.text, second.text)
            for line, first, second in zip(batch, old, new, strict=True)
        ]
        say(len(compared))
    return tuple(compared)


def drawn_scores(
    lines: Sequence[tuple[Pixels, str, str]], before: HandwritingReader, after: HandwritingReader
) -> tuple[ScoredLine, ...]:
    """Return the scores of drawn lines for the gate: changes on other hands than the office's.

    Args:
        lines: Picture, text and pen of each line.
        after: The new reader.
    """
    crops = [Crop(pixels, DPI, TEXT.name) for pixels, _, _ in lines]
    scored = []
    for number, ((_, text, pen), old, new) in enumerate(
        zip(lines, before.read(crops), after.read(crops), strict=True)
    ):
        truth = comparable(text)
        wrong = [Levenshtein.distance(truth, comparable(reading.text)) for reading in (old, new)]
        scored.append(
            ScoredLine(f"drawn/{number}", f"drawn/{number}", pen, TEXT.name, "", len(truth), *wrong)
        )
    return tuple(scored)


def comparable(text: str) -> str:
    """Return a text as scored: NFC, casefolded, without signs that people omit."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().translate(_SIGNS).split())


def line_crop(line: DecidedLine, schemas: Schemas) -> Crop:
    """Return a line as given to a reader, with the possible values of its field, or only its kind if undeclared."""
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
        expects=spec.expected_shares,
    )
