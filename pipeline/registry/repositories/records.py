"""The values in force of all entries of books at once, as rows: for whoever goes through books of any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select

from pipeline.registry.model.books import BookRow
from pipeline.registry.model.entries import RecordRow
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories.amendments import amendments_in
from pipeline.registry.tables.books import book, page, scan
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.record_schema import Declared
from pipeline.registry.tables.tasks import review_task


def record_rows(
    connection: Connection, declared: Declared, record: str, book_ids: Sequence[int]
) -> Iterator[RecordRow]:
    """The entries of these books, which are all of that record, in their order."""
    table = declared.records[record]
    names = list(declared.fields(record))
    query = (
        select(
            entry.c.id,
            scan.c.book_id,
            scan.c.sha256,
            page.c.page_no,
            entry.c.row,
            entry.c.unaccepted,
            review_task.c.state,
            review_task.c.fields,
            *(table.c[name] for name in names),
        )
        .join_from(entry, table, table.c.entry_id == entry.c.id)
        .join(page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
        .where(entry.c.stands, entry.c.record == record, scan.c.book_id.in_(book_ids))
        .order_by(scan.c.book_id, scan.c.id, page.c.page_no, entry.c.row)
    )
    amended = amendments_in(connection, book_ids)
    for row in connection.execute(query):
        entry_id, book_id, sha256, page_no, at, unaccepted, state, left, *values = row
        open_fields = left if state == TaskState.OPEN else ()
        found = dict(zip(names, values, strict=True))
        amendments = amended.get((book_id, sha256, page_no, at), {})
        found |= {name: one.value for name, one in amendments.items()}
        unsettled = frozenset((*(unaccepted or ()), *(open_fields or ()))) - amendments.keys()
        yield RecordRow(entry_id, book_id, found, unsettled)


def book_rows(connection: Connection, record: str) -> tuple[BookRow, ...]:
    """All books of a record."""
    standing = (
        select(scan.c.book_id, func.count().label("entries"))
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(entry.c.stands)
        .group_by(scan.c.book_id)
        .subquery()
    )
    query = (
        select(
            book.c.id,
            book.c.folder_name,
            book.c.record,
            book.c.place,
            book.c.place_code,
            book.c.volume,
            func.coalesce(standing.c.entries, 0),
        )
        .outerjoin(standing, standing.c.book_id == book.c.id)
        .where(book.c.record == record)
        .order_by(book.c.id)
    )
    return tuple(BookRow(*row) for row in connection.execute(query))
