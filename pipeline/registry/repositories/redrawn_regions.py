"""Field regions that people redrew: in place of what a run read, what was read where a person says that the ink is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping, Select, select

from pipeline.base.model import FIRST_TYPED_ROW, Box, FieldReading, FieldStatus, Hypothesis, Writing
from pipeline.registry.database.audit import add
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.books import Rectification
from pipeline.registry.model.data_entry import box_around, corners_of
from pipeline.registry.tables.books import page_run
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.redrawn_regions import redrawn_region


def redrawn_readings(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, FieldReading]]:
    """Return what was read in the redrawn regions of entries, with their boxes on the pages as they are rectified now.

    An entry that the latest run no longer finds has none: a region makes no entry.

    Args:
        entry_ids: The entries, or the query for them.
        field: That field only.

    Returns:
        By entry and field.
    """
    rows = regions_in_force(connection, entry_ids, field)
    if not rows:
        return {}
    matrices = connection.execute(
        select(entry.c.id, page_run.c.matrix)
        .outerjoin(page_run, (page_run.c.page_id == entry.c.page_id) & page_run.c.latest)
        .where(entry.c.id.in_({row["entry_id"] for row in rows}))
        .where(entry.c.found | (entry.c.row >= FIRST_TYPED_ROW))
    )
    by_entry = {
        row.id: None if row.matrix is None else np.asarray(row.matrix, dtype=np.float64) for row in matrices
    }
    found: dict[int, dict[str, FieldReading]] = {}
    for row in rows:
        if row["entry_id"] not in by_entry:
            continue
        box = box_around(row["corners"], by_entry[row["entry_id"]])
        found.setdefault(row["entry_id"], {})[row["field"]] = _reading(row, box)
    return found


def with_redrawn(readings: Sequence[FieldReading], redrawn: Mapping[str, FieldReading]) -> list[FieldReading]:
    """Return the readings of an entry, those of redrawn regions in place of the others."""
    known = {one.field for one in readings}
    return [
        *(redrawn.get(one.field, one) for one in readings),
        *(one for field, one in redrawn.items() if field not in known),
    ]


def regions_in_force(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> tuple[RowMapping, ...]:
    """Return the row that counts of every redrawn field of these entries, the oldest first."""
    query = (
        select(redrawn_region).where(redrawn_region.c.entry_id.in_(entry_ids)).order_by(redrawn_region.c.id)
    )
    if field is not None:
        query = query.where(redrawn_region.c.field == field)
    stacks: dict[tuple[int, str], list[RowMapping]] = {}
    for row in connection.execute(query).mappings():
        stack = stacks.setdefault((row["entry_id"], row["field"]), [])
        if row["corners"] is not None:
            stack.append(row)
        elif stack:
            stack.pop()
    return tuple(sorted((stack[-1] for stack in stacks.values() if stack), key=lambda row: row["id"]))


def add_region(
    connection: Connection,
    entry_id: int,
    box: Box,
    shown: Rectification,
    reading: FieldReading,
    *,
    reader: str,
    person: Person,
    at: datetime,
) -> None:
    """Add a region that a person drew on a page as it is shown, with what was read there."""
    row = {
        "entry_id": entry_id,
        "field": reading.field,
        "corners": corners_of(box, shown.matrix),
        "status": reading.status,
        "text": reading.text,
        "canonical": reading.canonical,
        "confidence": reading.confidence,
        "writing": reading.writing,
        "engine": reading.engine,
        "hypotheses": [[one.text, one.chance] for one in reading.hypotheses] or None,
        "reader": reader,
        "account_id": person.account_id,
        "login": person.login,
        "drawn_at": at,
    }
    add(connection, redrawn_region, [row])


def take_back_region(connection: Connection, last: RowMapping, person: Person, at: datetime) -> None:
    """Add the row that takes one in force back."""
    nothing = {"corners": None, "text": "", "canonical": "", "confidence": 0.0, "hypotheses": None}
    who = {"account_id": person.account_id, "login": person.login, "drawn_at": at}
    row = {name: value for name, value in last.items() if name != "id"}
    add(connection, redrawn_region, [row | nothing | who])


def _reading(row: RowMapping, box: Box) -> FieldReading:
    return FieldReading(
        field=row["field"],
        status=FieldStatus(row["status"]),
        text=row["text"],
        canonical=row["canonical"],
        confidence=row["confidence"],
        writing=Writing(row["writing"]),
        engine=row["engine"],
        box=box,
        lines=(box,),
        hypotheses=tuple(Hypothesis(text, chance) for text, chance in row["hypotheses"] or ()),
    )
