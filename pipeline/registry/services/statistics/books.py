"""The progress of every book: a handful of statements, each over all books at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, case, cast, exists, func, or_, select

from pipeline.base.model import PageKind
from pipeline.registry.model.lots import Part
from pipeline.registry.model.statistics import BookStatistics
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories.withdrawals import (
    book_stands,
    entry_stands,
    failure_stands,
    page_stands,
)
from pipeline.registry.services.statistics.scope import Places, of_places
from pipeline.registry.tables.books import book, page, page_failure, page_run, scan
from pipeline.registry.tables.checks import book_finding
from pipeline.registry.tables.desk import ticket
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.lots import lot_entry
from pipeline.registry.tables.tasks import review_task

MISSING = "K11-MISSING"
"""The code of the finding that page numbers are missing; its details name them."""

DRIFT = "BOOK-DRIFT"
"""The code of the finding that a book's handwriting is unlike that calibrated on; its details say in what."""

_COLUMNS = (
    book.c.id,
    book.c.folder_name,
    book.c.record,
    book.c.form,
    book.c.place,
    book.c.place_code,
    book.c.volume,
    book.c.entries,
    book.c.pages,
)


def book_statistics(connection: Connection, places: Places) -> tuple[BookStatistics, ...]:
    """All books, in the order of places, kinds of event and volumes."""
    pages = _by_book(connection, _pages(places))
    entries = _by_book(connection, _entries(places))
    failed = _by_book(connection, _failed(places))
    tickets = _by_book(connection, _tickets(places))
    missing = _details(connection, places, MISSING)
    drift = {book_id: last for book_id, (*_, last) in _details(connection, places, DRIFT).items()}
    rows = connection.execute(
        select(*_COLUMNS)
        .where(book_stands, of_places(places))
        .order_by(book.c.place_code, book.c.record, book.c.volume, book.c.id)
    )
    found = []
    for row in rows:
        counted, read = entries.get(row.id), pages.get(row.id)
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
                pages=read.pages if read else 0,
                inner=read.inner_pages if read else 0,
                entries=counted.entries if counted else 0,
                straight=counted.straight if counted else 0,
                waiting=counted.waiting if counted else 0,
                failed=failed[row.id].counted if row.id in failed else 0,
                missing=tuple(str(told.get("missing", "")) for told in missing.get(row.id, ())),
                tickets=tickets[row.id].counted if row.id in tickets else 0,
                unusual=str(drift.get(row.id, {}).get("unusual", "")),
                unseen=int(drift.get(row.id, {}).get("unseen", 0)),
            )
        )
    return tuple(found)


def _by_book(connection: Connection, query: Select[Any]) -> dict[int, Row[Any]]:
    return {row.book_id: row for row in connection.execute(query)}


def _pages(places: Places) -> Select[Any]:
    inner = case((page_run.c.kind == PageKind.COVER, 0), else_=1)
    return (
        select(scan.c.book_id, func.count().label("pages"), func.sum(inner).label("inner_pages"))
        .select_from(page_run)
        .join(page, page.c.id == page_run.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(page_run.c.latest, page_stands, of_places(places))
        .group_by(scan.c.book_id)
    )


def _entries(places: Places) -> Select[Any]:
    """Count the valid entries.

    Those count as straight through that the machine accepted and that never became a task, except as part of the
    sample of a lot.
    """
    waiting = case((review_task.c.state == TaskState.OPEN, 1), else_=0)
    sampled = exists().where(lot_entry.c.entry_id == entry.c.id, lot_entry.c.part == Part.SAMPLE)
    settled_in_sample = (review_task.c.state != TaskState.OPEN) & sampled
    straight = entry.c.accepted & or_(review_task.c.id.is_(None), settled_in_sample)
    return (
        select(
            scan.c.book_id,
            func.count().label("entries"),
            func.sum(cast(straight, Integer)).label("straight"),
            func.sum(waiting).label("waiting"),
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
        select(page_failure.c.book_id, func.count().label("counted"))
        .join(book, book.c.id == page_failure.c.book_id)
        .where(failure_stands, of_places(places))
        .group_by(page_failure.c.book_id)
    )


def _tickets(places: Places) -> Select[Any]:
    """Pages that a person or the machine asked for again because of how they look, not because others are missing."""
    return (
        select(ticket.c.book_id, func.count(ticket.c.page_id.distinct()).label("counted"))
        .join(book, book.c.id == ticket.c.book_id)
        .join(page, page.c.id == ticket.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(ticket.c.code.is_(None) | (ticket.c.code != MISSING), page_stands, of_places(places))
        .group_by(ticket.c.book_id)
    )


def _details(connection: Connection, places: Places, code: str) -> dict[int, list[Mapping[str, str]]]:
    """The details of the findings of that code that hold, by book, in the order in which they were raised."""
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
