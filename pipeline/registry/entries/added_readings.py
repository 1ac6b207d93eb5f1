"""Readings that people change without a run: corrected covers, added fields, redrawn regions.

Stored readings stay as they are. A reading that was taken from the cover of a corrected book says what the cover says
now, until the next run reads the page again. An added field is a reading that nobody has accepted: it waits at the
desk, with its ink where a person drew it, until a run reads the field. What was read in a redrawn region replaces the
reading of the run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
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
    Ledger,
    Matrix,
    PageResult,
    Writing,
)
from pipeline.registry.accounts.model import Person
from pipeline.registry.books.model import Rectification
from pipeline.registry.books.rows import StoredBookRow, book, book_correction, page_run
from pipeline.registry.data_entry.model import box_around, corners_of
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.rows import (
    AddedFieldRow,
    RedrawnRegionRow,
    added_field,
    entry,
    reading,
    redrawn_region,
)

COVER = "ledger"
"""The engine of a reading that was taken from the cover (``pipeline.digitize.parse``)."""


def corrected_covers(connection: Connection, book_ids: Collection[int]) -> dict[int, Ledger]:
    """Return what the covers say of those of the books that were ever corrected."""
    corrected = select(book_correction.c.book_id).where(book_correction.c.book_id.in_(sorted(set(book_ids))))
    rows = rows_of(connection, StoredBookRow, select(book).where(book.c.id.in_(corrected)))
    return {row.id: row.ledger for row in rows}


def under_cover(
    declared: RecordSchema, record: str, readings: Sequence[FieldReading], ledger: Ledger | None
) -> tuple[FieldReading, ...]:
    """Return the readings of an entry with what they take from the cover; ``None``: the book was never corrected."""
    if ledger is None:
        return tuple(readings)
    return tuple(_under_cover(declared, record, reading, ledger) for reading in readings)


def _under_cover(declared: RecordSchema, record: str, reading: FieldReading, ledger: Ledger) -> FieldReading:
    spec = declared.fields(record).get(reading.field)
    if spec is None or reading.status is not FieldStatus.READ:
        return reading
    if reading.engine == COVER and spec.ledger:
        text = str(getattr(ledger, spec.ledger))
        return replace(reading, text=text, canonical=declared.canonical(record, reading.field, text) or text)
    if spec.value_kind.is_entry_number and reading.canonical:
        number = declared.canonical(record, reading.field, reading.text)
        if number and "/" not in number:
            return replace(reading, canonical=f"{number}/{ledger.year}")
    return reading


ALIKE = 0.5
"""The common part of two regions of one entry, as a share of both together, at least."""


@dataclass(frozen=True, slots=True)
class _AddedOnPage(AddedFieldRow):
    matrix: list[list[float]] | None


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
    for row in rows_of(connection, _AddedOnPage, query):
        found.setdefault(row.entry_id, {})[row.field] = _added_reading(row)
    return found


def with_added(readings: Sequence[FieldReading], added: Mapping[str, FieldReading]) -> list[FieldReading]:
    """Return the readings of an entry with the fields that people added, where no run has read them."""
    read = {one.field: one for one in readings if one.status is not FieldStatus.NOT_ON_FORM}
    kept = [one for one in readings if one.field in read or one.field not in added]
    return [*kept, *(one for field, one in added.items() if field not in read)]


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


def with_redrawn(readings: Sequence[FieldReading], redrawn: Mapping[str, FieldReading]) -> list[FieldReading]:
    """Return the readings of an entry, those of redrawn regions in place of the others."""
    known = {one.field for one in readings}
    return [
        *(redrawn.get(one.field, one) for one in readings),
        *(one for field, one in redrawn.items() if field not in known),
    ]


def regions_in_force(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> tuple[RedrawnRegionRow, ...]:
    """Return the row that counts of every redrawn field of these entries, the oldest first."""
    query = (
        select(redrawn_region).where(redrawn_region.c.entry_id.in_(entry_ids)).order_by(redrawn_region.c.id)
    )
    if field is not None:
        query = query.where(redrawn_region.c.field == field)
    stacks: dict[tuple[int, str], list[RedrawnRegionRow]] = {}
    for row in rows_of(connection, RedrawnRegionRow, query):
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


def take_back_region(connection: Connection, last: RedrawnRegionRow, person: Person, at: datetime) -> None:
    """Add the row that takes one in force back."""
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
