"""Confirmed deliveries in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.delivery_rules import ConfirmedDelivery
from pipeline.registry.approvals.rows import ConfirmedDeliveryRow, confirmed_delivery
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.withdrawals.stored_withdrawals import Placed

Spot = tuple[int, str, int, int]
"""Book, scan, page and row of an entry."""


def confirmed_in(
    connection: Connection, book_ids: Collection[int]
) -> dict[Spot, dict[str, ConfirmedDelivery]]:
    """Return the confirmed deliveries in force of whole books, by entry and field."""
    in_force: dict[Spot, dict[str, ConfirmedDelivery]] = {}
    for row in confirmations_in_force(connection, book_ids):
        spot = (row.book_id, row.scan_sha256, row.page_no, row.row)
        in_force.setdefault(spot, {})[row.field] = ConfirmedDelivery(
            row.written, row.value, row.note, row.rule, row.author
        )
    return in_force


def confirmations_in_force(
    connection: Connection, book_ids: Collection[int]
) -> tuple[ConfirmedDeliveryRow, ...]:
    """Return the row in force of every confirmed field of whole books, oldest first.

    After a withdrawal the confirmation before the withdrawn row is in force again.
    """
    query = (
        select(confirmed_delivery)
        .where(confirmed_delivery.c.book_id.in_(book_ids))
        .order_by(confirmed_delivery.c.id)
    )
    stacks: dict[tuple[Spot, str], list[ConfirmedDeliveryRow]] = {}
    for row in rows_of(connection, ConfirmedDeliveryRow, query):
        spot = (row.book_id, row.scan_sha256, row.page_no, row.row)
        stack = stacks.setdefault((spot, row.field), [])
        if row.rule:
            stack.append(row)
        elif stack:
            stack.pop()
    return tuple(sorted((stack[-1] for stack in stacks.values() if stack), key=lambda row: row.id))


def take_back_confirmation(
    connection: Connection, last: ConfirmedDeliveryRow, author: str, at: datetime
) -> None:
    """Add the row that withdraws a confirmation in force."""
    withdrawn = {"value": "", "note": "", "rule": "", "author": author, "confirmed_at": at}
    add(connection, confirmed_delivery, [values_of(last) | withdrawn])


def carry_confirmed(
    connection: Connection, book_id: int, places: Mapping[tuple[str, int, int], Placed]
) -> int:
    """Copy the confirmations of entries to the entries that replace them; return the number of rows.

    Args:
        places: Place of the new entry by scan, page and row of the old entry.
    """
    query = (
        select(confirmed_delivery)
        .where(confirmed_delivery.c.book_id == book_id)
        .order_by(confirmed_delivery.c.id)
    )
    new = [
        values_of(row) | {"scan_sha256": place.sha256, "page_no": place.page_no, "row": place.row}
        for row in rows_of(connection, ConfirmedDeliveryRow, query)
        if (place := places.get((row.scan_sha256, row.page_no, row.row))) is not None
    ]
    return len(add(connection, confirmed_delivery, new))
