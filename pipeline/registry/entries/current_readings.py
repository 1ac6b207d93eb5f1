"""What the machine says now of the fields of entries. No other module overlays readings.

Rows of five tables overlay the readings of the latest run, in this order:

1. A clear value accepts a reading, or hides it while the value waits for a blind check.
2. A value drawn for a blind check hides its reading: who decides sees the ink and no reading.
3. An added field waits for people where the run has not read it.
4. What was read in a redrawn region replaces the reading of the field.
5. A corrected cover replaces what readings take from the cover, until a run reads the page again.

A row about a reading counts as long as the latest run reads the same. Readings stay as the run saved them, and nothing
composed is stored: readings are two thirds of a database, and overlaying them costs little beside loading them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, select

from pipeline.base.model import Box, Evidence, FieldReading, FieldStatus, Hypothesis, Ledger, Writing
from pipeline.registry.books.rows import StoredBookRow, book, book_correction, page_run, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.added_readings import COVER, added_readings, redrawn_readings
from pipeline.registry.entries.rows import (
    ENTRIES,
    ClearValueRow,
    ReadingRow,
    SampledValueRow,
    about_fields,
    clear_value,
    entry,
    reading,
    sampled_value,
)
from pipeline.registry.tasks.consensus import SeenReading


@dataclass(frozen=True, slots=True)
class CurrentReadings:
    """What the machine says now of the fields of an entry.

    Attributes:
        readings: In the order of the run; fields that only people added come last.
        seen: Contents of the readings under the cover as it was read, by field. Decisions are compared with them, so
            that a corrected cover opens no task again.
        clear: Fields whose readings clear values accept.
    """

    readings: tuple[FieldReading, ...] = ()
    seen: Mapping[str, SeenReading] = field(default_factory=dict)
    clear: frozenset[str] = frozenset()


def current_readings(
    connection: Connection,
    declared: RecordSchema,
    entry_ids: Collection[int] | Select[Any],
    field: str | None = None,
) -> dict[int, CurrentReadings]:
    """Return what the machine says now of entries, by their ids; an entry without readings is left out.

    Args:
        entry_ids: The entries, or the query for them.
        field: Only this field.
    """
    if not isinstance(entry_ids, Select) and not entry_ids:
        return {}
    clear = clear_in_force(connection, entry_ids, field)
    covers = _corrected_covers(connection, entry_ids)
    return {
        entry_id: CurrentReadings(
            tuple(_under_cover(declared, readings, *covers[entry_id]) if entry_id in covers else readings),
            {now.field: seen for now in readings if (seen := SeenReading.of(now)) is not None},
            _clear_fields(readings, clear.get(entry_id, {})),
        )
        for entry_id, readings in _overlaid(connection, entry_ids, field, clear).items()
        if readings
    }


def written_boxes(connection: Connection, entry_id: int) -> dict[str, tuple[Box, ...]]:
    """Return where the fields of an entry are written, by field: the region, then its lines."""
    readings = _overlaid(connection, [entry_id], None, {}).get(entry_id, ())
    return {now.field: (now.box, *now.lines) for now in readings if now.box is not None}


def reading_of_row(row: ReadingRow) -> FieldReading:
    """Return a reading as a run saved it.

    A row that no run writes was changed behind the program's back. It counts as unreadable, so that its entry no
    longer matches the stored values and is held back, without an error for the rest of the book.
    """
    try:
        return _reading(row)
    except (TypeError, ValueError):
        return FieldReading(
            field=row.field, status=FieldStatus.UNREADABLE, text="", canonical="", confidence=0.0,
            writing=Writing.HAND, engine="", box=None, lines=(), accepted=False,
        )  # fmt: skip


def _reading(row: ReadingRow) -> FieldReading:
    return FieldReading(
        field=row.field,
        status=FieldStatus(row.status),
        text=row.text,
        canonical=row.canonical,
        confidence=row.confidence,
        writing=Writing(row.writing),
        engine=row.engine,
        box=None if row.box is None else Box(*row.box),
        lines=tuple(Box(*line) for line in row.lines),
        accepted=row.accepted,
        hypotheses=tuple(Hypothesis(text, chance) for text, chance in row.hypotheses or ()),
        evidence=None if row.evidence is None else Evidence(**row.evidence),
    )


def hidden_reading(reading: FieldReading) -> FieldReading:
    """Return a reading without its text: where the ink lies is all that anybody sees of it."""
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


def sampled_in(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, SampledValueRow]]:
    """Return the values drawn for a blind check, the last row of each field, by entry and field."""
    query = select(sampled_value).where(*about_fields(sampled_value, entry_ids, field))
    found: dict[int, dict[str, SampledValueRow]] = defaultdict(dict)
    for row in rows_of(connection, SampledValueRow, query.order_by(sampled_value.c.id)):
        found[row.entry_id][row.field] = row
    return dict(found)


_taking_back = clear_value.alias("taking_back_clear")

in_force: ColumnElement[bool] = clear_value.c.takes_back_id.is_(None) & ~exists().where(
    _taking_back.c.takes_back_id == clear_value.c.id
)
"""Condition on ``clear_value`` that a row is in force: it takes no row back, and no row takes it back."""


def clear_in_force(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> dict[int, dict[str, ClearValueRow]]:
    """Return the rows of clear values in force, by entry and field."""
    query = select(clear_value).where(*about_fields(clear_value, entry_ids, field), in_force)
    found: dict[int, dict[str, ClearValueRow]] = defaultdict(dict)
    for row in rows_of(connection, ClearValueRow, query.order_by(clear_value.c.id)):
        found[row.entry_id][row.field] = row
    return dict(found)


_Readings = Sequence[FieldReading]


def _overlaid(
    connection: Connection,
    entry_ids: Collection[int] | Select[Any],
    field: str | None,
    clear: Mapping[int, Mapping[str, ClearValueRow]],
) -> dict[int, _Readings]:
    """Return the readings of entries under the cover as it was read."""
    found: dict[int, _Readings] = defaultdict(tuple, _latest_readings(connection, entry_ids, field))
    _overlay(found, clear, _with_clear)
    _overlay(found, sampled_in(connection, entry_ids, field), _with_sampled)
    _overlay(found, added_readings(connection, entry_ids, field), _with_added)
    _overlay(found, redrawn_readings(connection, entry_ids, field), _with_redrawn)
    return found


def _latest_readings(
    connection: Connection, entry_ids: Collection[int] | Select[Any], field: str | None
) -> dict[int, _Readings]:
    query = (
        select(reading)
        .join(page_run)
        .where(*about_fields(reading, entry_ids, field), page_run.c.latest)
        .order_by(reading.c.id)
    )
    found: dict[int, list[FieldReading]] = {}
    for row in rows_of(connection, ReadingRow, query):
        found.setdefault(row.entry_id, []).append(reading_of_row(row))
    return {**found}


def _overlay(
    found: dict[int, _Readings],
    rows: Mapping[int, Any],
    overlaid: Callable[[_Readings, Any], Iterable[FieldReading]],
) -> None:
    for entry_id, of_entry in rows.items():
        found[entry_id] = tuple(overlaid(found[entry_id], of_entry))


def _with_clear(readings: _Readings, clear: Mapping[str, ClearValueRow]) -> Iterable[FieldReading]:
    for now in readings:
        row = clear.get(now.field)
        if row is None or not _is_about(row, now):
            yield now
        else:
            yield hidden_reading(now) if row.drawn else replace(now, accepted=True)


def _is_about(row: ClearValueRow, reading: FieldReading) -> bool:
    return (reading.status, reading.text, reading.canonical) == (FieldStatus.READ, row.text, row.canonical)


def _clear_fields(readings: _Readings, clear: Mapping[str, ClearValueRow]) -> frozenset[str]:
    """Return the fields whose readings clear values accept, and that no later overlay changes."""
    return frozenset(
        now.field
        for now in readings
        if now.accepted and now.field in clear and _is_about(clear[now.field], now)
    )


def _with_sampled(readings: _Readings, sampled: Mapping[str, SampledValueRow]) -> Iterable[FieldReading]:
    for now in readings:
        row = sampled.get(now.field)
        same = row is not None and (now.status, now.text, now.canonical) == (
            row.status,
            row.text,
            row.canonical,
        )
        yield hidden_reading(now) if same else now


def _with_added(readings: _Readings, added: Mapping[str, FieldReading]) -> Iterable[FieldReading]:
    read = {now.field for now in readings if now.status is not FieldStatus.NOT_ON_FORM}
    yield from (now for now in readings if now.field in read or now.field not in added)
    yield from (now for name, now in added.items() if name not in read)


def _with_redrawn(readings: _Readings, redrawn: Mapping[str, FieldReading]) -> Iterable[FieldReading]:
    known = {now.field for now in readings}
    yield from (redrawn.get(now.field, now) for now in readings)
    yield from (now for name, now in redrawn.items() if name not in known)


def _corrected_covers(
    connection: Connection, entry_ids: Collection[int] | Select[Any]
) -> dict[int, tuple[str, Ledger]]:
    """Return the record and the cover of those entries whose book was ever corrected."""
    corrected = select(book_correction.c.book_id)
    query = (
        select(entry.c.id, entry.c.record, scan.c.book_id)
        .select_from(ENTRIES)
        .where(entry.c.id.in_(entry_ids), scan.c.book_id.in_(corrected))
    )
    places = connection.execute(query).all()
    if not places:
        return {}
    books = select(book).where(book.c.id.in_({book_id for *_, book_id in places}))
    covers = {row.id: row.ledger for row in rows_of(connection, StoredBookRow, books)}
    return {entry_id: (record, covers[book_id]) for entry_id, record, book_id in places}


def _under_cover(
    declared: RecordSchema, readings: _Readings, record: str, ledger: Ledger
) -> Iterable[FieldReading]:
    fields = declared.fields(record)
    for now in readings:
        spec = fields.get(now.field)
        if spec is None or now.status is not FieldStatus.READ:
            yield now
        elif now.engine == COVER and spec.ledger:
            text = str(getattr(ledger, spec.ledger))
            yield replace(now, text=text, canonical=declared.canonical(record, now.field, text) or text)
        elif spec.value_kind.is_entry_number and now.canonical:
            number = declared.canonical(record, now.field, now.text)
            is_short = number and "/" not in number
            yield replace(now, canonical=f"{number}/{ledger.year}") if is_short else now
        else:
            yield now
