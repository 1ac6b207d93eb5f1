"""Scores of fields (truth against prediction), and counts and shares over many fields."""

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
from pipeline.values.kinds import TEXT

SURE = 0.95
"""Confidence level of a bound: the share of samples for which it holds."""


def upper_bound(wrong: int, fields: int, sure: float = SURE) -> float | None:
    """Return the exact one-sided upper bound of an error rate; ``None`` without fields.

    Args:
        wrong: Number of errors.
        fields: Number of fields.
        sure: The confidence level.

    Source:
        Clopper and Pearson 1934.
    """
    return risk.upper_bound(fields, wrong, 1 - sure) if fields else None


def exceeds(wrong: int, fields: int, tolerated: float, sure: float = SURE) -> bool:
    """Return whether more fields are wrong than chance explains under a tolerated error rate."""
    return wrong > 0 and 1 - risk.binomial_cdf(wrong - 1, fields, tolerated) <= 1 - sure


UNPREDICTED = PredictedValue("", FieldStatus.UNREADABLE)
"""The prediction of a missing field or entry: unread and not blank."""

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w\s](?=\d)")


UNPREDICTED_ENTRY = PredictedEntry({})
"""The prediction of a missing entry."""


@dataclass(frozen=True)
class FieldOutcome:
    """A scored field.

    Attributes:
        column: The Ministry's column.
        truth: The text on paper; ``""`` if it is blank.
        spec: Declaration of the column; ``None`` for a column unknown to the record.
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
        """The kind; a choice with its list: ``choice:sex``."""
        return f"{self.kind}:{self.spec.vocab}" if self.spec and self.spec.vocab else self.kind

    @property
    def critical(self) -> bool:
        return self.spec is not None and self.spec.critical

    @cached_property
    def exact(self) -> bool:
        """Whether the texts are equal in NFC; a blank on paper must be predicted as blank."""
        if not self.truth:
            return self.predicted.status is FieldStatus.BLANK
        return _nfc(self.truth) == _nfc(self.predicted.text)

    @cached_property
    def right(self) -> bool:
        """Whether the registry would hold the value on paper.

        Names, places and free text must be exact. Dates and numbers are compared in canonical form, listed terms
        without case, punctuation and spaces.
        """
        if self.exact or not self.truth or self.predicted.status is not FieldStatus.READ:
            return self.exact
        kind = self.spec.value_kind if self.spec else TEXT
        if kind.is_listed:
            return self.alike
        if kind.is_verbatim:
            return False
        parsed = kind.parse(self.predicted.text)
        return parsed.canonical != "" and parsed.canonical == kind.parse(self.truth).canonical

    @cached_property
    def alike(self) -> bool:
        """Whether the texts are equal except for case, punctuation and spaces."""
        return self.exact if not self.truth else loosened(self.truth) == loosened(self.predicted.text)

    @cached_property
    def edits(self) -> int:
        """Edit distance from prediction to truth in characters."""
        return Levenshtein.distance(_nfc(self.predicted.text), _nfc(self.truth))

    @property
    def characters(self) -> int:
        return len(_nfc(self.truth))


def outcomes_of(
    alignment: Alignment, record: RecordSpec, book: str = "", form: str = ""
) -> tuple[FieldOutcome, ...]:
    """Return the outcomes of all columns of true entries; entries without a prediction count as unread."""
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
    """Return a text with folded case, collapsed spaces and no punctuation.

    Between digits, punctuation becomes a space: 1/11 is not 11/1.
    """
    parted = _BETWEEN_DIGITS.sub(" ", folded(text))
    return folded("".join(c for c in parted if not unicodedata.category(c).startswith("P")))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of fields, except ``edits`` and ``characters``. A share of zero fields is ``None``.

    Attributes:
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
        """Character error rate: edits per character on paper; above 1 if more was invented than written."""
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
        """Share of accepted fields whose registry value would differ from the paper."""
        return _share(self.accepted_wrong, self.accepted)

    @property
    def accepted_error_alike(self) -> float | None:
        """Share of accepted fields that differ in more than case, punctuation and spaces."""
        return _share(self.accepted_unlike, self.accepted)

    @property
    def accepted_error_bound(self) -> float | None:
        """Upper bound of the error rate of accepted fields, at the level ``SURE``."""
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
    """Return the counts over fields."""
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
