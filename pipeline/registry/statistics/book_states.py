"""The state of each book on its way from the shelf to the delivery."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, select

from pipeline.registry.books.rows import book, book_run, page, page_failure, page_run, scan
from pipeline.registry.database import clock
from pipeline.registry.database.columns import rows_of
from pipeline.registry.entries.rows import entry
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import review_task, ticket, ticket_closing
from pipeline.registry.withdrawals.stored_withdrawals import (
    book_stands,
    failure_stands,
    package,
    page_stands,
    pages_withdrawn,
    scan_stands,
)


class BookStage(StrEnum):
    """Where a book stands.

    Attributes:
        RECEIVED: Nothing of it was read yet.
        READING: Pages are unread, or a run is reading it.
        REVIEW: All pages are read; tasks, failed pages or rescan tickets wait for people.
        READY: Nothing waits; it may be delivered.
        DELIVERED: A package was written, and nothing was read or waits since.
        COPY: It is the second copy of a delivered book: all of it is read, and it is never delivered.
    """

    RECEIVED = "received"
    READING = "reading"
    REVIEW = "review"
    READY = "ready"
    DELIVERED = "delivered"
    COPY = "copy"


BOOK_STAGE_LABELS: Mapping[BookStage, str] = {
    BookStage.RECEIVED: "Đã tiếp nhận",
    BookStage.READING: "Đang đọc",
    BookStage.REVIEW: "Đang rà soát",
    BookStage.READY: "Đủ điều kiện bàn giao",
    BookStage.DELIVERED: "Đã bàn giao",
    BookStage.COPY: "Bản lưu kép, chỉ để đối chiếu",
}


@dataclass(frozen=True, slots=True)
class BookState:
    """A book and its progress.

    Attributes:
        copy_of: Folder of the delivered book that it is the second copy of.
        scans: Readable scans that a run has noted.
        pages: Pages of those scans.
        failed: Scans and pages without a result.
        refused: The scans among them.
        entries: Valid entries.
        waiting: Open tasks.
        tickets: Pages that must be scanned again.
        in_hand: Whether a run is reading it.
        read_at: When the last page was saved.
        delivered_at: When the last package was written.
    """

    book_id: int
    folder_name: str
    record: str
    form: str
    place: str
    place_code: str
    volume: str
    copy_of: str | None = None
    scans: int = 0
    pages: int = 0
    read: int = 0
    failed: int = 0
    refused: int = 0
    entries: int = 0
    waiting: int = 0
    tickets: int = 0
    in_hand: bool = False
    read_at: datetime | None = None
    delivered_at: datetime | None = None

    @property
    def year(self) -> str:
        """The year in which the volume was opened."""
        return self.volume.rpartition("/")[2]

    @property
    def unread(self) -> int:
        """Pages that were counted but neither read nor failed."""
        return max(0, self.pages - self.read - (self.failed - self.refused))

    @property
    def stage(self) -> BookStage:
        if self.in_hand or (self.read and self.unread):
            return BookStage.READING
        if not self.read and not self.failed:
            return BookStage.RECEIVED
        if self.waiting or self.failed or self.tickets:
            return BookStage.REVIEW
        if self.copy_of:
            return BookStage.COPY
        is_delivered = self.delivered_at is not None and (
            self.read_at is None or self.read_at <= self.delivered_at
        )
        return BookStage.DELIVERED if is_delivered else BookStage.READY


@dataclass(frozen=True, slots=True)
class ReadingRun:
    """A book that a run is reading.

    Attributes:
        saved: Pages that it has saved.
        left: Counted pages that are not read yet; 0 while pages are counted, or if all are read anew.
        failed: Scans and pages without a result.
    """

    book_id: int
    folder_name: str
    volume: str
    begun_at: datetime
    saved: int
    left: int
    failed: int
    now: datetime

    @property
    def share(self) -> float | None:
        """The share of its pages that is read; None while they are not counted."""
        return self.saved / (self.saved + self.left) if self.left else None

    @property
    def seconds_left(self) -> float | None:
        """The remaining time at the present pace; None if it is not known yet."""
        if not self.saved or not self.left:
            return None
        return (self.now - self.begun_at).total_seconds() / self.saved * self.left


_COLUMNS = (
    book.c.id,
    book.c.folder_name,
    book.c.record,
    book.c.form,
    book.c.place,
    book.c.place_code,
    book.c.volume,
    book.c.copy_of,
)


def book_states(
    connection: Connection, places: Places, among: Collection[int] | None = None
) -> tuple[BookState, ...]:
    """Return the books of these places, in the order of places, records and volumes.

    Args:
        among: Ids of the only books to return; None: all.
    """
    mine = (of_places(places), *(() if among is None else (book.c.id.in_(among),)))
    scans = _counted(connection, _scans(), *mine)
    withdrawn = _counted(connection, pages_withdrawn())
    read = {row.book_id: row for row in rows_of(connection, _PagesRead, _read().where(*mine))}
    failed = _counted(connection, _failed(), *mine)
    entries = _counted(connection, _entries(), *mine)
    waiting = _counted(connection, _waiting(), *mine)
    tickets = _counted(connection, _tickets(), *mine)
    delivered: dict[int, datetime] = dict(connection.execute(_delivered().where(*mine)).all())
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
            scans=scans.get(row.id, _NOTHING).count,
            pages=(scans.get(row.id, _NOTHING).part or 0) - withdrawn.get(row.id, _NOTHING).count,
            read=read[row.id].count if row.id in read else 0,
            failed=failed.get(row.id, _NOTHING).count,
            refused=failed.get(row.id, _NOTHING).part or 0,
            entries=entries.get(row.id, _NOTHING).count,
            waiting=waiting.get(row.id, _NOTHING).count,
            tickets=tickets.get(row.id, _NOTHING).count,
            in_hand=row.id in in_hand,
            read_at=read[row.id].at if row.id in read else None,
            delivered_at=delivered.get(row.id),
        )
        for row in rows
    )


def pages_to_rescan(connection: Connection, places: Places) -> Mapping[int, int]:
    """Return the number of pages with an open rescan ticket, by id of the books that have any."""
    counted = _counted(connection, _tickets(), of_places(places))
    return {book_id: count.count for book_id, count in counted.items()}


def reading_runs(connection: Connection, places: Places) -> tuple[ReadingRun, ...]:
    """Return the running readings of books of these places, oldest first."""
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


@dataclass(frozen=True, slots=True)
class _BookCount:
    """What is counted of a book; ``part``: pages of the scans, or scans among the failures."""

    book_id: int
    count: int
    part: int | None = None


_NOTHING = _BookCount(0, 0)


@dataclass(frozen=True, slots=True)
class _PagesRead:
    book_id: int
    count: int
    at: datetime


def _counted(connection: Connection, query: Select[Any], *mine: ColumnElement[bool]) -> dict[int, _BookCount]:
    return {row.book_id: row for row in rows_of(connection, _BookCount, query.where(*mine))}


def _scans() -> Select[Any]:
    return (
        select(scan.c.book_id, func.count(), func.sum(scan.c.pages))
        .join(book, book.c.id == scan.c.book_id)
        .where(scan_stands)
        .group_by(scan.c.book_id)
    )


def _read() -> Select[Any]:
    return (
        select(scan.c.book_id, func.count(), func.max(page_run.c.saved_at))
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
        select(page_failure.c.book_id, func.count(), func.sum(whole))
        .join(book, book.c.id == page_failure.c.book_id)
        .where(failure_stands)
        .group_by(page_failure.c.book_id)
    )


def _entries() -> Select[Any]:
    return (
        select(scan.c.book_id, func.count())
        .select_from(entry)
        .join(page, page.c.id == entry.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(entry.c.stands)
        .group_by(scan.c.book_id)
    )


def _waiting() -> Select[Any]:
    return (
        select(review_task.c.book_id, func.count())
        .join(book, book.c.id == review_task.c.book_id)
        .where(review_task.c.state == TaskState.OPEN)
        .group_by(review_task.c.book_id)
    )


def _tickets() -> Select[Any]:
    closed = exists().where(ticket_closing.c.ticket_id == ticket.c.id)
    return (
        select(ticket.c.book_id, func.count(ticket.c.page_id.distinct()))
        .join(book, book.c.id == ticket.c.book_id)
        .join(page, page.c.id == ticket.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(~closed, page_stands)
        .group_by(ticket.c.book_id)
    )


def _delivered() -> Select[Any]:
    return (
        select(package.c.book_id, func.max(package.c.written_at))
        .join(book, book.c.id == package.c.book_id)
        .where(book_stands)
        .group_by(package.c.book_id)
    )
