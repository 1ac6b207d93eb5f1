"""What people confirmed to be delivered of texts on paper, by entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from pipeline.delivery import ConfirmedDelivery
from pipeline.registry.database.audit import add
from pipeline.registry.tables.confirmed_deliveries import confirmed_delivery

Spot = tuple[int, str, int, int]
"""Book, scan, page and row of an entry."""


def confirmed_in(
    connection: Connection, book_ids: Collection[int]
) -> dict[Spot, dict[str, ConfirmedDelivery]]:
    """Return what was confirmed last of every field of whole books."""
    rows = connection.execute(
        select(confirmed_delivery)
        .where(confirmed_delivery.c.book_id.in_(book_ids))
        .order_by(confirmed_delivery.c.id)
    )
    found: dict[Spot, dict[str, ConfirmedDelivery]] = {}
    for row in rows.mappings():
        spot = (row["book_id"], row["scan_sha256"], row["page_no"], row["row"])
        found.setdefault(spot, {})[row["field"]] = ConfirmedDelivery(
            row["written"], row["value"], row["note"], row["rule"], row["author"]
        )
    return found


def carry_confirmed(
    connection: Connection, book_id: int, places: Mapping[tuple[str, int, int], Mapping[str, Any]]
) -> int:
    """Add what was confirmed on entries to those that take their places; return how many rows.

    Args:
        connection: A transaction.
        book_id: Their book.
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
