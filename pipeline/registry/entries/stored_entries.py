"""Entries with all that the registry knows of them, and both layers of their values, for one entry or whole books.

Each table is read by one query for many entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select

from pipeline.base.model import FieldStatus
from pipeline.base.model.adapted_reader import ADAPTER_MARK
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery_rules import FieldLayers
from pipeline.registry.approvals.stored_deliveries import confirmed_in
from pipeline.registry.books.page_order import in_page_order
from pipeline.registry.books.rows import page, page_run, scan
from pipeline.registry.books.stored_books import stored_book
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.current_readings import reading_of_row
from pipeline.registry.entries.effective_values import effective_values_of
from pipeline.registry.entries.machine_view import MachineView, amendments_in, decisions_at, machine_views
from pipeline.registry.entries.model import BookLayers, PastReading, ReadEntry, StoredEntry
from pipeline.registry.entries.places import places_of
from pipeline.registry.entries.rows import ENTRIES, ReadingRow, Subject, entry, reading
from pipeline.registry.entries.rows import entry as entry_table
from pipeline.registry.entries.subjects import places_of_entries
from pipeline.registry.withdrawals.stored_withdrawals import part_of

AT_ONCE = 500
"""Entries in one statement."""


def entry_ids(connection: Connection, book_id: int | None = None) -> Sequence[int]:
    """Return the ids of the valid entries, of a book or of all, in the order of the books."""
    query = (
        select(entry.c.id, scan.c.book_id, scan.c.id.label("scan_id"), scan.c.sha256, page.c.page_no)
        .select_from(ENTRIES)
        .where(entry.c.stands)
        .order_by(scan.c.book_id, scan.c.id, page.c.page_no, entry.c.row)
    )
    rows = connection.execute(query if book_id is None else query.where(scan.c.book_id == book_id)).all()
    return [row.id for row in in_page_order(connection, rows)]


def stored_entry(connection: Connection, declared: RecordSchema, entry_id: int) -> StoredEntry:
    """Return an entry with all that the registry knows of it.

    Raises:
        NotThere: There is no such entry.
    """
    return next(stored_entries(connection, declared, [entry_id]))


def stored_entries(
    connection: Connection,
    declared: RecordSchema,
    entry_ids: Sequence[int],
    machines: Mapping[Subject, MachineView] | None = None,
) -> Iterator[StoredEntry]:
    """Yield entries with all that the registry knows of them, in the order of their ids as given.

    Args:
        machines: Machine views of all these entries; None: they are read.

    Raises:
        NotThere: One of them does not exist.
    """
    for start in range(0, len(entry_ids), AT_ONCE):
        yield from _some_entries(connection, declared, entry_ids[start : start + AT_ONCE], machines)


def _some_entries(
    connection: Connection,
    declared: RecordSchema,
    entry_ids: Sequence[int],
    machines: Mapping[Subject, MachineView] | None,
) -> Iterator[StoredEntry]:
    positions = places_of_entries(connection, entry_ids)
    subjects = [positions[entry_id].subject for entry_id in entry_ids]
    machine = machine_views(connection, declared, subjects) if machines is None else machines
    decisions = decisions_at(connection, subjects)
    values = effective_values_of(connection, declared, {row.id: row.record for row in positions.values()})
    places = places_of(connection, entry_ids)
    readers = _hand_readers(connection, {row.page_id for row in positions.values()})
    book_ids = {row.book_id for row in positions.values()}
    amendments, confirmed = amendments_in(connection, book_ids), confirmed_in(connection, book_ids)
    for entry_id in entry_ids:
        row = positions[entry_id]
        view, part = machine[row.subject], part_of(row)
        yield StoredEntry(
            entry_id=row.id,
            book_id=row.book_id,
            ref=row.ref,
            scan=row.name,
            row=row.row,
            record=row.record,
            readings=view.readings,
            findings=view.findings,
            decisions=decisions[row.subject],
            values=values[row.id],
            places=places.get(row.id, {}),
            cross_entry_findings=view.cross_entry_findings,
            hand_reader=readers.get(row.page_id),
            amendments=amendments.get(part, {}),
            confirmed=confirmed.get(part, {}),
        )


def _hand_readers(connection: Connection, page_ids: set[int]) -> Mapping[int, str | None]:
    """Return the fingerprint of the handwriting recognizer of the latest run over each page."""
    query = select(page_run.c.page_id, page_run.c.hand_reader).where(
        page_run.c.page_id.in_(page_ids), page_run.c.latest
    )
    return {row.page_id: row.hand_reader for row in connection.execute(query)}


def _is_reader(hand_reader: str) -> ColumnElement[bool]:
    """Return the condition that a run used a handwriting recognizer, with or without an adapter of the book."""
    adapted = page_run.c.hand_reader.startswith(hand_reader + ADAPTER_MARK, autoescape=True)
    return or_(page_run.c.hand_reader == hand_reader, adapted)


def read_entries(
    connection: Connection, declared: RecordSchema, book_id: int, hand_reader: str
) -> tuple[ReadEntry, ...]:
    """Return the readings of the entries of a book that stand and that a handwriting recognizer read, in its order.

    Readings with an adapter of the book count too.
    """
    rows = connection.execute(
        select(
            entry.c.id,
            entry.c.page_id,
            entry.c.record,
            page_run.c.hand_reader,
            scan.c.book_id,
            scan.c.id.label("scan_id"),
            scan.c.sha256,
            page.c.page_no,
        )
        .select_from(ENTRIES)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(entry.c.stands, scan.c.book_id == book_id, _is_reader(hand_reader))
        .order_by(scan.c.id, page.c.page_no, entry.c.row)
    ).all()
    rows = in_page_order(connection, rows)
    found = []
    for start in range(0, len(rows), AT_ONCE):
        batch = rows[start : start + AT_ONCE]
        views = machine_views(connection, declared, [(row.page_id, row.id) for row in batch])
        for row in batch:
            view = views[row.page_id, row.id]
            found.append(
                ReadEntry(row.id, row.page_id, row.record, row.hand_reader, view.readings, view.findings)
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _ReadingOfRun(ReadingRow):
    fingerprint: str
    saved_at: datetime
    latest: bool


def past_readings(connection: Connection, entry_id: int) -> tuple[PastReading, ...]:
    """Return the readings of an entry by all runs, oldest first."""
    query = (
        select(reading, page_run.c.fingerprint, page_run.c.saved_at, page_run.c.latest)
        .join(page_run)
        .where(reading.c.entry_id == entry_id)
        .order_by(reading.c.id)
    )
    return tuple(
        PastReading(row.fingerprint, row.saved_at, row.latest, reading_of_row(row))
        for row in rows_of(connection, _ReadingOfRun, query)
    )


def delivery_layers(
    connection: Connection,
    declared: RecordSchema,
    entry_id: int,
    policy: DeliveryPolicy,
    typed: Mapping[str, tuple[FieldStatus, str]] | None = None,
) -> Mapping[str, FieldLayers]:
    """Return both layers of the settled fields of an entry.

    Args:
        typed: Status and text that a person is typing, by field; they count as decided.

    Raises:
        NotThere: There is no such entry.
    """
    asked = stored_entry(connection, declared, entry_id)
    layers = BookLayers(stored_book(connection, asked.book_id).ledger, declared.schemas, policy)
    for above in entries_before(connection, declared, asked):
        layers.of(above)
    shown = _with_typed(asked, declared, typed or {})
    return layers.of(shown, typed=typed or {}, below=entry_after(connection, declared, asked))


def page_layers(
    connection: Connection, declared: RecordSchema, entry_id: int, policy: DeliveryPolicy
) -> tuple[StoredEntry, Mapping[str, FieldLayers], tuple[StoredEntry, ...]]:
    """Return an entry, both layers of its values, and the other entries of its page that stand.

    Raises:
        NotThere: There is no such entry.
    """
    asked = stored_entry(connection, declared, entry_id)
    layers = BookLayers(stored_book(connection, asked.book_id).ledger, declared.schemas, policy)
    before = entries_before(connection, declared, asked)
    for above in before:
        layers.of(above)
    near = select(entry_table.c.id).where(
        entry_table.c.page_id
        == select(entry_table.c.page_id).where(entry_table.c.id == entry_id).scalar_subquery(),
        entry_table.c.id != entry_id,
        entry_table.c.stands,
    )
    others = tuple(stored_entries(connection, declared, connection.scalars(near).all()))
    return asked, layers.of(asked, below=entry_after(connection, declared, asked)), others


def entries_before(
    connection: Connection, declared: RecordSchema, asked: StoredEntry
) -> tuple[StoredEntry, ...]:
    """Return the entries above an entry on its page and those of the page before."""
    ids = list(entry_ids(connection, asked.book_id))
    if asked.entry_id not in ids:
        return ()
    at = ids.index(asked.entry_id)
    near = ids[max(0, at - _MOST_ABOVE) : at + 1]
    of_page = select(entry_table.c.id, entry_table.c.page_id).where(entry_table.c.id.in_(near))
    pages = dict(iter(connection.execute(of_page)))
    near_pages = tuple(dict.fromkeys(pages[entry_id] for entry_id in reversed(near)))[:2]
    above = [entry_id for entry_id in near[:-1] if pages[entry_id] in near_pages]
    return tuple(stored_entries(connection, declared, above))


def entry_after(connection: Connection, declared: RecordSchema, asked: StoredEntry) -> StoredEntry | None:
    """Return the following entry of a book, None behind the last."""
    ids = list(entry_ids(connection, asked.book_id))
    behind = ids[ids.index(asked.entry_id) + 1 :][:1] if asked.entry_id in ids else []
    return next(iter(stored_entries(connection, declared, behind)), None)


_MOST_ABOVE = 60
"""Most entries above an entry that are read; two pages of the fullest table have fewer."""


def _with_typed(
    asked: StoredEntry, declared: RecordSchema, typed: Mapping[str, tuple[FieldStatus, str]]
) -> StoredEntry:
    """Return an entry with the values of typed texts."""
    values = dict(asked.values)
    for field, (status, text) in typed.items():
        canonical = declared.canonical(asked.record, field, text)
        values[field] = {FieldStatus.READ: canonical or text, FieldStatus.BLANK: ""}.get(status)
    return replace(asked, values=values)
