"""What waits for people, and since when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select

from pipeline.registry.model.statistics import AGES, ListFilter, WaitingStatistics, WaitingTask
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.services.statistics.scope import Places, of_places
from pipeline.registry.tables.books import book, page, scan
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.metadata import UtcTime
from pipeline.registry.tables.tasks import review_task


def waiting_statistics(
    connection: Connection, places: Places, now: datetime
) -> tuple[WaitingStatistics, ...]:
    """Open tasks by stage and age."""
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
    connection: Connection, places: Places, listed: ListFilter, limit: int
) -> tuple[WaitingTask, ...]:
    """Open tasks, those that wait longest first."""
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
