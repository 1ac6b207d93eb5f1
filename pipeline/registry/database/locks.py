"""What a writer holds until the end of its transaction, so that looking and then writing are one.

SQLite lets one writer in at a time, and none of this does anything there. On PostgreSQL writers of different pages work
beside one another: what belongs to a page (its runs, entries, readings, findings, tasks, decisions, records, places) is
written only by who holds that page. Whoever holds several things takes them in the order of the functions below, pages
by their ids, so that no two ever wait for each
other; the audit comes last, when all else is written. Rows are locked FOR NO KEY UPDATE: others may refer to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, Select, func, select

from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.entries.rows import entry
from pipeline.registry.tasks.rows import review_task

NAMESPACE = 0x686F7469
"""The first half of the numbers of our advisory locks, which all programs on a database share."""

AT_ONCE = 1000
"""Pages that one statement locks."""


class Whole(IntEnum):
    """Work of which there is one at a time in the whole registry. The numbers are those of advisory locks."""

    MIGRATION = 1
    CHECKS = 2
    LINKS = 3
    BOOKS = 4
    ACCOUNTS = 5
    AUDIT = 6
    EXTRACTS = 7
    LOTS = 16
    GUIDELINES = 17
    TEAMS = 18
    SEARCH = 19
    EVENTS = 20
    CUSTODY = 21


def hold(connection: Connection, whole: Whole) -> None:
    """Be the only one at that work."""
    if _has_many_writers(connection):
        connection.execute(select(func.pg_advisory_xact_lock(NAMESPACE, int(whole))))


def hold_shared(connection: Connection, whole: Whole) -> None:
    """Keep everybody out who wants to be the only one at that work, and nobody else."""
    if _has_many_writers(connection):
        connection.execute(select(func.pg_advisory_xact_lock_shared(NAMESPACE, int(whole))))


def hold_book(connection: Connection, book_id: int) -> None:
    """Be the only one to write a book's scans and failures."""
    _hold_rows(connection, select(book.c.id).where(book.c.id == book_id))


def hold_scan(connection: Connection, scan_id: int) -> None:
    """Be the only one to add pages to a scan."""
    _hold_rows(connection, select(scan.c.id).where(scan.c.id == scan_id))


def hold_scans(connection: Connection, book_id: int) -> None:
    """Be the only one to add pages to the scans of a book."""
    _hold_rows(connection, select(scan.c.id).where(scan.c.book_id == book_id).order_by(scan.c.id))


def hold_page(connection: Connection, page_id: int) -> None:
    """Be the only one to write what belongs to a page."""
    _hold_rows(connection, select(page.c.id).where(page.c.id == page_id))


def hold_page_of(connection: Connection, entry_id: int) -> None:
    """Be the only one to write what belongs to the page of an entry."""
    _hold_rows(connection, select(page.c.id).where(page.c.id == _page_of(entry_id)))


def hold_pages(connection: Connection, page_ids: Iterable[int]) -> None:
    """Hold many pages, as ``hold_page`` holds one."""
    wanted = sorted(set(page_ids))
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        _hold_rows(connection, select(page.c.id).where(page.c.id.in_(some)).order_by(page.c.id))


def hold_tasks(connection: Connection, task_ids: Collection[int]) -> None:
    """Be the only one to write what belongs to the pages of these tasks, and to lend the tasks."""
    mine = review_task.c.id.in_(task_ids)
    pages = select(review_task.c.page_id).where(mine)
    _hold_rows(connection, select(page.c.id).where(page.c.id.in_(pages)).order_by(page.c.id))
    if _has_many_writers(connection):
        tasks = select(review_task.c.id).where(mine).order_by(review_task.c.id)
        connection.execute(tasks.with_for_update()).all()


def _page_of(entry_id: int) -> Any:
    return select(entry.c.page_id).where(entry.c.id == entry_id).scalar_subquery()


def _hold_rows(connection: Connection, rows: Select[int]) -> None:
    if _has_many_writers(connection):
        connection.execute(rows.with_for_update(key_share=True)).all()


def _has_many_writers(connection: Connection) -> bool:
    """Whether several writers may be at work at once."""
    return connection.dialect.name == "postgresql"
