"""Confirmed deliveries in the database, and the tables of approvals and of second signatures under amendments.

Confirmed deliveries name the entry as decisions do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import Connection, UniqueConstraint, select

from pipeline.delivery_rules import ConfirmedDelivery
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import APPEND_ONLY, Id, refers, rows_of, table, values_of
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import Placed, part_of_row


@dataclass(frozen=True, slots=True)
class BookApprovalRow:
    """An approval of a book.

    The last row of a book counts. ``state``: the digest of all that is delivered of the book (``value_digest``).
    """

    id: Id
    book_id: Annotated[int, refers("book", index=True)]
    kind: str
    state: str
    entries: int
    note: str
    author: str
    approved_at: datetime


book_approval = table("book_approval", BookApprovalRow, sqlite_autoincrement=True, info=APPEND_ONLY)


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
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class ConfirmedDeliveryRow:
    """``written``: the text on paper that ``value`` and ``note`` are about.

    The last row of a field counts. One without a ``rule`` takes the one before it back.
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


confirmed_delivery = table(
    "confirmed_delivery", ConfirmedDeliveryRow, sqlite_autoincrement=True, info=APPEND_ONLY
)


def confirmed_in(
    connection: Connection, book_ids: Collection[int]
) -> dict[RegistryPart, dict[str, ConfirmedDelivery]]:
    """Return what was confirmed last of every field of whole books and not taken back."""
    found: dict[RegistryPart, dict[str, ConfirmedDelivery]] = {}
    for row in confirmations_in_force(connection, book_ids):
        found.setdefault(part_of_row(row), {})[row.field] = ConfirmedDelivery(
            row.written, row.value, row.note, row.rule, row.author
        )
    return found


def confirmations_in_force(
    connection: Connection, book_ids: Collection[int]
) -> tuple[ConfirmedDeliveryRow, ...]:
    """Return the row that counts of every confirmed field of whole books, the oldest first.

    A row without a rule takes the one before it back; what had been confirmed before that counts again.
    """
    query = (
        select(confirmed_delivery)
        .where(confirmed_delivery.c.book_id.in_(book_ids))
        .order_by(confirmed_delivery.c.id)
    )
    stacks: dict[tuple[RegistryPart, str], list[ConfirmedDeliveryRow]] = {}
    for row in rows_of(connection, ConfirmedDeliveryRow, query):
        stack = stacks.setdefault((part_of_row(row), row.field), [])
        if row.rule:
            stack.append(row)
        elif stack:
            stack.pop()
    return tuple(sorted((stack[-1] for stack in stacks.values() if stack), key=lambda row: row.id))


def take_back_confirmation(
    connection: Connection, last: ConfirmedDeliveryRow, author: str, at: datetime
) -> None:
    """Add the row that takes one in force back."""
    row = values_of(last)
    add(
        connection,
        confirmed_delivery,
        [row | {"value": "", "note": "", "rule": "", "author": author, "confirmed_at": at}],
    )


def carry_confirmed(connection: Connection, book_id: int, places: Mapping[RegistryPart, Placed]) -> int:
    """Add what was confirmed on entries to those that take their places; return how many rows.

    Args:
        places: The place of each new entry by the part of the registry that the old entry is.
    """
    query = (
        select(confirmed_delivery)
        .where(confirmed_delivery.c.book_id == book_id)
        .order_by(confirmed_delivery.c.id)
    )
    new = [
        values_of(row) | {"scan_sha256": place.sha256, "page_no": place.page_no, "row": place.row}
        for row in rows_of(connection, ConfirmedDeliveryRow, query)
        if (place := places.get(part_of_row(row))) is not None
    ]
    return len(add(connection, confirmed_delivery, new))
