"""Readings that clear values accept, and readings that are hidden as their values were drawn for a blind check.

The run keeps its reading as it is, not accepted. A row of ``clear_value`` accepts it as long as nobody takes the row
back and the latest run reads the same; without the row the value waits again. A drawn value is hidden instead: the
person who decides sees the ink and no reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, select

from pipeline.registry.clear_values.model import NewClearValue
from pipeline.registry.database.audit import MACHINE, add
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.entries.rows import (
    ClearValueRow,
    ClearValueWitnessRow,
    SampledValueRow,
    about_fields,
    clear_value,
    clear_value_witness,
    sampled_value,
)


def sampled_in(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, SampledValueRow]]:
    """Return the drawn values of these entries, the last of each field, by entry and field.

    Args:
        entry_ids: The entries, or the query for them.
        field: That field only.
    """
    query = select(sampled_value).where(*about_fields(sampled_value, entry_ids, field))
    found: dict[int, dict[str, SampledValueRow]] = defaultdict(dict)
    for row in rows_of(connection, SampledValueRow, query.order_by(sampled_value.c.id)):
        found[row.entry_id][row.field] = row
    return dict(found)


_taking_back = clear_value.alias("taking_back_clear")

in_force: ColumnElement[bool] = clear_value.c.takes_back_id.is_(None) & ~exists().where(
    _taking_back.c.takes_back_id == clear_value.c.id
)
"""The condition on ``clear_value`` that a row accepts, or hides, its value."""


def clear_in_force(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, ClearValueRow]]:
    """Return the rows of clear values that count, by entry and field.

    Args:
        entry_ids: The entries, or the query for them.
        field: That field only.
    """
    query = select(clear_value).where(*about_fields(clear_value, entry_ids, field), in_force)
    found: dict[int, dict[str, ClearValueRow]] = defaultdict(dict)
    for row in rows_of(connection, ClearValueRow, query.order_by(clear_value.c.id)):
        found[row.entry_id][row.field] = row
    return dict(found)


def add_clear(
    connection: Connection,
    book_id: int,
    entry_ids: Mapping[int, int],
    new: Sequence[NewClearValue],
    at: datetime,
) -> tuple[int, ...]:
    """Add clear values of a page; ``entry_ids`` by their rows."""
    rows = [
        {
            "book_id": book_id,
            "entry_id": entry_ids[one.row],
            "field": one.field,
            "text": one.text,
            "canonical": one.canonical,
            "drawn": one.drawn,
            "login": MACHINE,
            "reason": "",
            "noted_at": at,
            "takes_back_id": None,
        }
        for one in new
    ]
    ids = add(connection, clear_value, rows)
    witnesses = [
        {"clear_value_id": row_id, "decision_id": decision_id}
        for row_id, one in zip(ids, new, strict=True)
        for decision_id in one.decisions
    ]
    add(connection, clear_value_witness, witnesses)
    return ids


def add_take_backs(
    connection: Connection, rows: Sequence[ClearValueRow], login: str, reason: str, at: datetime
) -> None:
    """Take rows in force back; what the rows accepted waits again once the projections follow."""
    add(
        connection,
        clear_value,
        [
            values_of(row) | {"login": login, "reason": reason, "noted_at": at, "takes_back_id": row.id}
            for row in rows
        ],
    )


def rows_in_force(connection: Connection, book_id: int) -> Sequence[ClearValueRow]:
    """Return the rows of a book that count, the oldest first."""
    query = select(clear_value).where(clear_value.c.book_id == book_id, in_force).order_by(clear_value.c.id)
    return rows_of(connection, ClearValueRow, query)


def decisions_of_rows(connection: Connection, row_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return the decisions on which each of these rows rests."""
    found: dict[int, list[int]] = {row_id: [] for row_id in row_ids}
    query = select(clear_value_witness).where(clear_value_witness.c.clear_value_id.in_(row_ids))
    for row in rows_of(connection, ClearValueWitnessRow, query.order_by(clear_value_witness.c.id)):
        found[row.clear_value_id].append(row.decision_id)
    return {row_id: tuple(some) for row_id, some in found.items()}


def recalled(connection: Connection, book_id: int) -> frozenset[tuple[int, str]]:
    """Return the entries and fields of a book that a person called back: the machine accepts none of them again."""
    rows = connection.execute(
        select(clear_value.c.entry_id, clear_value.c.field).where(
            clear_value.c.book_id == book_id,
            clear_value.c.takes_back_id.is_not(None),
            clear_value.c.login != MACHINE,
        )
    )
    return frozenset((row.entry_id, row.field) for row in rows)
