"""One field scored: what is on paper beside what was said of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Levenshtein

from pipeline.evaluation.alignment import Alignment
from pipeline.evaluation.prediction import PredictedEntry, PredictedValue
from pipeline.kinds import KINDS
from pipeline.model import FieldStatus
from pipeline.schema import FieldSpec, RecordSpec
from pipeline.text.tones import folded

UNPREDICTED = PredictedValue("", FieldStatus.UNREADABLE)
"""What stands for a field, or an entry, that nobody spoke of: not read, and not called blank."""

_HELD_BY_FIGURES = frozenset(
    {"age", "date", "date_words", "entry_number", "id_number", "number", "time", "volume"}
)
"""Kinds of which the registry holds a canonical form, not the text; of a choice it holds the code of its term."""

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w\s](?=\d)")


NOWHERE = PredictedEntry({})
"""What stands for an entry that nobody predicted."""


@dataclass(frozen=True)
class FieldOutcome:
    """``truth`` is the text on paper, ``""`` when it is blank there. ``spec`` is the column's declaration, ``None``
    of a column the record lacks; ``entry`` is the predicted one it was found in.
    """

    column: str
    truth: str
    predicted: PredictedValue
    spec: FieldSpec | None = None
    entry: PredictedEntry = NOWHERE
    book: str = ""
    form: str = ""

    @property
    def kind(self) -> str:
        return self.spec.kind if self.spec else ""

    @property
    def kind_or_list(self) -> str:
        """The kind; of a choice with the list it is from: ``choice:sex``."""
        return f"{self.kind}:{self.spec.vocab}" if self.spec and self.spec.vocab else self.kind

    @property
    def critical(self) -> bool:
        return self.spec is not None and self.spec.critical

    @cached_property
    def exact(self) -> bool:
        """The same text in NFC; what is blank on paper has to be called blank."""
        if not self.truth:
            return self.predicted.status is FieldStatus.BLANK
        return _nfc(self.truth) == _nfc(self.predicted.text)

    @cached_property
    def right(self) -> bool:
        """Whether the registry would hold what stands on paper. Names, places and free text have to be exact. A date,
        a number or a term of a list is held in canonical form, whatever stands between its figures or in capitals."""
        if self.exact or not self.truth or self.predicted.status is not FieldStatus.READ:
            return self.exact
        if self.kind == "choice":
            return self.alike
        if self.kind not in _HELD_BY_FIGURES:
            return False
        said = KINDS[self.kind].parse(self.predicted.text)
        return said.canonical != "" and said.canonical == KINDS[self.kind].parse(self.truth).canonical

    @cached_property
    def alike(self) -> bool:
        """The same but for case, punctuation and spaces."""
        return self.exact if not self.truth else loosened(self.truth) == loosened(self.predicted.text)

    @cached_property
    def edits(self) -> int:
        """Characters to insert, delete or replace to make the truth of the prediction."""
        return Levenshtein.distance(_nfc(self.predicted.text), _nfc(self.truth))

    @property
    def characters(self) -> int:
        return len(_nfc(self.truth))


def outcomes_of(
    alignment: Alignment, record: RecordSpec, book: str = "", form: str = ""
) -> tuple[FieldOutcome, ...]:
    """Every column that truth holds, of every true entry, columns in the record's order. An entry nobody predicted
    counts as not read.
    """
    specs = {spec.column: spec for spec in record.fields if spec.column}
    order = {column: number for number, column in enumerate(specs)}
    scored = [*alignment.pairs, *((true, NOWHERE) for true in alignment.missing)]
    outcomes = [
        FieldOutcome(
            column, truth, predicted.values.get(column, UNPREDICTED), specs.get(column), predicted, book, form
        )
        for true, predicted in scored
        for column, truth in true.values.items()
    ]
    return tuple(sorted(outcomes, key=lambda o: (order.get(o.column, len(order)), o.column)))


def loosened(text: str) -> str:
    """Case folded, spaces collapsed, punctuation dropped (between digits it parts them: 1/11 is not 11/1)."""
    parted = _BETWEEN_DIGITS.sub(" ", folded(text))
    return folded("".join(c for c in parted if not unicodedata.category(c).startswith("P")))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
