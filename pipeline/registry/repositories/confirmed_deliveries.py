"""What people confirmed to be delivered of texts on paper, by entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from pipeline.delivery_rules import ConfirmedDelivery
from pipeline.registry.database.audit import add
from pipeline.registry.tables.confirmed_deliveries import confirmed_delivery

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
