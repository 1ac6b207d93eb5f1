"""Rows of clear values: added with their witnesses, taken back, listed by book.

``entries.current_readings`` says what a row in force does to the reading of its field.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.registry.clear_values.model import NewClearValue
from pipeline.registry.database.audit import MACHINE, add
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.entries.current_readings import in_force
from pipeline.registry.entries.rows import (
    ClearValueRow,
    ClearValueWitnessRow,
    clear_value,
    clear_value_witness,
)


def add_clear(
    connection: Connection,
    book_id: int,
    entry_ids: Mapping[int, int],
    new: Sequence[NewClearValue],
    at: datetime,
) -> tuple[int, ...]:
    """Add clear values of a page; ``entry_ids`` maps rows of the page to entries."""
    rows = [
        {
            "book_id": book_id,
            "entry_id": entry_ids[value.row],
            "field": value.field,
            "text": value.text,
            "canonical": value.canonical,
            "drawn": value.drawn,
            "login": MACHINE,
            "reason": "",
            "noted_at": at,
            "takes_back_id": None,
        }
        for value in new
    ]
    ids = add(connection, clear_value, rows)
    witnesses = [
        {"clear_value_id": row_id, "decision_id": decision_id}
        for row_id, value in zip(ids, new, strict=True)
        for decision_id in value.decisions
    ]
    add(connection, clear_value_witness, witnesses)
    return ids


def add_take_backs(
    connection: Connection, rows: Sequence[ClearValueRow], login: str, reason: str, at: datetime
) -> None:
    """Take rows in force back; their values wait again once the projections are refreshed."""
    add(
        connection,
        clear_value,
        [
            values_of(row) | {"login": login, "reason": reason, "noted_at": at, "takes_back_id": row.id}
            for row in rows
        ],
    )


def rows_in_force(connection: Connection, book_id: int) -> Sequence[ClearValueRow]:
    """Return the rows of a book in force, oldest first."""
    query = select(clear_value).where(clear_value.c.book_id == book_id, in_force).order_by(clear_value.c.id)
    return rows_of(connection, ClearValueRow, query)


def decisions_of_rows(connection: Connection, row_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return the ids of the decisions on which each row rests."""
    found: dict[int, list[int]] = {row_id: [] for row_id in row_ids}
    query = select(clear_value_witness).where(clear_value_witness.c.clear_value_id.in_(row_ids))
    for row in rows_of(connection, ClearValueWitnessRow, query.order_by(clear_value_witness.c.id)):
        found[row.clear_value_id].append(row.decision_id)
    return {row_id: tuple(ids) for row_id, ids in found.items()}


def recalled(connection: Connection, book_id: int) -> frozenset[tuple[int, str]]:
    """Return entry and field of the values of a book that a person recalled: they are not accepted again."""
    rows = connection.execute(
        select(clear_value.c.entry_id, clear_value.c.field).where(
            clear_value.c.book_id == book_id,
            clear_value.c.takes_back_id.is_not(None),
            clear_value.c.login != MACHINE,
        )
    )
    return frozenset((row.entry_id, row.field) for row in rows)
