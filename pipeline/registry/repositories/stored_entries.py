"""Entries with all that the registry knows of them, one or whole books at a time: one query a table, not one an entry.

The effective values come from the record tables, where ``projections`` keeps them; nothing here computes them anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, or_, select

from pipeline.base.model import PageRef
from pipeline.base.model.adapted_reader import ADAPTER_MARK
from pipeline.registry.model.entries import PastReading, ReadEntry, StoredEntry
from pipeline.registry.repositories.confirmed_deliveries import confirmed_in
from pipeline.registry.repositories.effective_values import effective_values_of
from pipeline.registry.repositories.entries import (
    Subject,
    amendments_in,
    decisions_at,
    machine_views,
    places_of_subjects,
    reading_of_row,
)
from pipeline.registry.repositories.page_order import in_page_order
from pipeline.registry.repositories.places import places_of
from pipeline.registry.tables.books import page, page_run, scan
from pipeline.registry.tables.entries import entry, reading
from pipeline.registry.tables.record_schema import RecordSchema

AT_ONCE = 500
"""Entries that one statement asks about."""


def entry_ids(connection: Connection, book_id: int | None = None) -> Sequence[int]:
    """Return the ids of the valid entries, of a book or of all, in the order of the books."""
    query = (
        select(entry.c.id, scan.c.book_id, scan.c.id.label("scan_id"), scan.c.sha256, page.c.page_no)
        .join(page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(entry.c.stands)
        .order_by(scan.c.book_id, scan.c.id, page.c.page_no, entry.c.row)
    )
    rows = connection.execute(query if book_id is None else query.where(scan.c.book_id == book_id)).all()
    return [row.id for row in in_page_order(connection, rows)]


def stored_entry(connection: Connection, declared: RecordSchema, entry_id: int) -> StoredEntry:
    """Return all that is known of an entry now.

    Raises:
        NotThere: There is none of that id.
    """
    return next(stored_entries(connection, declared, [entry_id]))


def stored_entries(
    connection: Connection, declared: RecordSchema, entry_ids: Sequence[int]
) -> Iterator[StoredEntry]:
    """Yield all that is known of each of these entries, in their order.

    Raises:
        NotThere: When one of them is not in the registry.
    """
    for start in range(0, len(entry_ids), AT_ONCE):
        yield from _some_entries(connection, declared, entry_ids[start : start + AT_ONCE])


def _some_entries(
    connection: Connection, declared: RecordSchema, entry_ids: Sequence[int]
) -> Iterator[StoredEntry]:
    pages = dict(
        iter(connection.execute(select(entry.c.id, entry.c.page_id).where(entry.c.id.in_(entry_ids))))
    )
    subjects: list[Subject] = [(pages.get(entry_id, 0), entry_id) for entry_id in entry_ids]
    positions = places_of_subjects(connection, subjects)
    machine = machine_views(connection, subjects)
    decisions = decisions_at(connection, {(row["page_id"], row["row"]) for row in positions.values()})
    values = effective_values_of(
        connection, declared, {row["id"]: row["record"] for row in positions.values()}
    )
    places = places_of(connection, entry_ids)
    readers = _hand_readers(connection, set(pages.values()))
    book_ids = {row["book_id"] for row in positions.values()}
    amendments, confirmed = amendments_in(connection, book_ids), confirmed_in(connection, book_ids)
    for subject in subjects:
        row, view = positions[subject], machine[subject]
        yield StoredEntry(
            entry_id=row["id"],
            book_id=row["book_id"],
            ref=PageRef(row["sha256"], row["page_no"]),
            scan=row["name"],
            row=row["row"],
            record=row["record"],
            readings=view.readings,
            findings=view.findings,
            decisions=decisions[row["page_id"], row["row"]],
            values=values[row["id"]],
            places=places.get(row["id"], {}),
            cross_entry_findings=view.cross_entry_findings,
            hand_reader=readers.get(row["page_id"]),
            amendments=amendments.get((row["book_id"], row["sha256"], row["page_no"], row["row"]), {}),
            confirmed=confirmed.get((row["book_id"], row["sha256"], row["page_no"], row["row"]), {}),
        )


def _hand_readers(connection: Connection, page_ids: set[int]) -> Mapping[int, str | None]:
    """Return the reader of handwriting of the latest run over each of these pages."""
    query = select(page_run.c.page_id, page_run.c.hand_reader).where(
        page_run.c.page_id.in_(page_ids), page_run.c.latest
    )
    return {row.page_id: row.hand_reader for row in connection.execute(query)}


def _is_reader(hand_reader: str) -> ColumnElement[bool]:
    """Whether a run was read by that reader, be it with what it learnt of the hand of the book."""
    learnt = page_run.c.hand_reader.startswith(hand_reader + ADAPTER_MARK, autoescape=True)
    return or_(page_run.c.hand_reader == hand_reader, learnt)


def read_entries(connection: Connection, book_id: int, hand_reader: str) -> tuple[ReadEntry, ...]:
    """Return the latest readings of the valid entries of a book that this handwriting reader has read, in its order.

    What it read with an adapter of the book counts too.
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
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(entry.c.stands, scan.c.book_id == book_id, _is_reader(hand_reader))
        .order_by(scan.c.id, page.c.page_no, entry.c.row)
    ).all()
    rows = in_page_order(connection, rows)
    found = []
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        views = machine_views(connection, [(row.page_id, row.id) for row in some])
        for row in some:
            view = views[row.page_id, row.id]
            found.append(
                ReadEntry(row.id, row.page_id, row.record, row.hand_reader, view.readings, view.findings)
            )
    return tuple(found)


def past_readings(connection: Connection, entry_id: int) -> tuple[PastReading, ...]:
    """Return what every run read on an entry, oldest first."""
    rows = connection.execute(
        select(reading, page_run.c.fingerprint, page_run.c.saved_at, page_run.c.latest)
        .join(page_run)
        .where(reading.c.entry_id == entry_id)
        .order_by(reading.c.id)
    )
    return tuple(
        PastReading(row["fingerprint"], row["saved_at"], row["latest"], reading_of_row(row))
        for row in rows.mappings()
    )
