"""A whole book as the registry knows it: its ledger, its pages by kind, what has no result."""

from __future__ import annotations

from sqlalchemy import Connection, select

from pipeline.model import Ledger, PageRef
from pipeline.registry.model.books import FailedPage, StoredBook, StoredPage
from pipeline.registry.model.errors import NotThere
from pipeline.registry.tables.books import book, page, page_failure, page_run, scan


def stored_book(connection: Connection, book_id: int) -> StoredBook:
    """The book of that id; ``NotThere`` when there is none."""
    row = connection.execute(select(book).where(book.c.id == book_id)).mappings().first()
    if row is None:
        raise NotThere(f"Không có quyển sổ số {book_id} trong cơ sở dữ liệu. Hãy kiểm tra lại số.")
    keys = ("form", "place", "place_code", "volume", "opened_on", "closed_on", "entries", "pages")
    scans = connection.execute(
        select(scan.c.sha256, scan.c.name).where(scan.c.book_id == book_id).order_by(scan.c.id)
    )
    pages = connection.execute(
        select(page.c.id, scan.c.sha256, page.c.page_no, page_run.c.kind, page_run.c.form)
        .join_from(page, scan)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.book_id == book_id)
        .order_by(scan.c.id, page.c.page_no)
    )
    failures = connection.execute(
        select(page_failure.c.scan_name, page_failure.c.page_no, page_failure.c.code)
        .where(page_failure.c.book_id == book_id)
        .order_by(page_failure.c.scan_name, page_failure.c.page_no)
    )
    return StoredBook(
        book_id,
        row["folder_name"],
        row["record"],
        Ledger(**{key: row[key] for key in keys}),
        {one.sha256: one.name for one in scans},
        tuple(StoredPage(one.id, PageRef(one.sha256, one.page_no), one.kind, one.form) for one in pages),
        tuple(FailedPage(one.scan_name, one.page_no, one.code) for one in failures),
    )
