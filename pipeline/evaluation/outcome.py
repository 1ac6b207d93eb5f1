"""One field scored: what is on paper beside what was said of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Levenshtein

from pipeline.evaluation.alignment import Alignment
from pipeline.evaluation.prediction import PredictedValue
from pipeline.kinds.spelling import folded
from pipeline.model import FieldStatus

UNPREDICTED = PredictedValue("", FieldStatus.UNREADABLE)
"""What stands for a field, or an entry, that nobody spoke of: not read, and not called blank."""

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w\s](?=\d)")


@dataclass(frozen=True)
class Outcome:
    """``truth`` is the text on paper, ``""`` when it is blank there."""

    column: str
    kind: str
    truth: str
    predicted: PredictedValue

    @cached_property
    def exact(self) -> bool:
        """The same text in NFC; what is blank on paper has to be called blank."""
        if not self.truth:
            return self.predicted.status is FieldStatus.BLANK
        return _nfc(self.truth) == _nfc(self.predicted.text)

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


def outcomes_of(alignment: Alignment, kind_of: Mapping[str, str]) -> tuple[Outcome, ...]:
    """Every column that truth holds, of every true entry. An entry nobody predicted counts as not read.

    ``kind_of`` a column; a column it lacks has kind ``""``.
    """
    scored = [(true.values, predicted.values) for true, predicted in alignment.pairs]
    scored += [(true.values, {}) for true in alignment.missing]
    return tuple(
        Outcome(column, kind_of.get(column, ""), truth, predictions.get(column, UNPREDICTED))
        for values, predictions in scored
        for column, truth in values.items()
    )


def loosened(text: str) -> str:
    """Case folded, spaces collapsed, punctuation dropped (between digits it parts them: 1/11 is not 11/1)."""
    parted = _BETWEEN_DIGITS.sub(" ", folded(text))
    return folded("".join(c for c in parted if not unicodedata.category(c).startswith("P")))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
