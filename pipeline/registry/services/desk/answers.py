"""What supervisors answered when they were asked about a task."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, select

from pipeline.registry.tables.desk import aside
from pipeline.registry.tables.tasks import review_task

ANSWERED = "answered"
"""The kind of ``aside`` that holds a question with its answer."""


def last_answer() -> ScalarSelect[str]:
    """Beside ``review_task``: the last answer on the task, with the question; NULL when there is none."""
    return (
        select(aside.c.words)
        .where(aside.c.task_id == review_task.c.id, aside.c.kind == ANSWERED)
        .order_by(aside.c.id.desc())
        .limit(1)
        .correlate(review_task)
        .scalar_subquery()
    )
