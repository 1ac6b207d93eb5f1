"""Confirmed deliveries in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.delivery_rules import ConfirmedDelivery
from pipeline.registry.approvals.rows import ConfirmedDeliveryRow, confirmed_delivery
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import Placed, part_of_row


def confirmed_in(
    connection: Connection, book_ids: Collection[int]
) -> dict[RegistryPart, dict[str, ConfirmedDelivery]]:
    """Return the confirmed deliveries in force of whole books, by entry and field."""
    in_force: dict[RegistryPart, dict[str, ConfirmedDelivery]] = {}
    for row in confirmations_in_force(connection, book_ids):
        in_force.setdefault(part_of_row(row), {})[row.field] = ConfirmedDelivery(
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
    """Add the row that withdraws a confirmation in force."""
    withdrawn = {"value": "", "note": "", "rule": "", "author": author, "confirmed_at": at}
    add(connection, confirmed_delivery, [values_of(last) | withdrawn])


def carry_confirmed(connection: Connection, book_id: int, places: Mapping[RegistryPart, Placed]) -> int:
    """Copy the confirmations of entries to the entries that replace them; return the number of rows.

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
