"""Books and their scans: added, found, and their progress."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Table, case, func, or_, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import BookSeries, Ledger, PageRef
from pipeline.registry.books.failures import forget_failures
from pipeline.registry.books.model import BookProgress, BookRow, FailedPage, KnownBook, StoredBook, StoredPage
from pipeline.registry.books.page_order import in_page_order
from pipeline.registry.books.rows import StoredBookRow, book, book_run, page, page_failure, page_run, scan
from pipeline.registry.database import clock
from pipeline.registry.database.audit import MACHINE, add, change, record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold, hold_book
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.rows import entry
from pipeline.registry.errors import NotThere
from pipeline.registry.typed_text import refuse_hidden_characters
from pipeline.registry.withdrawals.stored_withdrawals import (
    book_stands,
    failure_stands,
    package,
    page_stands,
    scan_stands,
)
from pipeline.values.places import DayRange
from pipeline.values.predicates import date_parts

_logger = logging.getLogger(__name__)

AT_ONCE = 500
"""Scans of one statement."""


def book_id(connection: Connection, declared: RecordSchema, ledger: Ledger, folder_name: str) -> int:
    """Return the id of a book; a new book is added.

    Folder name, the unit that bore its place code then, volume, series and kind of event identify a book; the rest of
    ``ledger`` is updated.
    """
    hold(connection, Whole.BOOKS)
    known = find_book(connection, declared, ledger, folder_name)
    row = {
        "record": declared.schemas.form(ledger.form).record,
        "folder_name": folder_name,
        **ledger_row(ledger),
    }
    if known is None:
        stored_id, changed = add(connection, book, [row])[0], True
    else:
        stored_id, changed = upserted(connection, book, {"id": known}, row)
    if changed:
        record(connection, MACHINE, "book-noted", f"book:{stored_id}")
        _logger.info("book %d noted", stored_id)
    return stored_id


def find_book(connection: Connection, declared: RecordSchema, ledger: Ledger, folder_name: str) -> int | None:
    """Return the id of a book as ``book_id`` does, if it exists; a withdrawn book only if there is no other."""
    rows = rows_of(
        connection,
        StoredBookRow,
        select(book)
        .where(
            book.c.record == declared.schemas.form(ledger.form).record,
            book.c.place_code == ledger.place_code,
            book.c.volume == ledger.volume,
            book.c.folder_name == folder_name,
        )
        .order_by(case((book_stands, 0), else_=1), book.c.id),
    )
    wanted = ledger.series, registering_unit(declared, ledger)
    same = (row.id for row in rows if (row.ledger.series, registering_unit(declared, row.ledger)) == wanted)
    return next(same, None)


def known_book(connection: Connection, book_id: int) -> KnownBook:
    """Return a book with its cover and folder.

    Raises:
        NotThere: There is no book with that id.
    """
    row = book_row(connection, book_id)
    return KnownBook(book_id, row.folder_name, row.ledger, len(page_counts(connection, book_id)))


def book_row(connection: Connection, book_id: int) -> StoredBookRow:
    """Return the row of a book.

    Raises:
        NotThere: There is no book with that id.
    """
    rows = rows_of(connection, StoredBookRow, select(book).where(book.c.id == book_id))
    if not rows:
        raise NotThere(f"Không có quyển sổ số {book_id} trong cơ sở dữ liệu. Hãy kiểm tra lại số.")
    return rows[0]


def likely_books(connection: Connection, folder_name: str, hashes: Collection[str]) -> tuple[KnownBook, ...]:
    """Return the books that share scans with a folder, and the books without scans from a folder of that name.

    Withdrawn books and scans are left out.

    Args:
        hashes: SHA-256 of the scans in the folder.

    Returns:
        Books with most shared scans first.
    """
    shared: Counter[int] = Counter()
    wanted = sorted(set(hashes))
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        shared.update(connection.scalars(select(scan.c.book_id).where(scan.c.sha256.in_(some), scan_stands)))
    empty = select(book.c.id).where(
        book.c.folder_name == folder_name,
        book_stands,
        ~select(scan.c.id).where(scan.c.book_id == book.c.id).exists(),
    )
    likely = [
        replace(known_book(connection, one), shared=shared[one])
        for one in {*shared, *connection.scalars(empty)}
    ]
    return tuple(sorted(likely, key=lambda one: (-one.shared, one.book_id)))


def add_book(
    connection: Connection,
    declared: RecordSchema,
    ledger: Ledger,
    folder_name: str,
    *,
    author: str,
    reason: str,
) -> int:
    """Add a book that, by the word of a person, is no book of the registry yet; return its id.

    Raises:
        RegistryError: The author or reason is missing, or the book exists.
    """
    check_reason(author, reason)
    hold(connection, Whole.BOOKS)
    known = find_book(connection, declared, ledger, folder_name)
    if known is not None:
        raise RegistryError(f"Sổ này đã có trong sổ dữ liệu (mã {known}). Không cần làm gì thêm.")
    row = {
        "record": declared.schemas.form(ledger.form).record,
        "folder_name": folder_name,
        **ledger_row(ledger),
    }
    (stored_id,) = add(connection, book, [row])
    record(connection, author.strip(), "book-added", f"book:{stored_id}", {"reason": reason.strip()})
    return stored_id


def check_reason(author: str, reason: str) -> None:
    """Raise ``RegistryError`` if author or reason is missing or holds hidden characters."""
    if not author.strip() or not reason.strip():
        raise RegistryError("Hãy ghi ai làm việc này và vì sao.")
    refuse_hidden_characters(author, "người ghi")
    refuse_hidden_characters(reason, "lý do")


def ledger_row(ledger: Ledger) -> dict[str, Any]:
    """Return the columns of ``book`` with the data of a ledger."""
    series = None if ledger.series is BookSeries.ORDINARY else ledger.series.value
    return {**asdict(ledger), "series": series, "copy_of": ledger.copy_of or None}


def registering_unit(declared: RecordSchema, ledger: Ledger) -> str:
    """Return the unit that bore the place code when the book was opened (``Gazetteer.unit_of_code``)."""
    opened = date_parts(ledger.opened_on) or (ledger.year,)
    units = declared.schemas.places.gazetteer
    return units.unit_of_code(ledger.place_code, DayRange.of(opened), ledger.place)


def store_scan(connection: Connection, book_id: int, sha256: str, name: str, size: int, pages: int) -> None:
    """Store a readable scan of a book; ``size`` in bytes.

    Earlier failures of the whole scan, and of a file of the same name, are removed.
    """
    hold_book(connection, book_id)
    scan_id, changed = upserted(
        connection, scan, {"book_id": book_id, "sha256": sha256}, {"name": name, "size": size, "pages": pages}
    )
    over = forget_failures(
        connection,
        page_failure.c.book_id == book_id,
        page_failure.c.page_no.is_(None),
        or_(page_failure.c.scan_sha256 == sha256, page_failure.c.scan_name == name),
    )
    if changed or over:
        record(connection, MACHINE, "scan-noted", f"scan:{scan_id}", {"failures ended": over})


def page_counts(connection: Connection, book_id: int) -> dict[str, int]:
    """Return the number of pages of each readable scan of a book, by SHA-256."""
    rows = connection.execute(select(scan.c.sha256, scan.c.pages).where(scan.c.book_id == book_id))
    return {row.sha256: row.pages for row in rows}


def book_with_scan(connection: Connection, sha256: str, besides: int) -> str:
    """Return the folder of another book than ``besides`` with a scan of that SHA-256; ``""`` if there is none."""
    folder_name = connection.scalar(
        select(book.c.folder_name)
        .join(scan, scan.c.book_id == book.c.id)
        .where(scan.c.sha256 == sha256, book.c.id != besides, scan_stands)
        .limit(1)
    )
    return folder_name or ""


def folder_names(connection: Connection) -> frozenset[str]:
    """Return the folder names of all books, withdrawn books included."""
    return frozenset(connection.scalars(select(book.c.folder_name)))


def stored_scans(connection: Connection) -> dict[str, str]:
    """Return the name of each scan as ``folder/file``, by SHA-256."""
    rows = connection.execute(
        select(scan.c.sha256, scan.c.name, book.c.folder_name).join(book, book.c.id == scan.c.book_id)
    )
    return {row.sha256: f"{row.folder_name}/{row.name}" for row in rows}


def stored_scans_of(url: str, wait_seconds: float = 60.0) -> dict[str, str]:
    """Return the name of each scan of a registry that is not open, by SHA-256.

    The registry is not changed, whichever version made it.
    """
    database = Database(url, wait_seconds)
    try:
        with database.reading() as connection:
            return stored_scans(connection)
    finally:
        database.close()


def upserted(
    connection: Connection, table: Table, identity: dict[str, Any], rest: dict[str, Any]
) -> tuple[int, bool]:
    """Add the row with that identity or update it; return its id and whether anything changed.

    The caller holds a lock that keeps others from doing the same.
    """
    stored = connection.execute(
        select(table.c.id, *(table.c[name] for name in rest)).filter_by(**identity)
    ).first()
    if stored is None:
        return add(connection, table, [identity | rest])[0], True
    row_id, *values = stored
    if values == list(rest.values()):
        return int(row_id), False
    change(connection, table, [row_id], **rest)
    return int(row_id), True


def stored_book(connection: Connection, book_id: int) -> StoredBook:
    """Return a book with its pages and failures.

    Raises:
        NotThere: There is no book with that id.
    """
    row = book_row(connection, book_id)
    scans = connection.execute(
        select(scan.c.sha256, scan.c.name).where(scan.c.book_id == book_id, scan_stands).order_by(scan.c.id)
    )
    pages = connection.execute(
        select(
            page.c.id,
            scan.c.book_id,
            scan.c.id.label("scan_id"),
            scan.c.sha256,
            page.c.page_no,
            page_run.c.kind,
            page_run.c.form,
        )
        .join_from(page, scan)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.book_id == book_id, page_stands)
        .order_by(scan.c.id, page.c.page_no)
    ).all()
    failures = connection.execute(
        select(page_failure.c.scan_name, page_failure.c.page_no, page_failure.c.code)
        .where(page_failure.c.book_id == book_id, failure_stands)
        .order_by(page_failure.c.scan_name, page_failure.c.page_no)
    )
    return StoredBook(
        book_id,
        row.folder_name,
        row.record,
        row.ledger,
        {one.sha256: one.name for one in scans},
        tuple(
            StoredPage(one.id, PageRef(one.sha256, one.page_no), one.kind, one.form)
            for one in in_page_order(connection, pages)
        ),
        tuple(FailedPage(one.scan_name, one.page_no, one.code) for one in failures),
    )


def book_progress(connection: Connection) -> Mapping[str, BookProgress]:
    """Return the progress of every book by folder name; of several books in equal folders the least advanced."""
    pages_of = (
        select(scan.c.book_id, func.sum(scan.c.pages).label("pages"))
        .where(scan_stands)
        .group_by(scan.c.book_id)
    )
    counted = {row.book_id: row.pages for row in connection.execute(pages_of)}
    failures_of = (
        select(page_failure.c.book_id, func.count().label("pages"))
        .where(page_failure.c.page_no.is_not(None), failure_stands)
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
            .where(page_run.c.latest, scan_stands)
            .group_by(scan.c.book_id)
        )
    }
    in_hand = set(connection.scalars(select(book_run.c.book_id)))
    by_folder: dict[str, BookProgress] = {}
    for book_id, name in connection.execute(select(book.c.id, book.c.folder_name).where(book_stands)):
        pages, saved_at = read.get(book_id, (0, None))
        missing = max(0, (counted.get(book_id) or 0) - pages - failed.get(book_id, 0))
        progress = BookProgress(book_id in in_hand, missing, saved_at)
        if name not in by_folder or (progress.in_hand, progress.missing) > (
            by_folder[name].in_hand,
            by_folder[name].missing,
        ):
            by_folder[name] = progress
    return by_folder


def book_rows(connection: Connection, record: str) -> tuple[BookRow, ...]:
    """Return all books of a record, each with the number of its valid entries."""
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
        .where(book.c.record == record, book_stands)
        .order_by(book.c.id)
    )
    return tuple(BookRow(*row) for row in connection.execute(query))


def note_package(
    connection: Connection, book_id: int, entries: Mapping[int, str], manifest_sha256: str, despite: str = ""
) -> None:
    """Record that entries of a book left the registry in a package.

    Args:
        entries: The number of each entry as delivered, by its id.
        despite: Who had it written although its rehearsal of loading fails; the manifest has the reason.
    """
    row = {
        "book_id": book_id,
        "manifest_sha256": manifest_sha256,
        "entries": [[entry_id, number] for entry_id, number in entries.items()],
        "written_at": clock.now(connection),
    }
    add(connection, package, [row])
    details = {"entries": len(entries), "manifest": manifest_sha256}
    record(connection, MACHINE, "package-written", f"book:{book_id}", details)
    if despite:
        record(connection, despite, "loading-overruled", f"book:{book_id}", details)
