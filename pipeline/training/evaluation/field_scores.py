"""Fields scored one by one (what is on paper, what was predicted), and counts and shares over many of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Levenshtein

from pipeline.base.model import FieldStatus
from pipeline.base.text.tones import folded
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.recognition.calibration import risk
from pipeline.training.evaluation.text_alignment import Alignment, PredictedEntry, PredictedValue
from pipeline.values.kinds import KINDS

SURE = 0.95
"""The confidence level of a bound: the share of samples whose bound holds."""


def upper_bound(wrong: int, fields: int, sure: float = SURE) -> float | None:
    """Return the exact one-sided upper bound of a share of errors; ``None`` of no fields.

    Args:
        wrong: Errors seen.
        fields: Fields seen.
        sure: The confidence level.

    Source:
        Clopper and Pearson 1934.
    """
    return risk.upper_bound(fields, wrong, 1 - sure) if fields else None


def exceeds(wrong: int, fields: int, tolerated: float, sure: float = SURE) -> bool:
    """Return whether more fields were wrong than chance explains where that share of errors is tolerated."""
    return wrong > 0 and 1 - risk.binomial_cdf(wrong - 1, fields, tolerated) <= 1 - sure


UNPREDICTED = PredictedValue("", FieldStatus.UNREADABLE)
"""The value of a field, or of an entry, that nobody predicted: not read, and not called blank."""

_CANONICAL_KINDS = frozenset(
    {"age", "date", "date_words", "entry_number", "id_number", "number", "time", "volume"}
)
"""Kinds of which the registry holds the canonical form, not the text; of a choice it holds the code of its term."""

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w\s](?=\d)")


UNPREDICTED_ENTRY = PredictedEntry({})
"""In place of an entry that nobody predicted."""


@dataclass(frozen=True)
class FieldOutcome:
    """One field scored.

    Attributes:
        column: The Ministry's column.
        truth: The text on paper, ``""`` when it is blank there.
        predicted: What was said of it.
        spec: The column's declaration, ``None`` of a column the record lacks.
        entry: The predicted entry it was found in.
        book: The book.
        form: Its form.
    """

    column: str
    truth: str
    predicted: PredictedValue
    spec: FieldSpec | None = None
    entry: PredictedEntry = UNPREDICTED_ENTRY
    book: str = ""
    form: str = ""

    @property
    def kind(self) -> str:
        return self.spec.kind if self.spec else ""

    @property
    def kind_or_list(self) -> str:
        """The kind; for a choice with its list: ``choice:sex``."""
        return f"{self.kind}:{self.spec.vocab}" if self.spec and self.spec.vocab else self.kind

    @property
    def critical(self) -> bool:
        return self.spec is not None and self.spec.critical

    @cached_property
    def exact(self) -> bool:
        """Whether the text is the same in NFC; what is blank on paper has to be called blank."""
        if not self.truth:
            return self.predicted.status is FieldStatus.BLANK
        return _nfc(self.truth) == _nfc(self.predicted.text)

    @cached_property
    def right(self) -> bool:
        """Whether the registry would hold what is on paper.

        Names, places and free text have to be exact. A date, a number or a term of a list is held in canonical form,
        whatever is between its figures or in capitals.
        """
        if self.exact or not self.truth or self.predicted.status is not FieldStatus.READ:
            return self.exact
        if self.kind == "choice":
            return self.alike
        if self.kind not in _CANONICAL_KINDS:
            return False
        parsed = KINDS[self.kind].parse(self.predicted.text)
        return parsed.canonical != "" and parsed.canonical == KINDS[self.kind].parse(self.truth).canonical

    @cached_property
    def alike(self) -> bool:
        """Whether the text is the same but for case, punctuation and spaces."""
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
    """Return every column that the truth holds, of every true entry, columns in the record's order.

    An entry that nobody predicted counts as not read.
    """
    specs = {spec.column: spec for spec in record.fields if spec.column}
    order = {column: number for number, column in enumerate(specs)}
    scored = [*alignment.pairs, *((true, UNPREDICTED_ENTRY) for true in alignment.missing)]
    outcomes = [
        FieldOutcome(
            column, truth, predicted.values.get(column, UNPREDICTED), specs.get(column), predicted, book, form
        )
        for true, predicted in scored
        for column, truth in true.values.items()
    ]
    return tuple(sorted(outcomes, key=lambda o: (order.get(o.column, len(order)), o.column)))


def loosened(text: str) -> str:
    """Return a text with case folded, spaces collapsed and punctuation dropped.

    Between digits punctuation becomes a space: 1/11 is not 11/1.
    """
    parted = _BETWEEN_DIGITS.sub(" ", folded(text))
    return folded("".join(c for c in parted if not unicodedata.category(c).startswith("P")))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True, slots=True)
class Score:
    """Numbers of fields, except ``edits`` and ``characters``. A share of nothing is ``None``.

    Attributes:
        fields: All.
        exact, right, alike: As ``FieldOutcome`` says.
        edits, characters: Characters to change, and characters on paper.
        blank_on_paper, called_blank, blank_rightly: Blank in truth, as predicted, and both.
        accepted: Accepted without a person.
        accepted_wrong, accepted_unlike: Of those, not right, and not alike.
    """

    fields: int
    exact: int
    right: int
    alike: int
    edits: int
    characters: int
    blank_on_paper: int
    called_blank: int
    blank_rightly: int
    accepted: int
    accepted_wrong: int
    accepted_unlike: int

    @property
    def exact_share(self) -> float | None:
        return _share(self.exact, self.fields)

    @property
    def right_share(self) -> float | None:
        return _share(self.right, self.fields)

    @property
    def alike_share(self) -> float | None:
        return _share(self.alike, self.fields)

    @property
    def cer(self) -> float | None:
        """Character error rate: edits over characters on paper; above 1 where more was invented than is there."""
        return _share(self.edits, self.characters)

    @property
    def blank_precision(self) -> float | None:
        return _share(self.blank_rightly, self.called_blank)

    @property
    def blank_recall(self) -> float | None:
        return _share(self.blank_rightly, self.blank_on_paper)

    @property
    def accepted_share(self) -> float | None:
        return _share(self.accepted, self.fields)

    @property
    def accepted_error(self) -> float | None:
        """The share of accepted fields for which the registry would not hold the text on paper."""
        return _share(self.accepted_wrong, self.accepted)

    @property
    def accepted_error_alike(self) -> float | None:
        """The same, differences of case, punctuation and spaces aside."""
        return _share(self.accepted_unlike, self.accepted)

    @property
    def accepted_error_bound(self) -> float | None:
        """The upper bound of the share of accepted fields that are wrong, at the level ``SURE``."""
        return upper_bound(self.accepted_wrong, self.accepted)

    def as_dict(self) -> dict[str, int | float | None]:
        return {
            "fields": self.fields,
            "exact": self.exact_share,
            "right": self.right_share,
            "alike": self.alike_share,
            "cer": self.cer,
            "characters": self.characters,
            "edits": self.edits,
            "blank_on_paper": self.blank_on_paper,
            "blank_precision": self.blank_precision,
            "blank_recall": self.blank_recall,
            "accepted": self.accepted_share,
            "accepted_error": self.accepted_error,
            "accepted_fields": self.accepted,
            "accepted_wrong": self.accepted_wrong,
            "accepted_error_bound": self.accepted_error_bound,
            "accepted_error_alike": self.accepted_error_alike,
        }


def score_of(outcomes: Iterable[FieldOutcome]) -> Score:
    """Return the counts over those fields."""
    scored = list(outcomes)
    called_blank = [o for o in scored if o.predicted.status is FieldStatus.BLANK]
    accepted = [o for o in scored if o.predicted.accepted]
    return Score(
        fields=len(scored),
        exact=sum(o.exact for o in scored),
        right=sum(o.right for o in scored),
        alike=sum(o.alike for o in scored),
        edits=sum(o.edits for o in scored),
        characters=sum(o.characters for o in scored),
        blank_on_paper=sum(not o.truth for o in scored),
        called_blank=len(called_blank),
        blank_rightly=sum(not o.truth for o in called_blank),
        accepted=len(accepted),
        accepted_wrong=sum(not o.right for o in accepted),
        accepted_unlike=sum(not o.alike for o in accepted),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
