"""Where every book stands: a handful of statements, each over all books at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, case, exists, func, select

from pipeline.registry.database import clock
from pipeline.registry.model.book_states import BookState, ReadingRun
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories.withdrawals import (
    book_stands,
    failure_stands,
    page_stands,
    pages_withdrawn,
    scan_stands,
)
from pipeline.registry.services.statistics.scope import Places, of_places
from pipeline.registry.tables.books import book, book_run, page, page_failure, page_run, scan
from pipeline.registry.tables.desk import ticket, ticket_closing
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.tasks import review_task
from pipeline.registry.tables.withdrawals import package

_COLUMNS = (
    book.c.id,
    book.c.folder_name,
    book.c.record,
    book.c.form,
    book.c.place,
    book.c.place_code,
    book.c.volume,
)


def book_states(
    connection: Connection, places: Places, among: Collection[int] | None = None
) -> tuple[BookState, ...]:
    """Return the books of these places, or those among them, in the order of places, kinds of event and volumes."""
    mine = (of_places(places), *(() if among is None else (book.c.id.in_(among),)))
    scans = _counted(connection, _scans(), *mine)
    withdrawn = {row.book_id: row for row in connection.execute(pages_withdrawn())}
    read = _counted(connection, _read(), *mine)
    failed = _counted(connection, _failed(), *mine)
    entries = _counted(connection, _entries(), *mine)
    waiting = _counted(connection, _waiting(), *mine)
    tickets = _counted(connection, _tickets(), *mine)
    delivered = _counted(connection, _delivered(), *mine)
    now = clock.now(connection)
    in_hand = set(connection.scalars(select(book_run.c.book_id).where(book_run.c.lasts_until > now)))
    rows = connection.execute(
        select(*_COLUMNS)
        .where(book_stands, *mine)
        .order_by(book.c.place_code, book.c.record, book.c.volume, book.c.id)
    )
    return tuple(
        BookState(
            *row,
            scans=_of(scans, row.id, "counted"),
            pages=_of(scans, row.id, "pages") - _of(withdrawn, row.id, "counted"),
            read=_of(read, row.id, "counted"),
            failed=_of(failed, row.id, "counted"),
            refused=_of(failed, row.id, "scans"),
            entries=_of(entries, row.id, "counted"),
            waiting=_of(waiting, row.id, "counted"),
            tickets=_of(tickets, row.id, "counted"),
            in_hand=row.id in in_hand,
            read_at=read[row.id].at if row.id in read else None,
            delivered_at=delivered[row.id].at if row.id in delivered else None,
        )
        for row in rows
    )


def reading_runs(connection: Connection, places: Places) -> tuple[ReadingRun, ...]:
    """Return the books of these places that runs read now, whoever started them, the first ones first."""
    now = clock.now(connection)
    rows = connection.execute(
        select(book_run.c.book_id, book_run.c.begun_at)
        .join(book, book.c.id == book_run.c.book_id)
        .where(book_run.c.lasts_until > now, book_stands, of_places(places))
        .order_by(book_run.c.begun_at, book_run.c.book_id)
    ).all()
    found = []
    for row in rows:
        (state,) = book_states(connection, places, [row.book_id])
        since = select(func.count()).select_from(page_run).join(page).join(scan)
        saved = connection.scalar(
            since.where(scan.c.book_id == row.book_id, page_stands, page_run.c.saved_at >= row.begun_at)
        )
        found.append(
            ReadingRun(
                row.book_id,
                state.folder_name,
                state.volume,
                row.begun_at,
                saved or 0,
                state.unread,
                state.failed,
                now,
            )
        )
    return tuple(found)


def _of(counts: dict[int, Any], book_id: int, name: str) -> int:
    return int(getattr(counts[book_id], name) or 0) if book_id in counts else 0


def _counted(connection: Connection, query: Select[Any], *mine: Any) -> dict[int, Any]:
    return {row.book_id: row for row in connection.execute(query.where(*mine))}


def _scans() -> Select[Any]:
    return (
        select(scan.c.book_id, func.count().label("counted"), func.sum(scan.c.pages).label("pages"))
        .join(book, book.c.id == scan.c.book_id)
        .where(scan_stands)
        .group_by(scan.c.book_id)
    )


def _read() -> Select[Any]:
    return (
        select(scan.c.book_id, func.count().label("counted"), func.max(page_run.c.saved_at).label("at"))
        .select_from(page_run)
        .join(page, page.c.id == page_run.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(page_run.c.latest, page_stands)
        .group_by(scan.c.book_id)
    )


def _failed() -> Select[Any]:
    whole = case((page_failure.c.page_no.is_(None), 1), else_=0)
    return (
        select(page_failure.c.book_id, func.count().label("counted"), func.sum(whole).label("scans"))
        .join(book, book.c.id == page_failure.c.book_id)
        .where(failure_stands)
        .group_by(page_failure.c.book_id)
    )


def _entries() -> Select[Any]:
    return (
        select(scan.c.book_id, func.count().label("counted"))
        .select_from(entry)
        .join(page, page.c.id == entry.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(entry.c.stands)
        .group_by(scan.c.book_id)
    )


def _waiting() -> Select[Any]:
    return (
        select(review_task.c.book_id, func.count().label("counted"))
        .join(book, book.c.id == review_task.c.book_id)
        .where(review_task.c.state == TaskState.OPEN)
        .group_by(review_task.c.book_id)
    )


def _tickets() -> Select[Any]:
    closed = exists().where(ticket_closing.c.ticket_id == ticket.c.id)
    return (
        select(ticket.c.book_id, func.count(ticket.c.page_id.distinct()).label("counted"))
        .join(book, book.c.id == ticket.c.book_id)
        .join(page, page.c.id == ticket.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(~closed, page_stands)
        .group_by(ticket.c.book_id)
    )


def _delivered() -> Select[Any]:
    return (
        select(package.c.book_id, func.max(package.c.written_at).label("at"))
        .join(book, book.c.id == package.c.book_id)
        .where(book_stands)
        .group_by(package.c.book_id)
    )
