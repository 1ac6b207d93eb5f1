"""The work of machine and people by hour, and the tasks that wait."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, case, exists, func, select

from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.database.columns import UtcTime
from pipeline.registry.entries.rows import entry
from pipeline.registry.lots.stored_lots import Part, lot_entry
from pipeline.registry.statistics.model import (
    AGES,
    MOST_LINES,
    HourStatistics,
    ListFilter,
    WaitingStatistics,
    WaitingTask,
)
from pipeline.registry.statistics.scope import Places, hour_of, moment_of, of_places
from pipeline.registry.tasks.leases import NOT_KEYED_HERE
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import WITHDRAWN, keying, review_task
from pipeline.registry.withdrawals.stored_withdrawals import page_stands


def hour_statistics(connection: Connection, places: Places, since: datetime) -> tuple[HourStatistics, ...]:
    """Return the hours with any event since a moment, oldest first."""
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
    """Return the query of entries without a task, by the hour in which their page was first read."""
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


def waiting_statistics(
    connection: Connection, places: Places, now: datetime
) -> tuple[WaitingStatistics, ...]:
    """Return the numbers of open tasks by stage and age."""
    opened = review_task.c.opened_at
    ages = case(
        *((opened > now - timedelta(days=days), at) for at, days in enumerate(AGES)), else_=len(AGES)
    ).label("age")
    rows = connection.execute(
        select(
            review_task.c.stage,
            ages,
            func.count().label("tasks"),
            func.min(opened, type_=UtcTime).label("oldest"),
        )
        .where(review_task.c.state == TaskState.OPEN, of_places(places, review_task.c.place_code))
        .group_by(review_task.c.stage, ages)
        .order_by(review_task.c.stage)
    ).all()
    found = []
    for stage in dict.fromkeys(row.stage for row in rows):
        mine = [row for row in rows if row.stage == stage]
        by_age = {row.age: row.tasks for row in mine}
        counts = tuple(by_age.get(at, 0) for at in range(len(AGES) + 1))
        found.append(WaitingStatistics(stage, counts, min(row.oldest for row in mine)))
    return tuple(found)


def waiting_tasks(
    connection: Connection, places: Places, listed: ListFilter, limit: int = MOST_LINES
) -> tuple[WaitingTask, ...]:
    """Return open tasks, oldest first."""
    task = review_task.c
    chosen = [] if listed.stage is None else [task.stage == listed.stage]
    chosen += [] if listed.book_id is None else [task.book_id == listed.book_id]
    rows = connection.execute(
        select(
            task.id,
            task.book_id,
            book.c.folder_name,
            task.stage,
            scan.c.name,
            page.c.page_no,
            task.row,
            func.coalesce(entry.c.number_text, "").label("number"),
            task.fields,
            task.reasons,
            task.opened_at,
        )
        .select_from(review_task)
        .join(page, page.c.id == task.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .join(book, book.c.id == scan.c.book_id)
        .outerjoin(entry, entry.c.id == task.entry_id)
        .where(task.state == TaskState.OPEN, of_places(places, task.place_code), *chosen)
        .order_by(task.opened_at, task.id)
        .limit(limit)
    )
    return tuple(
        WaitingTask(
            row.id,
            row.book_id,
            row.folder_name,
            row.stage,
            row.name,
            row.page_no,
            row.row,
            row.number,
            tuple(row.fields),
            tuple(row.reasons),
            row.opened_at,
        )
        for row in rows
    )
