"""The tasks of entries and of pages: what is left to decide, and the stage at the desk."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, exists, select, update

from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry.database.audit import add, compare, write
from pipeline.registry.database.columns import values_of
from pipeline.registry.entries.rows import Subject, SubjectPlace
from pipeline.registry.tasks.consensus import Consensus, PendingDecisions, consensus_of, finished, stage_of
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import ReviewTaskRow, review_task, ticket, ticket_closing

_logger = logging.getLogger(__name__)

_UNTOUCHED = consensus_of(Way.SINGLE, ())
"""Consensus on a field without keyed values, where the way of settling makes no difference."""


@dataclass(frozen=True, slots=True)
class TaskWanted:
    """The state that the task of a subject must have.

    Attributes:
        before: The present row of the task, if any.
        keyed: Consensus on its fields so far.
        withdrawn: Whether the subject is withdrawn; its task waits for nobody.
        is_about_book: Whether the remaining findings are about the book as a whole (missing pages, differing totals),
            which no page can show.
    """

    place: SubjectPlace
    before: ReviewTaskRow | None
    left: PendingDecisions
    keyed: Mapping[str, Consensus]
    withdrawn: bool = False
    is_about_book: bool = False

    @property
    def stage(self) -> Stage:
        return stage_of(self.consensus)

    @property
    def consensus(self) -> list[Consensus]:
        return [self.keyed.get(field, _UNTOUCHED) for field in self.left.fields]


def refresh_tasks(
    connection: Connection, wanted: Sequence[TaskWanted], *, leave: bool = False
) -> set[Subject]:
    """Update tasks to what is left to decide and what is keyed.

    Args:
        leave: Skip tasks that were altered in the database instead of raising.

    Returns:
        The subjects whose tasks are newly reopened.

    Raises:
        RowTampered: A task was altered.
    """
    wanted = [task for task in wanted if task.before is not None or (task.left.fields and not task.withdrawn)]
    waiting = {task.place.page_id for task in wanted if task.stage is not Stage.SETTLED}
    rescans = pages_to_scan_again(connection, waiting)
    now = datetime.now(UTC)
    new: list[ReviewTaskRow] = []
    changed: list[ReviewTaskRow] = []
    reopened: set[Subject] = set()
    for task in wanted:
        row = _row(task, now, rescan=task.place.page_id in rescans)
        if task.before is None:
            new.append(row)
        elif row != task.before:
            changed.append(_next_version(task.before, row, now))
        else:
            continue
        if row.reopened and not (task.before and task.before.reopened):
            reopened.add(task.place.subject)
    if new:
        add(connection, review_task, [values_of(row) for row in new])
        _logger.info("%d review tasks made", len(new))
    altered = compare(connection, review_task, [row.id for row in changed], leave=leave)
    changed = [row for row in changed if row.id not in altered]
    if changed:
        values = [{"of_task": row.id} | {name: getattr(row, name) for name in _CHANGING} for row in changed]
        one_task = update(review_task).where(review_task.c.id == bindparam("of_task"))
        write(connection, review_task, [row.id for row in changed], one_task, values)
        closed = sum(row.state == TaskState.DONE for row in changed)
        _logger.info("%d review tasks changed, %d of them closed", len(changed), closed)
    return reopened


_CHANGING = (
    *("state", "reasons", "fields", "reopened", "version", "opened_at", "closed_at"),
    *("stage", "question", "first_keyer", "second_keyer", "kept_from"),
)
"""The columns of a task that change."""


def _row(task: TaskWanted, now: datetime, *, rescan: bool) -> ReviewTaskRow:
    """Return the row that a task must have, with its present version and times.

    The task of a withdrawn subject keeps the rest, so that it continues from there when the subject is put back.
    """
    before = task.before or _new_row(task, now)
    if task.before is not None and task.withdrawn:
        return replace(before, state=TaskState.WITHDRAWN, stage=Stage.WITHDRAWN)
    row = replace(
        before,
        state=TaskState.OPEN if task.left.fields else TaskState.DONE,
        reasons=list(task.left.reasons),
        fields=list(task.left.fields),
        reopened=task.left.reopened,
    )
    return _at_the_desk(task, row, rescan=rescan)


def _new_row(task: TaskWanted, now: datetime) -> ReviewTaskRow:
    return ReviewTaskRow(
        id=0,
        page_id=task.place.page_id,
        row=task.place.row,
        entry_id=task.place.subject[1],
        state=TaskState.OPEN,
        reasons=[],
        fields=[],
        reopened=False,
        version=1,
        opened_at=now,
        closed_at=None,
        stage=task.stage,
        book_id=task.place.book_id,
        place_code=task.place.place_code,
        question="",
        first_keyer=None,
        second_keyer=None,
        kept_from=None,
    )


def _next_version(before: ReviewTaskRow, row: ReviewTaskRow, now: datetime) -> ReviewTaskRow:
    """Return a changed row with its new version and times: a done task opens anew, a task with nothing left closes.

    A withdrawn task keeps both times for when it is put back.
    """
    opened_at, closed_at = before.opened_at, before.closed_at
    if row.state == TaskState.DONE:
        closed_at = closed_at if before.state == TaskState.WITHDRAWN and closed_at else now
    elif row.state == TaskState.OPEN:
        opened_at = now if before.state == TaskState.DONE else opened_at
        closed_at = None
    return replace(row, version=before.version + 1, opened_at=opened_at, closed_at=closed_at)


def _at_the_desk(task: TaskWanted, row: ReviewTaskRow, *, rescan: bool) -> ReviewTaskRow:
    """Return a row with the stage of the task and the people who have nothing more to key there."""
    row = replace(row, first_keyer=None, second_keyer=None, kept_from=None)
    if task.stage is Stage.SETTLED:
        return replace(row, stage=Stage.SETTLED, question="")
    if rescan:
        return replace(row, stage=Stage.RESCAN)
    if row.question:
        return replace(row, stage=Stage.SUPERVISOR)
    ineligible = finished(task.consensus, task.stage)
    first, second = (*ineligible, None, None)[:2]
    kept_from = "".join(f",{account_id}" for account_id in ineligible[2:])
    return replace(
        row,
        stage=Stage.SUPERVISOR if task.is_about_book and task.stage is Stage.REVIEW else task.stage,
        first_keyer=first,
        second_keyer=second,
        kept_from=f"{kept_from}," if kept_from else None,
    )


def pages_to_scan_again(connection: Connection, page_ids: Collection[int]) -> set[int]:
    """Return the pages with an open ticket of a person; tickets of the machine make no task wait."""
    if not page_ids:
        return set()
    closed = exists().where(ticket_closing.c.ticket_id == ticket.c.id)
    by_person = ticket.c.page_id.in_(page_ids) & ticket.c.code.is_(None)
    return set(connection.scalars(select(ticket.c.page_id).where(by_person, ~closed)))
