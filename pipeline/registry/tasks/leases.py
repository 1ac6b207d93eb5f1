"""Leases of review tasks: the person who works on a task, and the end of the lease.

A lease expires by itself; its holder keeps the task until somebody else takes it. A lease that would last longer than
any new lease was written under a clock that ran ahead, and counts as expired. A new reading of a page ends no lease:
the ``version`` of the task changes (``tasks.stored_tasks``), and ``check_version`` (``tasks.keying``) then refuses
values keyed on the old version.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update

from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person
from pipeline.registry.database.audit import record
from pipeline.registry.database.clock import CLOCK_DIFFERENCE
from pipeline.registry.database.columns import rows_of
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.tasks.rows import LeaseRow, lease, review_task


class KeyingMode(StrEnum):
    """How a value is keyed: on the whole task, or as a snippet of a column.

    ``LOT``: an effective value that was reopened; ``IMPORT``: a value of a workbook that was typed before.
    """

    DESK = "desk"
    COLUMN = "column"
    LOT = "lot"
    IMPORT = "import"


NOT_KEYED_HERE = frozenset({KeyingMode.LOT, KeyingMode.IMPORT})
"""Modes of values that nobody keyed at the desk; they count neither as work nor for a person's pace."""


def lasts(context: DeskContext) -> ColumnElement[bool]:
    """Return the condition on ``lease`` that it has not expired."""
    return (lease.c.until > context.now) & (lease.c.until <= _latest_end(context))


def is_not_leased(context: DeskContext) -> ColumnElement[bool]:
    """Return the condition on ``review_task`` that it is not leased."""
    return ~exists().where(lease.c.task_id == review_task.c.id, lasts(context))


def _latest_end(context: DeskContext) -> datetime:
    """Return the latest end of a lease that begins now, by the clock of any machine."""
    return context.until + CLOCK_DIFFERENCE


def take(context: DeskContext, task_id: int, person: Person, mode: KeyingMode) -> bool:
    """Lease a task to a person and return whether they hold it now.

    The task may be theirs already, or its lease expired. The caller holds the lock on the row of the task, so that only
    one of several people gets it.
    """
    return task_id in take_all(context, [task_id], person, mode)


def take_all(
    context: DeskContext, task_ids: Collection[int], person: Person, mode: KeyingMode
) -> frozenset[int]:
    """Lease tasks to a person and return the tasks that they hold now."""
    connection = context.connection
    leased = rows_of(connection, LeaseRow, select(lease).where(lease.c.task_id.in_(task_ids)))
    before = {row.task_id: row for row in leased}
    mine = {"account_id": person.account_id, "login": person.login, "mode": mode}
    mine |= {"taken_at": context.now, "until": context.until}
    new = [task_id for task_id in task_ids if task_id not in before]
    if new:
        connection.execute(insert(lease), [{"task_id": task_id, **mine} for task_id in new])
    again = [
        row
        for row in before.values()
        if row.account_id == person.account_id or not context.now < row.until <= _latest_end(context)
    ]
    if again:
        connection.execute(
            update(lease).where(lease.c.task_id.in_([row.task_id for row in again])).values(mine)
        )
    for row in again:
        if row.account_id != person.account_id:
            details = {"from": row.login, "mode": mode}
            record(connection, person.login, "lease-taken-over", f"task:{row.task_id}", details)
    return frozenset((*new, *(row.task_id for row in again)))


def renew(
    context: DeskContext, task_ids: Collection[int], person: Person, mode: KeyingMode
) -> frozenset[int]:
    """Renew a person's leases of these tasks; return the tasks that they hold."""
    mine = (lease.c.account_id == person.account_id) & (lease.c.mode == mode)
    kept = context.connection.scalars(
        update(lease)
        .where(lease.c.task_id.in_(task_ids), mine)
        .values(until=context.until)
        .returning(lease.c.task_id)
    )
    return frozenset(kept)


def lease_lost() -> NotYours:
    """Return the error for a person who no longer holds a task."""
    return NotYours(
        "Nhiệm vụ này không còn trong tay bạn: đã quá giờ giữ hoặc đã trả lại. Hãy nhận nhiệm vụ khác."
    )


def has(context: DeskContext, task_id: int, person: Person) -> bool:
    """Return whether a person holds a task."""
    mine = (lease.c.task_id == task_id) & (lease.c.account_id == person.account_id)
    return bool(context.connection.scalar(select(exists().where(mine, lasts(context)))))


def keeps(connection: Connection, task_id: int, person: Person) -> bool:
    """Return whether a person holds a task, or held it last and nobody has taken it since."""
    mine = (lease.c.task_id == task_id) & (lease.c.account_id == person.account_id)
    return bool(connection.scalar(select(exists().where(mine))))


def held(
    context: DeskContext,
    person: Person,
    mode: KeyingMode,
    *,
    stage: Stage | None = None,
    book_id: int | None = None,
) -> Sequence[int]:
    """Return the waiting tasks that a person holds, at any stage and of any book by default, oldest lease first."""
    narrowed = [review_task.c.stage == stage] if stage is not None else []
    if book_id is not None:
        narrowed.append(review_task.c.book_id == book_id)
    return context.connection.scalars(
        select(lease.c.task_id)
        .join(review_task, lease.c.task_id == review_task.c.id)
        .where(
            lease.c.account_id == person.account_id,
            lease.c.mode == mode,
            lasts(context),
            review_task.c.stage.not_in((Stage.SETTLED, Stage.RESCAN, Stage.WITHDRAWN)),
            *narrowed,
        )
        .order_by(lease.c.taken_at, lease.c.task_id)
    ).all()


def hand_back(
    connection: Connection, person: Person, mode: KeyingMode, task_ids: Collection[int] | None = None
) -> None:
    """End a person's leases of these tasks, or of all tasks."""
    mine = (lease.c.account_id == person.account_id) & (lease.c.mode == mode)
    if task_ids is not None:
        mine &= lease.c.task_id.in_(task_ids)
    ended = connection.scalars(delete(lease).where(mine).returning(lease.c.task_id)).all()
    for task_id in sorted(ended):
        record(connection, person.login, "lease-ended", f"task:{task_id}", {"mode": mode})


def end_all(connection: Connection, task_ids: Collection[int]) -> None:
    """End the leases of these tasks, whoever holds them."""
    connection.execute(delete(lease).where(lease.c.task_id.in_(task_ids)))
