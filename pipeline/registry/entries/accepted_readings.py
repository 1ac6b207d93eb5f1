"""Readings that clear values accept, and readings that are hidden as their values were drawn for a blind check.

The run keeps its reading as it is, not accepted. A row of ``clear_value`` accepts it as long as nobody takes the row
back and the latest run reads the same; without the row the value waits again. A drawn value is hidden instead: the
person who decides sees the ink and no reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, select

from pipeline.base.model import CONFIRMABLE, FieldReading, FieldStatus, Finding, Severity
from pipeline.registry.clear_values.model import NewClearValue
from pipeline.registry.database.audit import MACHINE, add
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.entries.rows import (
    ClearValueRow,
    ClearValueWitnessRow,
    SampledValueRow,
    clear_value,
    clear_value_witness,
    sampled_value,
)


def sampled_in(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, SampledValueRow]]:
    """Return the drawn values of these entries, the last of each field, by entry and field.

    Args:
        connection: Of the transaction.
        entry_ids: The entries, or the query for them.
        field: That field only.
    """
    query = select(sampled_value).where(sampled_value.c.entry_id.in_(entry_ids))
    if field is not None:
        query = query.where(sampled_value.c.field == field)
    found: dict[int, dict[str, SampledValueRow]] = defaultdict(dict)
    for row in rows_of(connection, SampledValueRow, query.order_by(sampled_value.c.id)):
        found[row.entry_id][row.field] = row
    return dict(found)


def with_sampled(
    readings: Sequence[FieldReading], sampled: Mapping[str, SampledValueRow]
) -> list[FieldReading]:
    """Return the readings of an entry, those that were drawn hidden."""
    return [
        hidden_reading(one) if one.field in sampled and _says(one, sampled[one.field]) else one
        for one in readings
    ]


def hidden_reading(reading: FieldReading) -> FieldReading:
    """Return a reading of which nobody is shown what was read."""
    return replace(
        reading,
        status=FieldStatus.UNREADABLE,
        text="",
        canonical="",
        confidence=0.0,
        accepted=False,
        hypotheses=(),
        evidence=None,
    )


def _says(one: FieldReading, row: SampledValueRow) -> bool:
    return (one.status, one.text, one.canonical) == (row.status, row.text, row.canonical)


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
        connection: Of the transaction.
        entry_ids: The entries, or the query for them.
        field: That field only.
    """
    query = select(clear_value).where(clear_value.c.entry_id.in_(entry_ids), in_force)
    if field is not None:
        query = query.where(clear_value.c.field == field)
    found: dict[int, dict[str, ClearValueRow]] = defaultdict(dict)
    for row in rows_of(connection, ClearValueRow, query.order_by(clear_value.c.id)):
        found[row.entry_id][row.field] = row
    return dict(found)


def with_clear(readings: Sequence[FieldReading], clear: Mapping[str, ClearValueRow]) -> list[FieldReading]:
    """Return the readings of an entry, those that are clear accepted, and those drawn for a blind check hidden."""
    return [_with(one, clear[one.field]) if one.field in clear else one for one in readings]


def _with(reading: FieldReading, row: ClearValueRow) -> FieldReading:
    if not says(reading, row):
        return reading
    if not row.drawn:
        return replace(reading, accepted=True)
    return hidden_reading(reading)


def says(reading: FieldReading, row: ClearValueRow) -> bool:
    """Return whether a reading is the one that a row is about."""
    return (
        reading.status is FieldStatus.READ and reading.text == row.text and reading.canonical == row.canonical
    )


def without_answered(findings: Sequence[Finding], fields: Collection[str]) -> list[Finding]:
    """Return the findings of an entry without the doubts that its clear fields answer (``CONFIRMABLE``)."""
    if not fields:
        return list(findings)
    found = []
    for one in findings:
        left = tuple(name for name in one.fields if name not in fields)
        if one.code not in CONFIRMABLE or one.severity is Severity.INFO or left == one.fields:
            found.append(one)
        elif left:
            found.append(replace(one, fields=left))
    return found


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
