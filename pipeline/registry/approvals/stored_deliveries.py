"""Confirmed deliveries in the database, and the tables of approvals and of second signatures under amendments.

Confirmed deliveries name the entry as decisions do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, RowMapping, Table, UniqueConstraint, select

from pipeline.delivery_rules import ConfirmedDelivery
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import (
    APPEND_ONLY,
    MANY,
    METADATA,
    count_column,
    id_column,
    reference_to,
    text_column,
    time_column,
)

book_approval = Table(
    "book_approval",
    METADATA,
    id_column(),
    reference_to("book", index=True),
    text_column("kind"),
    text_column("state"),
    count_column("entries"),
    text_column("note"),
    text_column("author"),
    time_column("approved_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``state``: the digest of all that is delivered of the book (``value_digest``), which the approval is about; the last
row of a book counts."""

amendment_signature = Table(
    "amendment_signature",
    METADATA,
    id_column(),
    Column("amendment_id", MANY, ForeignKey("amendment.id"), nullable=False),
    text_column("author"),
    time_column("signed_at"),
    UniqueConstraint("amendment_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


confirmed_delivery = Table(
    "confirmed_delivery",
    METADATA,
    id_column(),
    reference_to("book", index=True),
    text_column("scan_sha256"),
    count_column("page_no"),
    count_column("row"),
    text_column("field"),
    text_column("written"),
    text_column("value"),
    text_column("note"),
    text_column("rule"),
    text_column("author"),
    time_column("confirmed_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``written``: the text on paper that ``value`` and ``note`` are about; the last row of a field counts. One without a
``rule`` takes the one before it back."""


Spot = tuple[int, str, int, int]
"""Book, scan, page and row of an entry."""


def confirmed_in(
    connection: Connection, book_ids: Collection[int]
) -> dict[Spot, dict[str, ConfirmedDelivery]]:
    """Return what was confirmed last of every field of whole books and not taken back."""
    found: dict[Spot, dict[str, ConfirmedDelivery]] = {}
    for row in confirmations_in_force(connection, book_ids):
        spot = (row["book_id"], row["scan_sha256"], row["page_no"], row["row"])
        found.setdefault(spot, {})[row["field"]] = ConfirmedDelivery(
            row["written"], row["value"], row["note"], row["rule"], row["author"]
        )
    return found


def confirmations_in_force(connection: Connection, book_ids: Collection[int]) -> tuple[RowMapping, ...]:
    """Return the row that counts of every confirmed field of whole books, the oldest first.

    A row without a rule takes the one before it back; what had been confirmed before that counts again.
    """
    rows = connection.execute(
        select(confirmed_delivery)
        .where(confirmed_delivery.c.book_id.in_(book_ids))
        .order_by(confirmed_delivery.c.id)
    )
    stacks: dict[tuple[Spot, str], list[RowMapping]] = {}
    for row in rows.mappings():
        spot = (row["book_id"], row["scan_sha256"], row["page_no"], row["row"])
        stack = stacks.setdefault((spot, row["field"]), [])
        if row["rule"]:
            stack.append(row)
        elif stack:
            stack.pop()
    return tuple(sorted((stack[-1] for stack in stacks.values() if stack), key=lambda row: row["id"]))


def take_back_confirmation(connection: Connection, last: RowMapping, author: str, at: datetime) -> None:
    """Add the row that takes one in force back."""
    row = {name: value for name, value in last.items() if name != "id"}
    add(
        connection,
        confirmed_delivery,
        [row | {"value": "", "note": "", "rule": "", "author": author, "confirmed_at": at}],
    )


def carry_confirmed(
    connection: Connection, book_id: int, places: Mapping[tuple[str, int, int], Mapping[str, Any]]
) -> int:
    """Add what was confirmed on entries to those that take their places; return how many rows.

    Args:
        places: From scan, page and row of each old entry to the place of the new one.
    """
    rows = connection.execute(
        select(confirmed_delivery)
        .where(confirmed_delivery.c.book_id == book_id)
        .order_by(confirmed_delivery.c.id)
    )
    new: Sequence[Mapping[str, Any]] = [
        {name: value for name, value in row.items() if name != "id"}
        | {"scan_sha256": place["sha256"], "page_no": place["page_no"], "row": place["row"]}
        for row in rows.mappings()
        if (place := places.get((row["scan_sha256"], row["page_no"], row["row"]))) is not None
    ]
    if new:
        add(connection, confirmed_delivery, [dict(one) for one in new])
    return len(new)
