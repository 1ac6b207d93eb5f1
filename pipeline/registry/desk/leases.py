"""Who has which task in hand. A lease runs out by itself; until somebody else takes the task, its holder keeps it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update

from pipeline.registry.accounts.person import Person
from pipeline.registry.audit import record
from pipeline.registry.desk.sitting import Sitting
from pipeline.registry.desk.tables import lease
from pipeline.registry.desk.values import NotYours, Stage
from pipeline.registry.tables import review_task


class Mode(StrEnum):
    """How a task is worked on: whole, or as one snippet of a column; ``LOT``: a word that stood, put into question."""

    DESK = "desk"
    COLUMN = "column"
    LOT = "lot"


def not_lent(now: datetime) -> ColumnElement[bool]:
    """The condition on ``review_task`` that nobody has the task in hand."""
    return ~exists().where(lease.c.task_id == review_task.c.id, lease.c.until > now)


def take(sitting: Sitting, task_id: int, person: Person, mode: Mode) -> bool:
    """Lend a task to a person, also one whose lease has run out or that is theirs already. Returns whether they have it
    now. The caller holds the lock on the task's row, so that of several who try at once exactly one has it."""
    mine = {"account_id": person.account_id, "login": person.login, "mode": mode}
    mine |= {"taken_at": sitting.now, "until": sitting.until}
    before = sitting.connection.execute(select(lease).where(lease.c.task_id == task_id)).first()
    if before is None:
        sitting.connection.execute(insert(lease).values(task_id=task_id, **mine))
        return True
    if before.until > sitting.now and before.account_id != person.account_id:
        return False
    sitting.connection.execute(update(lease).where(lease.c.task_id == task_id).values(mine))
    if before.account_id != person.account_id:
        told = {"from": before.login, "mode": mode}
        record(sitting.connection, person.login, "lease-taken-over", f"task:{task_id}", told)
    return True


def renew(sitting: Sitting, task_id: int, person: Person, mode: Mode) -> None:
    """Lend a task that a person has in hand for longer. Raises ``NotYours`` when they have it no longer."""
    kept = sitting.connection.execute(
        update(lease)
        .where(lease.c.task_id == task_id, lease.c.account_id == person.account_id, lease.c.mode == mode)
        .values(until=sitting.until)
    ).rowcount
    if not kept:
        raise NotYours(
            "Việc này không còn trong tay bạn: đã quá giờ giữ hoặc đã trả lại. Hãy nhận việc khác."
        )


def has(sitting: Sitting, task_id: int, person: Person) -> bool:
    """Whether a person has a task in hand."""
    mine = (lease.c.task_id == task_id) & (lease.c.account_id == person.account_id)
    return bool(sitting.connection.scalar(select(exists().where(mine, lease.c.until > sitting.now))))


def lent_until(connection: Connection, task_id: int) -> datetime:
    """Until when a task is in somebody's hands."""
    (until,) = connection.execute(select(lease.c.until).where(lease.c.task_id == task_id)).one()
    assert isinstance(until, datetime)
    return until


def held(sitting: Sitting, person: Person, mode: Mode) -> Sequence[int]:
    """The tasks that a person has in hand and that still wait, the one taken first first."""
    return sitting.connection.scalars(
        select(lease.c.task_id)
        .join(review_task, lease.c.task_id == review_task.c.id)
        .where(
            lease.c.account_id == person.account_id,
            lease.c.mode == mode,
            lease.c.until > sitting.now,
            review_task.c.stage.not_in((Stage.SETTLED, Stage.RESCAN)),
        )
        .order_by(lease.c.taken_at, lease.c.task_id)
    ).all()


def hand_back(
    connection: Connection, person: Person, mode: Mode, task_ids: Collection[int] | None = None
) -> None:
    """End a person's leases of these tasks, or of all; those that are not theirs are left alone."""
    mine = (lease.c.account_id == person.account_id) & (lease.c.mode == mode)
    if task_ids is not None:
        mine &= lease.c.task_id.in_(task_ids)
    ended = connection.scalars(delete(lease).where(mine).returning(lease.c.task_id)).all()
    for task_id in sorted(ended):
        record(connection, person.login, "lease-ended", f"task:{task_id}", {"mode": mode})


def end_all(connection: Connection, task_ids: Collection[int]) -> None:
    """End the leases of these tasks, whoever has them."""
    connection.execute(delete(lease).where(lease.c.task_id.in_(task_ids)))
