"""Laying a task aside: skipping it, asking the supervisor, the answer. All of it stays on record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from pipeline.registry.accounts.person import Person
from pipeline.registry.desk.tables import aside

ASKED, ANSWERED = "asked", "answered"


def note(connection: Connection, task_id: int, person: Person, kind: str, words: str, now: datetime) -> None:
    """A new row of ``aside``."""
    connection.execute(
        insert(aside).values(
            task_id=task_id,
            account_id=person.account_id,
            login=person.login,
            kind=kind,
            words=words,
            said_at=now,
        )
    )


def answered(connection: Connection, task_id: int) -> str:
    """The last answer of a supervisor on that task, with the question; ``""`` when there is none."""
    return (
        connection.scalar(
            select(aside.c.words)
            .where(aside.c.task_id == task_id, aside.c.kind == ANSWERED)
            .order_by(aside.c.id.desc())
            .limit(1)
        )
        or ""
    )
