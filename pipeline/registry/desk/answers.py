"""What supervisors answered when they were asked about a task."""

from __future__ import annotations

from sqlalchemy import Connection, select

from pipeline.registry.desk.tables import aside

ANSWERED = "answered"
"""The kind of ``aside`` that holds a question with its answer."""


def last_answer(connection: Connection, task_id: int) -> str:
    """The last answer on that task, with the question; ``""`` when there is none."""
    return (
        connection.scalar(
            select(aside.c.words)
            .where(aside.c.task_id == task_id, aside.c.kind == ANSWERED)
            .order_by(aside.c.id.desc())
            .limit(1)
        )
        or ""
    )
