"""An amendment: what was ordered, by whom, on which basis, and the value that it takes the place of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.base.model import PageRef


class AmendmentKind(StrEnum):
    """How an amendment changes a field (Luật Hộ tịch 2014, Art. 4(12), 4(13)).

    Attributes:
        CORRECTION: Cải chính, another value.
        SUPPLEMENT: Bổ sung, a value where there was none.
        WITHDRAWN: An amendment that was noted by mistake is taken back.
    """

    CORRECTION = "correction"
    SUPPLEMENT = "supplement"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AmendmentOrder:
    """The decision on which an amendment rests.

    Attributes:
        decision_number: The number of the decision.
        decided_on: A whole day, ``dd.mm.yyyy``.
        legal_basis: The article or the document.
        authority: The authority that decided.
        paper: The page that the decision was scanned as, if it was.
    """

    decision_number: str
    decided_on: str
    legal_basis: str
    authority: str = ""
    paper: PageRef | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """One amendment of a field.

    Attributes:
        amendment_id: Its number.
        field: The field that it changes.
        kind: How it changes the field.
        old: The effective value before it (``""`` = blank, or nothing known).
        value: The value from then on, in its canonical form where it has one, else as it was written.
        order: The decision on which it rests.
        author: Who noted it.
        noted_at: When it was noted.
        reason: Why an amendment was taken back.
    """

    amendment_id: int
    field: str
    kind: AmendmentKind
    old: str
    value: str
    order: AmendmentOrder
    author: str
    noted_at: datetime
    reason: str = ""
