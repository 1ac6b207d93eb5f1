"""The progress of every book, rescans by scanner, and damaged scans, each in a few statements over all books.

The intake puts the scanner into the name of a scan: the day, the scanner's name, the number of the delivery in
five digits, and for a divided delivery its first page in four (``2026-11-25-may-1-00017-0003.pdf``).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)

from pipeline.base.model import PageKind
from pipeline.registry.books.rows import book, page, page_failure, page_run, scan
from pipeline.registry.checks.rows import book_finding
from pipeline.registry.database.columns import rows_of
from pipeline.registry.entries.rows import entry
from pipeline.registry.lots.stored_lots import Part, lot_entry
from pipeline.registry.statistics.model import BookStatistics, ScannerStatistics, ScanOfBook
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import review_task, ticket
from pipeline.registry.withdrawals.stored_withdrawals import (
    book_stands,
    entry_stands,
    failure_stands,
    page_stands,
)

MISSING = "K11-MISSING"
"""The code of the finding that page numbers are missing; its details name them."""

DRIFT = "BOOK-DRIFT"
"""The code of the finding that a book's handwriting differs from that of the calibration; its details say how."""

_COLUMNS = (
    book.c.id,
    book.c.folder_name,
    book.c.record,
    book.c.form,
    book.c.place,
    book.c.place_code,
    book.c.volume,
    case((book.c.copy_of.is_(None), book.c.entries)).label("entries"),
    book.c.pages,
    book.c.copy_of.is_not(None).label("is_second_copy"),
)


