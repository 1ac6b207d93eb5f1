"""A whole book as the registry knows it: its ledger, its pages by kind, what has no result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from pipeline.model import Ledger, PageRef
from pipeline.registry.tables import book, page, page_failure, page_run, scan
from pipeline.registry.values import NotThere


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page that was read: ``kind`` as in ``PageKind``, and the form it was read as."""

    page_id: int
    ref: PageRef
    kind: str
    form: str


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page (``page_no``) or a scan (None) without a result, and the code of why."""

    scan: str
    page_no: int | None
    code: str


@dataclass(frozen=True, slots=True)
class StoredBook:
    """``scans``: names by content hash; ``pages`` in the order of the scans."""

    book_id: int
    folder_name: str
    record: str
    ledger: Ledger
    scans: Mapping[str, str]
    pages: tuple[StoredPage, ...]
    failures: tuple[FailedPage, ...]


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
