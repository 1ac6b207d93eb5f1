"""What the machine last read on the entries of a book, many at a time."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from pipeline.registry.model.entries import ReadEntry
from pipeline.registry.repositories.entries import machine_views
from pipeline.registry.tables.books import page, page_run, scan
from pipeline.registry.tables.entries import entry

AT_ONCE = 500
"""Entries that one statement asks about."""


def read_entries(connection: Connection, book_id: int, hand_reader: str) -> Iterator[ReadEntry]:
    """The entries of a book that stand and were last read by that reader of handwriting, in the order of the book."""
    rows = connection.execute(
        select(entry.c.id, entry.c.page_id, entry.c.record, page_run.c.hand_reader)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(entry.c.stands, scan.c.book_id == book_id, page_run.c.hand_reader == hand_reader)
        .order_by(scan.c.id, page.c.page_no, entry.c.row)
    ).all()
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        views = machine_views(connection, [(row.page_id, row.id) for row in some])
        for row in some:
            view = views[row.page_id, row.id]
            yield ReadEntry(row.id, row.page_id, row.record, row.hand_reader, view.readings, view.findings)
