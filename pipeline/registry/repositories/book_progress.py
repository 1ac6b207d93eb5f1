"""How far books are, told by sums alone: enough to know which of them want reading first."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from pipeline.registry.model.books import BookProgress
from pipeline.registry.tables.books import book, book_run, page, page_failure, page_run, scan


def book_progress(connection: Connection) -> Mapping[str, BookProgress]:
    """Of every book, by the name of its folder; of books in folders of one name, that which is least far."""
    pages_of = select(scan.c.book_id, func.sum(scan.c.pages).label("pages")).group_by(scan.c.book_id)
    counted = {row.book_id: row.pages for row in connection.execute(pages_of)}
    failures_of = (
        select(page_failure.c.book_id, func.count().label("pages"))
        .where(page_failure.c.page_no.is_not(None))
        .group_by(page_failure.c.book_id)
    )
    failed = {row.book_id: row.pages for row in connection.execute(failures_of)}
    read = {
        row.book_id: (row.pages, row.saved_at)
        for row in connection.execute(
            select(
                scan.c.book_id, func.count().label("pages"), func.max(page_run.c.saved_at).label("saved_at")
            )
            .join_from(page_run, page, page_run.c.page_id == page.c.id)
            .join(scan, page.c.scan_id == scan.c.id)
            .where(page_run.c.latest)
            .group_by(scan.c.book_id)
        )
    }
    in_hand = set(connection.scalars(select(book_run.c.book_id)))
    found: dict[str, BookProgress] = {}
    for book_id, name in connection.execute(select(book.c.id, book.c.folder_name)):
        pages, saved_at = read.get(book_id, (0, None))
        missing = max(0, (counted.get(book_id) or 0) - pages - failed.get(book_id, 0))
        one = BookProgress(book_id in in_hand, missing, saved_at)
        if name not in found or (one.in_hand, one.missing) > (found[name].in_hand, found[name].missing):
            found[name] = one
    return found
