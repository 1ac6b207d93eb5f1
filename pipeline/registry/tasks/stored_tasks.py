"""The tasks of entries and of pages: what is left to decide on each, and where it stands at the reviewers' desk."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select, update

from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry.database.audit import add, compare, write
from pipeline.registry.entries.rows import Subject, SubjectPlace
from pipeline.registry.tasks.consensus import Consensus, PendingDecisions, consensus_of, finished, stage_of
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import ReviewTaskRow, review_task, ticket, ticket_closing

_logger = logging.getLogger(__name__)

_UNTOUCHED = consensus_of(Way.SINGLE, ())
"""Of a field nobody has said anything yet; in which way it is settled makes no difference then."""


@dataclass(frozen=True, slots=True)
class TaskWanted:
    """What the task of a subject must say.

    Attributes:
        place: Its page, scan and book (``entries.place_of``).
        before: The present row of the task; None where there is none.
        keyed: The agreement on its fields so far.
        withdrawn: Whether the subject is withdrawn: its task waits for nobody and stays as it was.
        is_about_book: Whether what is left says something of the book as a whole (pages are missing, totals differ), at
            which nobody can look on this page.
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
    """Bring these tasks in step with what is left and keyed.

    Args:
        wanted: What the tasks must say.
        leave: Leave tasks as they are that were altered behind the program's back, and go on with the rest.

    Returns:
        The subjects whose task was opened *again* by this.

    Raises:
        RowTampered: A task was altered.
    """
    wanted = [one for one in wanted if one.before is not None or (one.left.fields and not one.withdrawn)]
    waiting = {one.place.page_id for one in wanted if one.stage is not Stage.SETTLED}
    rescans = pages_to_scan_again(connection, waiting)
    now = datetime.now(UTC)
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    reopened: set[Subject] = set()
    for one in wanted:
        row = _row(one, rescan=one.place.page_id in rescans)
        if one.before is not None and one.withdrawn:
            row = _withdrawn_row(one.before)
        if one.before is None:
            new.append({**_new_row(one, now), **row})
        elif any(getattr(one.before, name) != value for name, value in row.items()):
            changed.append({**_changed_row(one.before, row, now), **row})
        else:
            continue
        if row["reopened"] and not (one.before and one.before.reopened):
            reopened.add(one.place.subject)
    if new:
        add(connection, review_task, new)
        _logger.info("%d review tasks made", len(new))
    altered = compare(connection, review_task, [row["of_task"] for row in changed], leave=leave)
    changed = [row for row in changed if row["of_task"] not in altered]
    if changed:
        ids = [row["of_task"] for row in changed]
        one_task = update(review_task).where(review_task.c.id == bindparam("of_task"))
        write(connection, review_task, ids, one_task, changed)
        closed = sum(row["state"] == TaskState.DONE for row in changed)
        _logger.info("%d review tasks changed, %d of them closed", len(changed), closed)
    return reopened


def _row(one: TaskWanted, *, rescan: bool) -> dict[str, Any]:
    return {
        "state": TaskState.OPEN if one.left.fields else TaskState.DONE,
        "reasons": list(one.left.reasons),
        "fields": list(one.left.fields),
        "reopened": one.left.reopened,
        **_at_the_desk(one, rescan=rescan),
    }


def _withdrawn_row(before: ReviewTaskRow) -> dict[str, Any]:
    """All as it was, so that it goes on from there when the subject is put back."""
    kept = ("reasons", "fields", "reopened", "question", "first_keyer", "second_keyer", "kept_from")
    return {
        "state": TaskState.WITHDRAWN,
        "stage": Stage.WITHDRAWN,
        **{name: getattr(before, name) for name in kept},
    }


def _new_row(one: TaskWanted, now: datetime) -> dict[str, Any]:
    return {
        "page_id": one.place.page_id,
        "row": one.place.row,
        "entry_id": one.place.subject[1],
        "version": 1,
        "opened_at": now,
        "book_id": one.place.book_id,
        "place_code": one.place.place_code,
    }


def _changed_row(before: ReviewTaskRow, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What changes beside ``row`` itself: a task that was done opens anew, one with nothing left is closed now.

    One that was withdrawn keeps both moments, and has them again when it is put back.
    """
    opened_at, closed_at = before.opened_at, before.closed_at
    if row["state"] == TaskState.DONE:
        closed_at = closed_at if before.state == TaskState.WITHDRAWN and closed_at else now
    elif row["state"] == TaskState.OPEN:
        opened_at = now if before.state == TaskState.DONE else opened_at
        closed_at = None
    return {
        "of_task": before.id,
        "version": before.version + 1,
        "opened_at": opened_at,
        "closed_at": closed_at,
    }


def _at_the_desk(one: TaskWanted, *, rescan: bool) -> dict[str, Any]:
    """Where a task stands and who has nothing more to say there."""
    question = one.before.question if one.before else ""
    nobody = {"first_keyer": None, "second_keyer": None, "kept_from": None}
    if one.stage is Stage.SETTLED:
        return {"stage": Stage.SETTLED, "question": "", **nobody}
    if rescan:
        return {"stage": Stage.RESCAN, "question": question, **nobody}
    if question:
        return {"stage": Stage.SUPERVISOR, "question": question, **nobody}
    ineligible = finished(one.consensus, one.stage)
    first, second = (*ineligible, None, None)[:2]
    kept_from = "".join(f",{account_id}" for account_id in ineligible[2:])
    return {
        "stage": Stage.SUPERVISOR if one.is_about_book and one.stage is Stage.REVIEW else one.stage,
        "question": "",
        "first_keyer": first,
        "second_keyer": second,
        "kept_from": f"{kept_from}," if kept_from else None,
    }


def pages_to_scan_again(connection: Connection, page_ids: Collection[int]) -> set[int]:
    """Those of these pages for which a ticket of a person is open; those of the machine keep nobody waiting."""
    if not page_ids:
        return set()
    closed = exists().where(ticket_closing.c.ticket_id == ticket.c.id)
    mine = ticket.c.page_id.in_(page_ids) & ticket.c.code.is_(None)
    return set(connection.scalars(select(ticket.c.page_id).where(mine, ~closed)))
