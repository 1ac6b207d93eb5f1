"""Fields that people asked to have typed, as readings of nothing; and which typed entry a run has now read.

A field that was added is to everything else a reading that nobody has accepted: it waits at the desk, has its ink where
a person drew it, and is settled by people. As soon as a run reads the field, that reading takes its place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping, Select, select

from pipeline.base.model import (
    FIRST_TYPED_ROW,
    TYPED,
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Matrix,
    PageResult,
)
from pipeline.registry.model.data_entry import box_around, corners_of
from pipeline.registry.repositories.corrected_covers import COVER
from pipeline.registry.tables.books import page_run
from pipeline.registry.tables.data_entry import added_field
from pipeline.registry.tables.entries import entry, reading

ALIKE = 0.5
"""The common part of two regions of one entry, as a share of both together, at least."""


def added_readings(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, FieldReading]]:
    """Return the fields that people added to entries, as readings.

    Args:
        entry_ids: The entries, or the query for them.
        field: That field only.

    Returns:
        By entry and field, in the order in which they were added.
    """
    query = (
        select(added_field, page_run.c.matrix)
        .join_from(added_field, entry, added_field.c.entry_id == entry.c.id)
        .outerjoin(page_run, (page_run.c.page_id == entry.c.page_id) & page_run.c.latest)
        .where(added_field.c.entry_id.in_(entry_ids))
        .order_by(added_field.c.id)
    )
    if field is not None:
        query = query.where(added_field.c.field == field)
    found: dict[int, dict[str, FieldReading]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["entry_id"], {})[row["field"]] = _reading(row)
    return found


def with_added(readings: Sequence[FieldReading], added: Mapping[str, FieldReading]) -> list[FieldReading]:
    """Return the readings of an entry with the fields that people added, where no run has read them."""
    read = {one.field: one for one in readings if one.status is not FieldStatus.NOT_ON_FORM}
    kept = [one for one in readings if one.field in read or one.field not in added]
    return [*kept, *(one for field, one in added.items() if field not in read)]


def _reading(row: RowMapping) -> FieldReading:
    if row["text"]:
        return FieldReading(
            row["field"], FieldStatus.READ, row["text"], row["canonical"], 1.0, engine=COVER, accepted=True
        )
    corners = row["corners"]
    box = None if corners is None else box_around(corners, _matrix(row["matrix"]))
    lines = () if box is None else (box,)
    return FieldReading(row["field"], FieldStatus.UNREADABLE, engine=TYPED, box=box, lines=lines)


def _matrix(stored: Any) -> Matrix | None:
    return None if stored is None else np.asarray(stored, dtype=np.float64)


# --- a page that is read again ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Typed:
    """A typed entry of a page: its row, its number in force, where a person drew it or a run read it."""

    row: int
    record: str
    number: str
    box: Box | None


def rows_of_typed(
    connection: Connection, page_id: int, result: PageResult, record: str, number_field: str | None
) -> dict[int, int]:
    """Return which entries of a new run are entries that people typed, as rows of the run and of the typed entries.

    An entry of the run is one that was typed when their numbers are the same, or else they stand in the same place and
    their numbers do not contradict. Rows that are known by themselves stay what they are. The caller holds the page.
    """
    rows = connection.execute(
        select(
            entry.c.id, entry.c.row, entry.c.record, entry.c.number_text, entry.c.found, entry.c.stands
        ).where(entry.c.page_id == page_id)
    ).all()
    typed_ids = {
        one.id: one
        for one in rows
        if one.row >= FIRST_TYPED_ROW and one.record == record and (one.stands or one.found)
    }
    if not typed_ids:
        return {}
    known = {one.row for one in rows if one.row < FIRST_TYPED_ROW and (one.found or one.stands)}
    boxes = _boxes(connection, typed_ids, np.asarray(result.matrix, dtype=np.float64))
    left = [_Typed(one.row, one.record, one.number_text, boxes.get(one.id)) for one in typed_ids.values()]
    found: dict[int, int] = {}
    for same in (_same_number, _same_place):
        for one in result.entries:
            if one.row in known or one.row in found:
                continue
            match = next((typed for typed in left if same(one, typed, number_field)), None)
            if match is not None:
                found[one.row] = match.row
                left.remove(match)
    return found


def _boxes(connection: Connection, entry_ids: Collection[int], matrix: Matrix) -> dict[int, Box]:
    """Return where each entry stands on the page as the new run rectified it: as drawn, else as it was read last."""
    drawn = connection.execute(
        select(added_field.c.entry_id, added_field.c.corners)
        .where(added_field.c.entry_id.in_(entry_ids), added_field.c.corners.is_not(None))
        .order_by(added_field.c.id)
    )
    regions: dict[int, list[Box]] = {}
    for row in drawn:
        regions.setdefault(row.entry_id, []).append(box_around(row.corners, matrix))
    read = connection.execute(
        select(reading.c.entry_id, reading.c.page_run_id, reading.c.box, page_run.c.matrix)
        .join(page_run, reading.c.page_run_id == page_run.c.id)
        .where(
            reading.c.entry_id.in_(set(entry_ids) - regions.keys()),
            reading.c.box.is_not(None),
        )
        .order_by(reading.c.page_run_id)
    )
    last: dict[int, int] = {}
    for one in read:
        if last.get(one.entry_id) != one.page_run_id:
            last[one.entry_id], regions[one.entry_id] = one.page_run_id, []
        corners = corners_of(Box(*one.box), _matrix(one.matrix))
        regions[one.entry_id].append(box_around(corners, matrix))
    return {entry_id: reduce(Box.union, boxes) for entry_id, boxes in regions.items()}


def _same_number(one: EntryResult, typed: _Typed, number_field: str | None) -> bool:
    return _agree(_number(one, number_field), typed.number) is True


def _same_place(one: EntryResult, typed: _Typed, number_field: str | None) -> bool:
    if typed.box is None or _agree(_number(one, number_field), typed.number) is False:
        return False
    boxes = [box for word in one.readings for box in (*word.lines, *filter(None, [word.box]))]
    if not boxes:
        return False
    box = reduce(Box.union, boxes)
    common = box.intersection(typed.box).area
    return common > 0 and common / (box.area + typed.box.area - common) >= ALIKE


def _number(one: EntryResult, number_field: str | None) -> str:
    return next((word.canonical or word.text for word in one.readings if word.field == number_field), "")


def _agree(first: str, second: str) -> bool | None:
    """Whether two numbers are the same as far as both are written; None where one of them is not known."""
    (mine, _, my_year), (theirs, _, their_year) = (
        number.strip().partition("/") for number in (first, second)
    )
    if not mine or not theirs:
        return None
    years_agree = not my_year or not their_year or my_year == their_year
    return years_agree and mine.lstrip("0") == theirs.lstrip("0")
