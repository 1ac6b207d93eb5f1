"""Readings that nobody is shown, as their values were drawn for a blind check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from pipeline.base.model import FieldReading, FieldStatus
from pipeline.registry.tables.sampled_values import sampled_value


def sampled_in(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, RowMapping]]:
    """Return the drawn values of these entries, the last of each field, by entry and field.

    Args:
        entry_ids: The entries, or the query for them.
        field: That field only.
    """
    query = select(sampled_value).where(sampled_value.c.entry_id.in_(entry_ids))
    if field is not None:
        query = query.where(sampled_value.c.field == field)
    found: dict[int, dict[str, RowMapping]] = defaultdict(dict)
    for row in connection.execute(query.order_by(sampled_value.c.id)).mappings():
        found[row["entry_id"]][row["field"]] = row
    return dict(found)


def with_sampled(readings: Sequence[FieldReading], sampled: Mapping[str, RowMapping]) -> list[FieldReading]:
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


def _says(one: FieldReading, row: RowMapping) -> bool:
    return (one.status, one.text, one.canonical) == (row["status"], row["text"], row["canonical"])
