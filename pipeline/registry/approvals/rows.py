"""The tables of approvals, second signatures under amendments, and confirmed deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import UniqueConstraint

from pipeline.registry.database.columns import PROVEN, Id, newest_only, refers, table


@dataclass(frozen=True, slots=True)
class BookApprovalRow:
    """An approval of a book or its withdrawal (``kind``: ``ApprovalKind``); the last row of a book counts.

    ``state``: digest of all that is delivered of the book (``value_digest``).
    """

    id: Id
    book_id: Annotated[int, refers("book", index=True)]
    kind: str
    state: str
    entries: int
    note: str
    author: str
    approved_at: datetime


book_approval = table(
    "book_approval", BookApprovalRow, sqlite_autoincrement=True, info=newest_only(PROVEN, missed=True)
)


@dataclass(frozen=True, slots=True)
class AmendmentSignatureRow:
    """The second signature under an amendment."""

    id: Id
    amendment_id: Annotated[int, refers("amendment", many=True)]
    author: str
    signed_at: datetime


amendment_signature = table(
    "amendment_signature",
    AmendmentSignatureRow,
    UniqueConstraint("amendment_id"),
    sqlite_autoincrement=True,
    info=newest_only(PROVEN, missed=True),
)


@dataclass(frozen=True, slots=True)
class ConfirmedDeliveryRow:
    """A confirmed delivery of a field; it names the entry as decisions do.

    The last row of a field counts; a row without a ``rule`` withdraws the row before it. ``written``: the text on paper
    to which ``value`` and ``note`` belong.
    """

    id: Id
    book_id: Annotated[int, refers("book", index=True)]
    scan_sha256: str
    page_no: int
    row: int
    field: str
    written: str
    value: str
    note: str
    rule: str
    author: str
    confirmed_at: datetime


confirmed_delivery = table("confirmed_delivery", ConfirmedDeliveryRow, sqlite_autoincrement=True, info=PROVEN)
