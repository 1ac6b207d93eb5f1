"""Amendments of fields by decisions of an authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.base.model import PageRef


class AmendmentKind(StrEnum):
    """The kind of change by an amendment (Luật Hộ tịch 2014, Art. 4(12), 4(13)).

    Attributes:
        CORRECTION: Cải chính, another value.
        SUPPLEMENT: Bổ sung, a value for a field without a value.
        WITHDRAWN: The withdrawal of an amendment that was noted by mistake.
    """

    CORRECTION = "correction"
    SUPPLEMENT = "supplement"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AmendmentOrder:
    """The decision of an authority that orders an amendment.

    Attributes:
        decided_on: A whole day, ``dd.mm.yyyy``.
        legal_basis: The article or the document.
        paper: The scanned page of the decision, if any.
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
        old: The effective value before it; ``""`` if blank or unknown.
        value: The new value in its canonical form, else as written.
        author: The person who noted it.
        reason: Reason of a withdrawal.
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
