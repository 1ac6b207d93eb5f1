"""Pages and scans that could not be read, and pages of no declared form.

A failure waits for a person until the page can be read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, func, select

from pipeline.base.model import PageRef
from pipeline.registry.books.model import ReadFailure, UnfitPage
from pipeline.registry.books.rows import book, page, page_failure, page_run, scan
from pipeline.registry.database.audit import MACHINE, add, compare, record, remove
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.locks import hold_book
from pipeline.registry.entries.rows import finding
from pipeline.registry.withdrawals.stored_withdrawals import failure_stands, page_stands


def read_failures(connection: Connection, book_id: int | None = None) -> tuple[ReadFailure, ...]:
    """Return the failures of a book, or of all books, in the order of books, scans and pages."""
    query = (
        select(
            book.c.id,
            book.c.folder_name,
            page_failure.c.scan_name,
            page_failure.c.scan_sha256,
            page_failure.c.page_no,
            page_failure.c.code,
            page_failure.c.message,
            page_failure.c.failed_at,
            func.coalesce(page_failure.c.tries, 1),
        )
        .join_from(page_failure, book)
        .where(failure_stands)
        .order_by(page_failure.c.book_id, page_failure.c.scan_name, page_failure.c.page_no, page_failure.c.id)
    )
    if book_id is not None:
        query = query.where(page_failure.c.book_id == book_id)
    return tuple(rows_of(connection, ReadFailure, query))


def set_aside(
    connection: Connection, book_id: int, codes: Collection[str], tries: int, prints: Mapping[str, str]
) -> dict[tuple[str, int | None], ReadFailure]:
    """Return the failures after which another try is useless, by SHA-256 of the scan and page.

    Only failures under the current fingerprint of the scan count.

    Args:
        codes: Error codes that count.
        tries: Number of failures in a row.
        prints: Current fingerprint by SHA-256 of the scan.
    """
    rows = connection.execute(
        select(page_failure.c.scan_sha256, page_failure.c.page_no, page_failure.c.fingerprint).where(
            page_failure.c.book_id == book_id, page_failure.c.code.in_(codes), page_failure.c.tries >= tries
        )
    ).all()
    same = {(row.scan_sha256, row.page_no) for row in rows if prints.get(row.scan_sha256) == row.fingerprint}
    if not same:
        return {}
    return {
        (failure.sha256, failure.page_no): failure
        for failure in read_failures(connection, book_id)
        if (failure.sha256, failure.page_no) in same
    }


def save_failure(
    connection: Connection,
    book_id: int,
    sha256: str,
    name: str,
    page_no: int | None,
    code: str,
    message: str,
    fingerprint: str | None = None,
) -> None:
    """Record that a page, or with ``page_no`` None a scan, could not be read.

    The row replaces the last row about the same page, counts equal failures, and is removed once reading succeeds.
    ``fingerprint`` is that of the failed reading.
    """
    hold_book(connection, book_id)
    same = (
        page_failure.c.book_id == book_id,
        page_failure.c.scan_sha256 == sha256,
        page_failure.c.scan_name == name,
        page_failure.c.page_no.is_not_distinct_from(page_no),
    )
    alike = (page_failure.c.code == code, page_failure.c.fingerprint.is_not_distinct_from(fingerprint))
    tries = connection.scalar(select(page_failure.c.tries).where(*same, *alike).limit(1)) or 0
    forget_failures(connection, *same)
    failed = {
        "book_id": book_id,
        "scan_sha256": sha256,
        "scan_name": name,
        "page_no": page_no,
        "code": code,
        "message": message,
        "failed_at": datetime.now(UTC),
        "fingerprint": fingerprint,
        "tries": tries + 1,
    }
    add(connection, page_failure, [failed])
    record(connection, MACHINE, "page-failed", f"book:{book_id}", {"code": code, "page": page_no})


def forget_failures(connection: Connection, *which: ColumnElement[bool]) -> int:
    """Remove failures and return their number; altered rows stay.

    The rows are locked in the order of their ids, so that two transactions do not wait for one another.
    """
    over = select(page_failure.c.id).where(*which).order_by(page_failure.c.id)
    failure_ids = connection.scalars(over.with_for_update()).all()
    altered = compare(connection, page_failure, failure_ids, leave=True)
    ids = [failure_id for failure_id in failure_ids if failure_id not in altered]
    if ids:
        remove(connection, page_failure, ids)
    return len(ids)


OTHER_FORM = "PAGE-FORM"


def unfit_pages(connection: Connection, book_id: int) -> tuple[UnfitPage, ...]:
    """Return the pages of a book that fit neither its form nor a cover, in scan order."""
    rows = connection.execute(
        select(scan.c.sha256, scan.c.name, page.c.page_no, page_run.c.size, finding.c.details)
        .join_from(page, scan)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .join(finding, finding.c.page_run_id == page_run.c.id)
        .where(scan.c.book_id == book_id, finding.c.code == OTHER_FORM, page_stands)
        .order_by(scan.c.id, page.c.page_no)
    )
    return tuple(
        UnfitPage(
            PageRef(row.sha256, row.page_no),
            row.name,
            (row.size[0], row.size[1]),
            row.details.get("form", ""),
        )
        for row in rows
    )
