"""Counts over many outcomes, and the shares that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.evaluation.bound import upper_bound
from pipeline.evaluation.outcome import FieldOutcome
from pipeline.model import FieldStatus


@dataclass(frozen=True, slots=True)
class Score:
    """Numbers of fields, but for ``edits`` and ``characters``. A share of nothing is ``None``."""

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
        """Character error rate: edits over characters on paper; above 1 where more was invented than stands
        there.
        """
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
        """The same, differences of case, punctuation and spaces forgiven."""
        return _share(self.accepted_unlike, self.accepted)

    @property
    def accepted_error_bound(self) -> float | None:
        """What the share of accepted fields that are wrong stays below, as sure as ``bound.SURE``."""
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
