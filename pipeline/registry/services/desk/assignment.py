"""Which task a person gets next: the first of its stage in the order of places and books that nobody has in hand.

One index answers (``ix_review_task_next``); what it cannot tell is asked of few rows: leases, and what a person has
skipped. PostgreSQL passes over rows that somebody else is taking just now; SQLite has one writer at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ARRAY, ColumnElement, Select, Text, exists, func, literal, or_, select, true

from pipeline.registry.model.accounts import Person
from pipeline.registry.model.desk import Stage
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.leases import Mode, not_lent, take
from pipeline.registry.repositories.lot_routing import seen_before
from pipeline.registry.repositories.permits import in_sight
from pipeline.registry.tables.books import book
from pipeline.registry.tables.desk import aside
from pipeline.registry.tables.tasks import review_task

SKIPPED = "skipped"
"""The kind of ``aside`` of a person who would rather not."""


def take_next(sitting: Sitting, person: Person, stages: Sequence[Stage], book_id: int | None) -> int | None:
    """Lend a person the next task at the first of these stages where any waits; its id. What they have skipped comes
    after all else."""
    for find in (_next, _next_skipped):
        for stage in stages:
            while (task_id := find(sitting, person, stage, book_id)) is not None:
                if take(sitting, task_id, person, Mode.DESK):
                    return task_id
    return None


def not_done_by(person: Person) -> ColumnElement[bool]:
    """The condition on ``review_task`` that there is something left for this person to say at its stage."""
    keyers = (review_task.c.first_keyer, review_task.c.second_keyer)
    first, second = (or_(keyer.is_(None), keyer != person.account_id) for keyer in keyers)
    kept_from = review_task.c.kept_from
    others = or_(kept_from.is_(None), ~kept_from.contains(f",{person.account_id},"))
    return first & second & others & ~seen_before(person)


def _next(sitting: Sitting, person: Person, stage: Stage, book_id: int | None) -> int | None:
    """The first task that waits at that stage for this person and that they have not skipped, its row locked."""
    mine = (aside.c.account_id == person.account_id) & (aside.c.kind == SKIPPED)
    query = (
        _waiting(sitting, person, stage, book_id)
        .where(~exists().where(aside.c.task_id == review_task.c.id, mine))
        .order_by(review_task.c.place_code, review_task.c.book_id, review_task.c.page_id, review_task.c.row)
    )
    if sitting.connection.dialect.name == "postgresql" and person.places and book_id is None:
        return sitting.connection.scalar(_place_by_place(query, sorted(person.places)))
    return sitting.connection.scalar(_first(query.where(in_sight(person))))


def _next_skipped(sitting: Sitting, person: Person, stage: Stage, book_id: int | None) -> int | None:
    """The same of those that this person skipped, the one skipped longest ago first."""
    last = (
        select(aside.c.task_id, func.max(aside.c.id).label("at"))
        .where(aside.c.account_id == person.account_id, aside.c.kind == SKIPPED)
        .group_by(aside.c.task_id)
        .subquery()
    )
    query = _waiting(sitting, person, stage, book_id).join(last, last.c.task_id == review_task.c.id)
    return sitting.connection.scalar(_first(query.where(in_sight(person)).order_by(last.c.at)))


def _waiting(sitting: Sitting, person: Person, stage: Stage, book_id: int | None) -> Select[int]:
    """The ids of the tasks at that stage that nobody has in hand and of which something is left for this person."""
    query = select(review_task.c.id).where(
        review_task.c.stage == stage, not_done_by(person), not_lent(sitting.now)
    )
    if book_id is None:
        return query
    place_code = select(book.c.place_code).where(book.c.id == book_id).scalar_subquery()
    return query.where(review_task.c.place_code == place_code, review_task.c.book_id == book_id)


def _first(query: Select[int]) -> Select[int]:
    return query.limit(1).with_for_update(of=review_task, skip_locked=True)


def _place_by_place(query: Select[int], places: Sequence[str]) -> Select[int]:
    """The same, one place after another. PostgreSQL before version 17 does not see that an index whose second column is
    one of several values is still in order, and reads it from its beginning (250 ms of a million tasks, not 0.1)."""
    place = func.unnest(literal(places, ARRAY(Text))).table_valued("code", name="place").render_derived()
    of_place = _first(query.where(review_task.c.place_code == place.c.code)).lateral()
    return select(of_place.c.id).select_from(place.join(of_place, true())).limit(1)