def book_statistics(connection: Connection, places: Places) -> tuple[BookStatistics, ...]:
    """Return all books in the order of places, records and volumes."""
    pages = {row.book_id: row for row in rows_of(connection, _PageCounts, _pages(places))}
    entries = {row.book_id: row for row in rows_of(connection, _EntryCounts, _entries(places))}
    failed: dict[int, int] = dict(connection.execute(_failed(places)).all())
    tickets: dict[int, int] = dict(connection.execute(_tickets(places)).all())
    missing = _details(connection, places, MISSING)
    drift = {book_id: last for book_id, (*_, last) in _details(connection, places, DRIFT).items()}
    rows = connection.execute(
        select(*_COLUMNS)
        .where(book_stands, of_places(places))
        .order_by(book.c.place_code, book.c.record, book.c.volume, book.c.id)
    )
    found = []
    for row in rows:
        counted, read = entries.get(row.id, _NO_ENTRIES), pages.get(row.id, _NO_PAGES)
        found.append(
            BookStatistics(
                row.id,
                row.folder_name,
                row.record,
                row.form,
                row.place,
                row.place_code,
                row.volume,
                row.entries,
                row.pages,
                pages=read.pages,
                inner=read.inner_pages,
                entries=counted.entries,
                straight=counted.straight,
                waiting=counted.waiting,
                failed=failed.get(row.id, 0),
                missing=tuple(str(details.get("missing", "")) for details in missing.get(row.id, ())),
                tickets=tickets.get(row.id, 0),
                unusual=str(drift.get(row.id, {}).get("unusual", "")),
                unseen=int(drift.get(row.id, {}).get("unseen", 0)),
                is_second_copy=row.is_second_copy,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _PageCounts:
    book_id: int
    pages: int
    inner_pages: int


@dataclass(frozen=True, slots=True)
class _EntryCounts:
    book_id: int
    entries: int
    straight: int
    waiting: int


_NO_PAGES = _PageCounts(0, 0, 0)
_NO_ENTRIES = _EntryCounts(0, 0, 0, 0)


def _pages(places: Places) -> Select[Any]:
    inner = case((page_run.c.kind == PageKind.COVER, 0), else_=1)
    return (
        select(scan.c.book_id, func.count(), func.sum(inner))
        .select_from(page_run)
        .join(page, page.c.id == page_run.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(page_run.c.latest, page_stands, of_places(places))
        .group_by(scan.c.book_id)
    )


def _entries(places: Places) -> Select[Any]:
    """Return the query of the numbers of standing entries.

    An entry is straight through if the machine accepted it and it never became a task, except in the sample of a lot.
    """
    waiting = case((review_task.c.state == TaskState.OPEN, 1), else_=0)
    sampled = exists().where(lot_entry.c.entry_id == entry.c.id, lot_entry.c.part == Part.SAMPLE)
    settled_in_sample = (review_task.c.state != TaskState.OPEN) & sampled
    straight = entry.c.accepted & or_(review_task.c.id.is_(None), settled_in_sample)
    return (
        select(
            scan.c.book_id,
            func.count(),
            func.sum(cast(straight, Integer)),
            func.sum(waiting),
        )
        .select_from(entry)
        .join(page, page.c.id == entry.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .outerjoin(
            review_task, (review_task.c.page_id == entry.c.page_id) & (review_task.c.row == entry.c.row)
        )
        .where(entry.c.stands, of_places(places))
        .group_by(scan.c.book_id)
    )


def _failed(places: Places) -> Select[Any]:
    return (
        select(page_failure.c.book_id, func.count())
        .join(book, book.c.id == page_failure.c.book_id)
        .where(failure_stands, of_places(places))
        .group_by(page_failure.c.book_id)
    )


def _tickets(places: Places) -> Select[Any]:
    """Return the query of the numbers of pages with a rescan ticket for their quality (not for missing pages)."""
    return (
        select(ticket.c.book_id, func.count(ticket.c.page_id.distinct()))
        .join(book, book.c.id == ticket.c.book_id)
        .join(page, page.c.id == ticket.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(ticket.c.code.is_(None) | (ticket.c.code != MISSING), page_stands, of_places(places))
        .group_by(ticket.c.book_id)
    )


def _details(connection: Connection, places: Places, code: str) -> dict[int, list[Mapping[str, str]]]:
    """Return by book the details of the findings in force with a code, in the order in which they were raised."""
    rows = connection.execute(
        select(book_finding.c.book_id, book_finding.c.details)
        .join(book, book.c.id == book_finding.c.book_id)
        .join(page, page.c.id == book_finding.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(
            book_finding.c.code == code,
            book_finding.c.cleared_at.is_(None),
            page_stands,
            entry_stands(book_finding.c.entry_id),
            of_places(places),
        )
        .order_by(book_finding.c.id)
    )
    found: dict[int, list[Mapping[str, str]]] = {}
    for row in rows:
        found.setdefault(row.book_id, []).append(row.details)
    return found


_WHOLE = re.compile(r"\d{4}-\d{2}-\d{2}-(?P<scanner>[a-z0-9-]+)-")
_DIVIDED = re.compile(_WHOLE.pattern + r"\d{5,}-")

_is_delivery = scan.c.name.like("____-__-__-%-____%.%")
_is_divided = scan.c.name.like("%-____.%")
_without_last_number = func.rtrim(scan.c.name, string.ascii_lowercase + string.digits + ".")
_stem: ColumnElement[str] = case((_is_delivery, _without_last_number), else_="").label("stem")
_divided: ColumnElement[int] = case((_is_delivery & _is_divided, 1), else_=0).label("divided")


def scanner_statistics(connection: Connection, places: Places) -> tuple[ScannerStatistics, ...]:
    """Return the statistics by name of scanner; scans that did not pass the intake come last, under ``""``."""
    read = page_run.join(page, page.c.id == page_run.c.page_id)
    asked = ticket.join(page, page.c.id == ticket.c.page_id)
    for_its_looks = ticket.c.code.is_(None) | (ticket.c.code != MISSING)
    pages = _by_scanner(connection, places, read, func.count(), page_run.c.latest)
    tickets = _by_scanner(connection, places, asked, func.count(ticket.c.page_id.distinct()), for_its_looks)
    names = sorted(pages.keys() | tickets.keys(), key=lambda name: (not name, name))
    return tuple(ScannerStatistics(name, pages[name], tickets[name]) for name in names)


def _by_scanner(
    connection: Connection,
    places: Places,
    counted: FromClause,
    amount: ColumnElement[int],
    condition: ColumnElement[Any],
) -> Counter[str]:
    source = counted.join(scan, scan.c.id == page.c.scan_id).join(book, book.c.id == scan.c.book_id)
    query = (
        select(_stem, _divided, amount)
        .select_from(source)
        .where(condition, of_places(places))
        .group_by(_stem, _divided)
    )
    found: Counter[str] = Counter()
    for stem, divided, times in connection.execute(query):
        found[_scanner(stem, bool(divided))] += times
    return found


def _scanner(stem: str, divided: bool) -> str:
    """Return the scanner in the beginning of a scan's name; ``""`` if there is none."""
    named = (_DIVIDED if divided else _WHOLE).fullmatch(stem)
    return named["scanner"] if named else ""


AT_ONCE = 500
"""Hashes in one statement."""


def scans_of_books(connection: Connection, places: Places, hashes: Collection[str]) -> tuple[ScanOfBook, ...]:
    """Return the scans with these SHA-256 in the books of these places, book by book."""
    wanted = sorted(hashes)
    found: list[ScanOfBook] = []
    for start in range(0, len(wanted), AT_ONCE):
        query = (
            select(
                scan.c.sha256,
                scan.c.name,
                scan.c.pages,
                book.c.id,
                book.c.folder_name,
                book.c.place,
                book.c.place_code,
            )
            .join_from(scan, book, book.c.id == scan.c.book_id)
            .where(scan.c.sha256.in_(wanted[start : start + AT_ONCE]), of_places(places))
        )
        found += rows_of(connection, ScanOfBook, query)
    return tuple(sorted(found, key=lambda one: (one.folder_name, one.name)))
