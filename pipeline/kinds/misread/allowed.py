"""What a reading allows."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.kinds.calendar import PartialDate
from pipeline.kinds.misread.evidence import Evidence, RankedDate


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """The dates that a text allows, likeliest first, the one that is sure (``None`` when unsure), and the evidence
    (``None`` for a text that is no date)."""

    dates: tuple[RankedDate, ...]
    sure: PartialDate | None
    evidence: Evidence | None


NOTHING = Allowed((), None, None)
