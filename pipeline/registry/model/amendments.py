"""An amendment: what was ordered, by whom, on which basis, and the value that it takes the place of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.model import PageRef


class AmendmentKind(StrEnum):
    """``CORRECTION``: cải chính, another value; ``SUPPLEMENT``: bổ sung, a value where there was none (Luật Hộ tịch
    2014, Art. 4(12), 4(13)); ``WITHDRAWN``: an amendment that was noted by mistake is taken back."""

    CORRECTION = "correction"
    SUPPLEMENT = "supplement"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AmendmentOrder:
    """On what an amendment rests. ``decided_on``: a whole day, ``dd.mm.yyyy``; ``legal_basis``: the article or the
    document; ``authority``: who decided; ``paper``: the page that the decision was scanned as, if it was."""

    decision_number: str
    decided_on: str
    legal_basis: str
    authority: str = ""
    paper: PageRef | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """One row. ``old``: the value in force before it (``""`` = blank, or nothing known); ``value``: the value from then
    on, in its canonical form where it has one, else as it was written."""

    amendment_id: int
    field: str
    kind: AmendmentKind
    old: str
    value: str
    order: AmendmentOrder
    author: str
    noted_at: datetime
    reason: str = ""
