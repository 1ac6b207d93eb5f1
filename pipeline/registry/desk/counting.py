"""How much waits, by book and stage."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from pipeline.registry.accounts.person import Person
from pipeline.registry.desk.assignment import not_done_by
from pipeline.registry.desk.permits import in_sight
from pipeline.registry.desk.values import QueueCount, Stage
from pipeline.registry.tables import book, review_task


def counts(connection: Connection, person: Person, stages: Collection[Stage]) -> tuple[QueueCount, ...]:
    """How many tasks of each book wait at these stages that this person may take, those in other hands included."""
    waiting = (
        select(review_task.c.book_id, review_task.c.stage, func.count().label("waiting"))
        .where(review_task.c.stage.in_(stages), in_sight(person), not_done_by(person))
        .group_by(review_task.c.stage, review_task.c.place_code, review_task.c.book_id)
        .subquery()
    )
    rows = connection.execute(
        select(waiting, book.c.folder_name, book.c.volume, book.c.place_code)
        .join(book, book.c.id == waiting.c.book_id)
        .order_by(book.c.place_code, book.c.id, waiting.c.stage)
    )
    return tuple(
        QueueCount(row.book_id, row.folder_name, row.volume, row.place_code, Stage(row.stage), row.waiting)
        for row in rows
    )
