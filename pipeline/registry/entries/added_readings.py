"""Readings that people make without a run: added fields, redrawn regions, and typed entries that a run finds later.

An added field is a reading that nobody has accepted: it waits at the desk until a run reads the field.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from pipeline.base.model import (
    FIRST_TYPED_ROW,
    TYPED,
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Hypothesis,
    Matrix,
    PageResult,
    Writing,
)
from pipeline.registry.accounts.model import Person
from pipeline.registry.books.model import Rectification
from pipeline.registry.books.rows import page_run
from pipeline.registry.data_entry.model import box_around, corners_of
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.entries.rows import (
    AddedFieldRow,
    RedrawnRegionRow,
    about_fields,
    added_field,
    entry,
    reading,
    redrawn_region,
)

COVER = "ledger"
"""The engine of readings that are taken from the cover (``pipeline.digitize.parse``)."""


ALIKE = 0.5
"""Least overlap (intersection over union) of two regions of the same entry."""


@dataclass(frozen=True, slots=True)
class _AddedOnPage(AddedFieldRow):
    matrix: list[list[float]] | None


def added_readings(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, FieldReading]]:
    """Return the fields that people added to entries, as readings.

    Args:
        entry_ids: The entries, or the query for them.
        field: Only this field.

    Returns:
        By entry and field, in the order of adding.
    """
    query = (
        select(added_field, page_run.c.matrix)
        .join_from(added_field, entry, added_field.c.entry_id == entry.c.id)
        .outerjoin(page_run, (page_run.c.page_id == entry.c.page_id) & page_run.c.latest)
        .where(*about_fields(added_field, entry_ids, field))
        .order_by(added_field.c.id)
    )
    found: dict[int, dict[str, FieldReading]] = {}
    for row in rows_of(connection, _AddedOnPage, query):
        found.setdefault(row.entry_id, {})[row.field] = _added_reading(row)
    return found


def _added_reading(row: _AddedOnPage) -> FieldReading:
    if row.text:
        return FieldReading(
            row.field, FieldStatus.READ, row.text, row.canonical, 1.0, engine=COVER, accepted=True
        )
    corners = row.corners
    box = None if corners is None else box_around(corners, _matrix(row.matrix))
    lines = () if box is None else (box,)
    return FieldReading(row.field, FieldStatus.UNREADABLE, engine=TYPED, box=box, lines=lines)


def _matrix(stored: Any) -> Matrix | None:
    return None if stored is None else np.asarray(stored, dtype=np.float64)


# --- a page that is read again ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Typed:
    """A typed entry of a page, with its effective number and its region as drawn or as read."""

    row: int
    record: str
    number: str
    box: Box | None


def rows_of_typed(
    connection: Connection, page_id: int, result: PageResult, record: str, number_field: str | None
) -> dict[int, int]:
    """Return the rows of typed entries by the rows under which a new run reads the same entries.

    Two entries are the same if their numbers are equal, or if their regions overlap and their numbers do not
    contradict. Rows that earlier runs read keep their entries. The caller holds the page.
    """
    rows = connection.execute(
        select(
            entry.c.id, entry.c.row, entry.c.record, entry.c.number_text, entry.c.found, entry.c.stands
        ).where(entry.c.page_id == page_id)
    ).all()
    typed_ids = {
        row.id: row
        for row in rows
        if row.row >= FIRST_TYPED_ROW and row.record == record and (row.stands or row.found)
    }
    if not typed_ids:
        return {}
    known = {row.row for row in rows if row.row < FIRST_TYPED_ROW and (row.found or row.stands)}
    boxes = _boxes(connection, typed_ids, np.asarray(result.matrix, dtype=np.float64))
    left = [_Typed(row.row, row.record, row.number_text, boxes.get(row.id)) for row in typed_ids.values()]
    found: dict[int, int] = {}
    for same in (_same_number, _same_place):
        for read in result.entries:
            if read.row in known or read.row in found:
                continue
            match = next((typed for typed in left if same(read, typed, number_field)), None)
            if match is not None:
                found[read.row] = match.row
                left.remove(match)
    return found


def _boxes(connection: Connection, entry_ids: Collection[int], matrix: Matrix) -> dict[int, Box]:
    """Return the region of each entry on the page as the new run rectified it: as drawn, else as read last."""
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
    for reading_box in read:
        if last.get(reading_box.entry_id) != reading_box.page_run_id:
            last[reading_box.entry_id], regions[reading_box.entry_id] = reading_box.page_run_id, []
        corners = corners_of(Box(*reading_box.box), _matrix(reading_box.matrix))
        regions[reading_box.entry_id].append(box_around(corners, matrix))
    return {entry_id: reduce(Box.union, boxes) for entry_id, boxes in regions.items()}


def _same_number(read: EntryResult, typed: _Typed, number_field: str | None) -> bool:
    return _agree(_number(read, number_field), typed.number) is True


def _same_place(read: EntryResult, typed: _Typed, number_field: str | None) -> bool:
    if typed.box is None or _agree(_number(read, number_field), typed.number) is False:
        return False
    boxes = [box for reading in read.readings for box in (*reading.lines, *filter(None, [reading.box]))]
    if not boxes:
        return False
    box = reduce(Box.union, boxes)
    common = box.intersection(typed.box).area
    return common > 0 and common / (box.area + typed.box.area - common) >= ALIKE


def _number(read: EntryResult, number_field: str | None) -> str:
    return next(
        (reading.canonical or reading.text for reading in read.readings if reading.field == number_field), ""
    )


def _agree(first: str, second: str) -> bool | None:
    """Return whether two numbers are equal as far as both are written; None if either is unknown."""
    (mine, _, my_year), (theirs, _, their_year) = (
        number.strip().partition("/") for number in (first, second)
    )
    if not mine or not theirs:
        return None
    years_agree = not my_year or not their_year or my_year == their_year
    return years_agree and mine.lstrip("0") == theirs.lstrip("0")


def redrawn_readings(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, FieldReading]]:
    """Return the readings of redrawn regions, with their boxes on the pages as the latest run rectified them.

    An entry that the latest run no longer finds has none: a region makes no entry.

    Args:
        entry_ids: The entries, or the query for them.
        field: Only this field.

    Returns:
        By entry and field.
    """
    rows = regions_in_force(connection, entry_ids, field)
    if not rows:
        return {}
    matrices = connection.execute(
        select(entry.c.id, page_run.c.matrix)
        .outerjoin(page_run, (page_run.c.page_id == entry.c.page_id) & page_run.c.latest)
        .where(entry.c.id.in_({row.entry_id for row in rows}))
        .where(entry.c.found | (entry.c.row >= FIRST_TYPED_ROW))
    )
    by_entry = {
        row.id: None if row.matrix is None else np.asarray(row.matrix, dtype=np.float64) for row in matrices
    }
    found: dict[int, dict[str, FieldReading]] = {}
    for row in rows:
        if row.entry_id not in by_entry or row.corners is None:
            continue
        box = box_around(row.corners, by_entry[row.entry_id])
        found.setdefault(row.entry_id, {})[row.field] = _redrawn_reading(row, box)
    return found


def regions_in_force(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> tuple[RedrawnRegionRow, ...]:
    """Return the row in force of every redrawn field of entries, oldest first."""
    query = select(redrawn_region).where(*about_fields(redrawn_region, entry_ids, field))
    stacks: dict[tuple[int, str], list[RedrawnRegionRow]] = {}
    for row in rows_of(connection, RedrawnRegionRow, query.order_by(redrawn_region.c.id)):
        stack = stacks.setdefault((row.entry_id, row.field), [])
        if row.corners is not None:
            stack.append(row)
        elif stack:
            stack.pop()
    return tuple(sorted((stack[-1] for stack in stacks.values() if stack), key=lambda row: row.id))


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
    """Add a region that a person drew on a page as shown, with its reading."""
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
        "hypotheses": [[hypothesis.text, hypothesis.chance] for hypothesis in reading.hypotheses] or None,
        "reader": reader,
        "account_id": person.account_id,
        "login": person.login,
        "drawn_at": at,
    }
    add(connection, redrawn_region, [row])


def take_back_region(connection: Connection, last: RedrawnRegionRow, person: Person, at: datetime) -> None:
    """Take a row in force back."""
    nothing = {"corners": None, "text": "", "canonical": "", "confidence": 0.0, "hypotheses": None}
    who = {"account_id": person.account_id, "login": person.login, "drawn_at": at}
    row = values_of(last)
    add(connection, redrawn_region, [row | nothing | who])


def _redrawn_reading(row: RedrawnRegionRow, box: Box) -> FieldReading:
    return FieldReading(
        field=row.field,
        status=FieldStatus(row.status),
        text=row.text,
        canonical=row.canonical,
        confidence=row.confidence,
        writing=Writing(row.writing),
        engine=row.engine,
        box=box,
        lines=(box,),
        hypotheses=tuple(Hypothesis(text, chance) for text, chance in row.hypotheses or ()),
    )
