"""Which task a person gets next: the first of its stage in the order of places and books that nobody has in hand.

One index answers (``ix_review_task_next``); what it cannot tell is asked of few rows: leases, and what a person has
skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from pipeline.registry.accounts.person import Person
from pipeline.registry.desk.leases import Mode, not_lent, take
from pipeline.registry.desk.permits import in_sight
from pipeline.registry.desk.sitting import Sitting
from pipeline.registry.desk.tables import aside
from pipeline.registry.desk.values import Stage
from pipeline.registry.tables import book, review_task

SKIPPED = "skipped"
"""The kind of ``aside`` of a person who would rather not."""

_IN_ORDER = (review_task.c.place_code, review_task.c.book_id, review_task.c.page_id, review_task.c.row)


def take_next(sitting: Sitting, person: Person, stages: Sequence[Stage], book_id: int | None) -> int | None:
    """Lend a person the next task at the first of these stages where any waits; its id. What they have skipped comes
    after all else."""
    for find in (_next, _next_skipped):
        for stage in stages:
            while (task_id := find(sitting, person, stage, book_id)) is not None:
                if take(sitting, task_id, person, Mode.DESK):
                    return task_id
    return None


def _next(sitting: Sitting, person: Person, stage: Stage, book_id: int | None) -> int | None:
    """The first task that waits at that stage for this person, its row locked: one that they have not skipped."""
    mine = (aside.c.account_id == person.account_id) & (aside.c.kind == SKIPPED)
    skipped = exists().where(aside.c.task_id == review_task.c.id, mine)
    query = _waiting(person, stage, book_id, sitting.now).where(~skipped).order_by(*_IN_ORDER)
    return sitting.connection.scalar(_first(query))


def _next_skipped(sitting: Sitting, person: Person, stage: Stage, book_id: int | None) -> int | None:
    """The same of those that this person skipped, the one skipped longest ago first."""
    last = (
        select(aside.c.task_id, func.max(aside.c.id).label("at"))
        .where(aside.c.account_id == person.account_id, aside.c.kind == SKIPPED)
        .group_by(aside.c.task_id)
        .subquery()
    )
    query = _waiting(person, stage, book_id, sitting.now).join(last, last.c.task_id == review_task.c.id)
    return sitting.connection.scalar(_first(query.order_by(last.c.at)))


def _waiting(person: Person, stage: Stage, book_id: int | None, now: datetime) -> Select[int]:
    """The ids of the tasks at that stage that nobody has in hand and this person may take."""
    query = select(review_task.c.id).where(
        review_task.c.stage == stage, in_sight(person), not_done_by(person), not_lent(now)
    )
    if book_id is None:
        return query
    place_code = select(book.c.place_code).where(book.c.id == book_id).scalar_subquery()
    return query.where(review_task.c.place_code == place_code, review_task.c.book_id == book_id)


def not_done_by(person: Person) -> ColumnElement[bool]:
    """The condition on ``review_task`` that there is something left for this person to say at its stage."""
    keyers = (review_task.c.first_keyer, review_task.c.second_keyer)
    first, second = (or_(keyer.is_(None), keyer != person.account_id) for keyer in keyers)
    return first & second


def _first(query: Select[int]) -> Select[int]:
    """PostgreSQL passes over rows that somebody else is taking just now; SQLite has one writer at a time."""
    return query.limit(1).with_for_update(of=review_task, skip_locked=True)
