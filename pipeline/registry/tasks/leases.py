"""Leases of review tasks: who works on which task until when.

A lease runs out by itself; until somebody else takes the task, its holder keeps it. One that would last longer than any
that is given now was written under a clock that ran ahead: it has run out as well. Reading a page anew ends no lease:
the task's ``version`` changes (``tasks.stored_tasks``), and ``check_version`` (``tasks.keying``) then refuses
what its holder keyed on the old version.
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
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.tasks.rows import lease, review_task


class KeyingMode(StrEnum):
    """How a task is keyed: whole, or as one snippet of a column.

    ``LOT``: an effective value that was reopened; ``IMPORT``: a value of a workbook that was typed before.
    """

    DESK = "desk"
    COLUMN = "column"
    LOT = "lot"
    IMPORT = "import"


NOT_KEYED_HERE = frozenset({KeyingMode.LOT, KeyingMode.IMPORT})
"""Keyed values that nobody keyed at the desk: no work of a day, no pace of a person."""


def lasts(context: DeskContext) -> ColumnElement[bool]:
    """The condition on ``lease`` that it has not run out."""
    return (lease.c.until > context.now) & (lease.c.until <= _latest_end(context))


def is_not_leased(context: DeskContext) -> ColumnElement[bool]:
    """The condition on ``review_task`` that nobody has the task in hand."""
    return ~exists().where(lease.c.task_id == review_task.c.id, lasts(context))


def _latest_end(context: DeskContext) -> datetime:
    """When a lease that is given now runs out at the latest, by the clock of any machine."""
    return context.until + CLOCK_DIFFERENCE


def take(context: DeskContext, task_id: int, person: Person, mode: KeyingMode) -> bool:
    """Lend a task to a person, also one whose lease has run out or that is theirs already.

    Returns whether they have it now. The caller holds the lock on the task's row, so that of several who try
    at once exactly one has it.
    """
    return task_id in take_all(context, [task_id], person, mode)


def take_all(
    context: DeskContext, task_ids: Collection[int], person: Person, mode: KeyingMode
) -> frozenset[int]:
    """Lease a person many tasks and return those that they hold now."""
    connection = context.connection
    found = connection.execute(select(lease).where(lease.c.task_id.in_(task_ids)))
    before = {row.task_id: row for row in found}
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
            told = {"from": row.login, "mode": mode}
            record(connection, person.login, "lease-taken-over", f"task:{row.task_id}", told)
    return frozenset((*new, *(row.task_id for row in again)))


def renew(
    context: DeskContext, task_ids: Collection[int], person: Person, mode: KeyingMode
) -> frozenset[int]:
    """Lend tasks for longer that a person has in hand; which of these they are."""
    mine = (lease.c.account_id == person.account_id) & (lease.c.mode == mode)
    kept = context.connection.scalars(
        update(lease)
        .where(lease.c.task_id.in_(task_ids), mine)
        .values(until=context.until)
        .returning(lease.c.task_id)
    )
    return frozenset(kept)


def lease_lost() -> NotYours:
    """What is said to somebody who has a task no longer."""
    return NotYours(
        "Nhiệm vụ này không còn trong tay bạn: đã quá giờ giữ hoặc đã trả lại. Hãy nhận nhiệm vụ khác."
    )


def has(context: DeskContext, task_id: int, person: Person) -> bool:
    """Whether a person has a task in hand."""
    mine = (lease.c.task_id == task_id) & (lease.c.account_id == person.account_id)
    return bool(context.connection.scalar(select(exists().where(mine, lasts(context)))))


def keeps(connection: Connection, task_id: int, person: Person) -> bool:
    """Whether a person has a task in hand, or had it last and nobody has taken it since."""
    mine = (lease.c.task_id == task_id) & (lease.c.account_id == person.account_id)
    return bool(connection.scalar(select(exists().where(mine))))


def held(context: DeskContext, person: Person, mode: KeyingMode) -> Sequence[int]:
    """The tasks that a person has in hand and that still wait, the one taken first first."""
    return context.connection.scalars(
        select(lease.c.task_id)
        .join(review_task, lease.c.task_id == review_task.c.id)
        .where(
            lease.c.account_id == person.account_id,
            lease.c.mode == mode,
            lasts(context),
            review_task.c.stage.not_in((Stage.SETTLED, Stage.RESCAN, Stage.WITHDRAWN)),
        )
        .order_by(lease.c.taken_at, lease.c.task_id)
    ).all()


def hand_back(
    connection: Connection, person: Person, mode: KeyingMode, task_ids: Collection[int] | None = None
) -> None:
    """End a person's leases of these tasks, or of all; those that are not theirs are left alone."""
    mine = (lease.c.account_id == person.account_id) & (lease.c.mode == mode)
    if task_ids is not None:
        mine &= lease.c.task_id.in_(task_ids)
    ended = connection.scalars(delete(lease).where(mine).returning(lease.c.task_id)).all()
    for task_id in sorted(ended):
        record(connection, person.login, "lease-ended", f"task:{task_id}", {"mode": mode})


def end_all(connection: Connection, task_ids: Collection[int]) -> None:
    """End the leases of these tasks, regardless of who holds them."""
    connection.execute(delete(lease).where(lease.c.task_id.in_(task_ids)))
