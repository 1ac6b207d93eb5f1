"""What machine and people did, hour by hour."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, Select, exists, func, select

from pipeline.registry.model.lots import Part
from pipeline.registry.model.statistics import HourStatistics
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories.leases import NOT_KEYED_HERE
from pipeline.registry.repositories.withdrawals import page_stands
from pipeline.registry.services.statistics.scope import Places, hour_of, moment_of, of_places
from pipeline.registry.tables.books import book, page, page_run, scan
from pipeline.registry.tables.desk import WITHDRAWN, keying
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.lots import lot_entry
from pipeline.registry.tables.tasks import review_task


def hour_statistics(connection: Connection, places: Places, since: datetime) -> tuple[HourStatistics, ...]:
    """The hours from ``since`` on in which anything happened, the first one first."""
    found: dict[str, Counter[str]] = {}
    for name, query in (
        ("pages", _pages(connection, places, since)),
        ("straight", _straight(connection, places, since)),
        ("closed", _closed(connection, places, since)),
        ("words", _words(connection, places, since)),
    ):
        for hour, times in connection.execute(query):
            found.setdefault(hour, Counter())[name] = times
    return tuple(HourStatistics(moment_of(hour), **found[hour]) for hour in sorted(found))


def _pages(connection: Connection, places: Places, since: datetime) -> Select[str, int]:
    hour = hour_of(connection, page_run.c.saved_at).label("hour")
    return (
        select(hour, func.count())
        .select_from(page_run)
        .join(page, page.c.id == page_run.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(page_run.c.saved_at >= since, page_stands, of_places(places))
        .group_by(hour)
    )


def _straight(connection: Connection, places: Places, since: datetime) -> Select[str, int]:
    """Entries without a task, in the hour in which their page was first read."""
    hour = hour_of(connection, page_run.c.saved_at).label("hour")
    before = page_run.alias("before")
    again = exists().where(before.c.page_id == page_run.c.page_id, before.c.id < page_run.c.id)
    sampled = exists().where(lot_entry.c.entry_id == entry.c.id, lot_entry.c.part == Part.SAMPLE)
    task = exists().where(review_task.c.page_id == entry.c.page_id, review_task.c.row == entry.c.row)
    return (
        select(hour, func.count())
        .select_from(page_run)
        .join(page, page.c.id == page_run.c.page_id)
        .join(entry, entry.c.page_id == page.c.id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .where(
            page_run.c.saved_at >= since,
            ~again,
            entry.c.stands,
            entry.c.accepted,
            ~task | sampled,
            of_places(places),
        )
        .group_by(hour)
    )


def _closed(connection: Connection, places: Places, since: datetime) -> Select[str, int]:
    hour = hour_of(connection, review_task.c.closed_at).label("hour")
    return (
        select(hour, func.count())
        .where(
            review_task.c.closed_at >= since,
            review_task.c.state == TaskState.DONE,
            review_task.c.entry_id.is_not(None),
            of_places(places, review_task.c.place_code),
        )
        .group_by(hour)
    )


def _words(connection: Connection, places: Places, since: datetime) -> Select[str, int]:
    hour = hour_of(connection, keying.c.keyed_at).label("hour")
    query = select(hour, func.count()).where(
        keying.c.keyed_at >= since, keying.c.status != WITHDRAWN, keying.c.mode.not_in(NOT_KEYED_HERE)
    )
    if places is not None:
        query = query.join(review_task, review_task.c.id == keying.c.task_id).where(
            of_places(places, review_task.c.place_code)
        )
    return query.group_by(hour)
