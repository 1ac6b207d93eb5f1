"""The next task of a person, their leased tasks, and the numbers of waiting tasks.

The next task is the first of its stage, in the order of places and books, that nobody has leased. One index answers
(``ix_review_task_next``); leases and skips are checked for few rows. PostgreSQL skips rows that another transaction is
taking; SQLite has one writer at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import product

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Select,
    Text,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)

from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import STAGES, in_sight, stages
from pipeline.registry.accounts.rows import account
from pipeline.registry.assignments.portions import Portion, assigned_to, lies_in
from pipeline.registry.books.overview import undeclared_book_ids
from pipeline.registry.books.rows import book
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.lots.stored_lots import seen_before
from pipeline.registry.tasks import leases
from pipeline.registry.tasks.found_readings import saw_reading
from pipeline.registry.tasks.leases import KeyingMode, is_not_leased
from pipeline.registry.tasks.loading import EITHER_MODE, load_held_task, task_row
from pipeline.registry.tasks.model import DeskTask, HandsFull, HeldWork, QueueCount
from pipeline.registry.tasks.rows import aside, review_task
from pipeline.registry.tasks.setting_aside import SKIPPED
from pipeline.registry.tasks.teaching import teaching_plan
from pipeline.registry.tasks.visibility import show

MOST_HELD = 3
"""Tasks that a person may hold: the task on the screen and the tasks loaded ahead."""

MOST_BOOKS = 200
"""Books on a page of the list."""


def checkers(connection: Connection, place_code: str) -> frozenset[int]:
    """Return the active accounts that may check tasks of a place."""
    roles = [role for role in Role if Stage.CHECK in STAGES[role]]
    rows = connection.execute(
        select(account.c.id, account.c.places).where(account.c.active, account.c.role.in_(roles))
    )
    return frozenset(row.id for row in rows if row.places is None or place_code in row.places)


def only_assigned(context: DeskContext, person: Person) -> bool:
    """Return whether a person gets only tasks of their assigned books; supervisors get all."""
    return context.policy.assigned_only and person.role is not Role.SUPERVISOR


def next_task(
    context: DeskContext,
    person: Person,
    *,
    stage: Stage | None = None,
    book_id: int | None = None,
    at_book: int | None = None,
    known: Collection[int] | None = None,
) -> DeskTask | None:
    """Lease the next task to a person and return it; None if nothing waits.

    Books that are assigned to the person come first, and are the only ones where the office has it so.

    Args:
        stage: The stage at which it waits; by default any stage they may work at, the one nearest to its end first.
        book_id: Its book; by default any.
        at_book: The book on which they are at work, whose tasks come before those of other books.
        known: Tasks that their page shows already: other tasks that they hold, at this stage and of this book, come
            first.

    Raises:
        HandsFull: They hold as many tasks as one person may.
    """
    allowed = stages(person, stage)
    held = leases.held(context, person, KeyingMode.DESK)
    if held and known is not None:
        wanted = leases.held(context, person, KeyingMode.DESK, stage=stage, book_id=book_id)
        if besides := [task_id for task_id in wanted if task_id not in known]:
            return held_task(context, person, besides[0])
    if len(held) >= MOST_HELD:
        raise HandsFull(f"Bạn đang giữ {MOST_HELD} nhiệm vụ. Hãy làm xong hoặc trả lại một nhiệm vụ.")
    task_id = _lease_next_task(context, person, allowed, _portions_in_turn(context, person, book_id, at_book))
    return None if task_id is None else show(context, task_id, person)


def held_tasks(context: DeskContext, person: Person) -> tuple[DeskTask, ...]:
    """Return the person's leased tasks, oldest lease first."""
    stages(person)
    return tuple(show(context, task_id, person) for task_id in leases.held(context, person, KeyingMode.DESK))


def held_work(context: DeskContext, person: Person) -> HeldWork:
    """Return the numbers of tasks that the person holds at the desk and in a column."""
    stages(person)
    return HeldWork(
        len(leases.held(context, person, KeyingMode.DESK)),
        len(leases.held(context, person, KeyingMode.COLUMN)),
    )


def held_task(context: DeskContext, person: Person, task_id: int) -> DeskTask:
    """Return a task that this person holds, and renew its lease.

    Raises:
        NotYours: They do not hold it.
    """
    load_held_task(context, person, task_id)
    return show(context, task_id, person)


def keep_task(context: DeskContext, person: Person, task_id: int) -> None:
    """Renew the lease of a task that this person holds, by itself or as a snippet of a column.

    Raises:
        NotYours: They do not hold it.
    """
    load_held_task(context, person, task_id, EITHER_MODE)


def hand_back(context: DeskContext, person: Person, task_id: int) -> None:
    """End the lease of a task; nothing happens when the person no longer holds it.

    Raises:
        NotThere: There is no such task.
    """
    task_row(context.connection, task_id)
    leases.hand_back(context.connection, person, KeyingMode.DESK, [task_id])


def _lease_next_task(
    context: DeskContext, person: Person, allowed: Sequence[Stage], portions: Sequence[Portion | None]
) -> int | None:
    """Lease the next task to a person, at the first of these stages with a waiting task; return its id.

    What they have skipped comes after all else.
    """
    undeclared = undeclared_book_ids(context.connection, context.declared)
    for find in (_next, _next_skipped):
        for portion, stage in product(portions, allowed):
            waiting = _waiting_tasks(context, person, stage, portion, undeclared)
            while (task_id := find(context, person, portion, waiting)) is not None:
                if leases.take(context, task_id, person, KeyingMode.DESK):
                    return task_id
    return None


def _portions_in_turn(
    context: DeskContext, person: Person, wanted: int | None, at_book: int | None
) -> tuple[Portion | None, ...]:
    """Return the books and shares from which a person gets tasks, in order; None stands for any book.

    Args:
        wanted: The only book from which they want tasks, if any.
        at_book: The book on which they are at work.
    """
    assigned = assigned_to(context.connection, person)
    rest: tuple[Portion | None, ...] = (None if wanted is None else Portion(wanted),)
    if wanted is not None:
        assigned = tuple(one for one in assigned if one.book_id == wanted)
    elif at_book is not None:
        assigned = tuple(sorted(assigned, key=lambda one: one.book_id != at_book))
        rest = (Portion(at_book), None)
    return assigned if only_assigned(context, person) else (*assigned, *rest)


def not_done_by(person: Person) -> ColumnElement[bool]:
    """Return the condition on ``review_task`` that fields are left for a person to key at its stage."""
    return _not_done_by(person.account_id)


@lru_cache(maxsize=1024)
def _not_done_by(account_id: int) -> ColumnElement[bool]:
    keyers = (review_task.c.first_keyer, review_task.c.second_keyer)
    first, second = (or_(keyer.is_(None), keyer != account_id) for keyer in keyers)
    kept_from = review_task.c.kept_from
    others = or_(kept_from.is_(None), ~kept_from.contains(f",{account_id},"))
    return first & second & others & ~seen_before(account_id) & ~saw_reading(account_id)


def _next(context: DeskContext, person: Person, portion: Portion | None, waiting: Select[int]) -> int | None:
    """Lock and return the first of the waiting tasks that a person has not skipped."""
    mine = (aside.c.account_id == person.account_id) & (aside.c.kind == SKIPPED)
    query = waiting.where(~exists().where(aside.c.task_id == review_task.c.id, mine)).order_by(
        review_task.c.place_code, review_task.c.book_id, review_task.c.page_id, review_task.c.row
    )
    if context.connection.dialect.name == "postgresql" and person.places and portion is None:
        task_id = context.connection.scalar(_place_by_place(query, sorted(person.places)))
    else:
        task_id = context.connection.scalar(_first(query.where(in_sight(person))))
    return task_id if task_id is None else _teaching_first(context, task_id, query.where(in_sight(person)))


def _teaching_first(context: DeskContext, task_id: int, waiting: Select[int]) -> int:
    """Return the waiting task in the book of a task from which the machine learns most, else the task itself.

    Args:
        task_id: The task that comes next in the order of the book.
        waiting: The tasks that the person may be given.
    """
    of_book = context.connection.execute(
        select(book.c.id, book.c.folder_name)
        .join(review_task, review_task.c.book_id == book.c.id)
        .where(review_task.c.id == task_id)
    ).one()
    if not context.policy.of_book(of_book.folder_name).teaching_first:
        return task_id
    plan = teaching_plan(of_book.id).subquery()
    first = (
        waiting.join(plan, plan.c.entry_id == review_task.c.entry_id)
        .where(review_task.c.book_id == of_book.id)
        .order_by(None)
        .order_by(plan.c.place)
    )
    return context.connection.scalar(_first(first)) or task_id


def _next_skipped(
    context: DeskContext, person: Person, _portion: Portion | None, waiting: Select[int]
) -> int | None:
    """Lock and return the first of the waiting tasks that a person skipped, longest ago first."""
    last = (
        select(aside.c.task_id, func.max(aside.c.id).label("at"))
        .where(aside.c.account_id == person.account_id, aside.c.kind == SKIPPED)
        .group_by(aside.c.task_id)
        .subquery()
    )
    query = waiting.join(last, last.c.task_id == review_task.c.id)
    return context.connection.scalar(_first(query.where(in_sight(person)).order_by(last.c.at)))


def _waiting_tasks(
    context: DeskContext, person: Person, stage: Stage, portion: Portion | None, undeclared: Sequence[int]
) -> Select[int]:
    """Select the ids of the tasks at a stage that nobody holds and with fields left for a person.

    Books with a form or kind of register that is ``undeclared`` now are left out, as they cannot be shown.
    """
    query = select(review_task.c.id).where(
        review_task.c.stage == stage, not_done_by(person), is_not_leased(context)
    )
    if undeclared:
        query = query.where(review_task.c.book_id.not_in(undeclared))
    if portion is None:
        return query
    place_code = select(book.c.place_code).where(book.c.id == portion.book_id).scalar_subquery()
    return query.where(
        review_task.c.place_code == place_code, review_task.c.book_id == portion.book_id, lies_in(portion)
    )


def _first(query: Select[int]) -> Select[int]:
    return query.limit(1).with_for_update(of=review_task, skip_locked=True)


def _place_by_place(query: Select[int], places: Sequence[str]) -> Select[int]:
    """Return the query split by place, so that each place is searched by the index.

    PostgreSQL before version 17 does not see that an index whose second column is one of several values is still in
    order, and reads it from its beginning (250 ms of a million tasks, not 0.1).
    """
    place = func.unnest(literal(places, ARRAY(Text))).table_valued("code", name="place").render_derived()
    of_place = _first(query.where(review_task.c.place_code == place.c.code)).lateral()
    return select(of_place.c.id).select_from(place.join(of_place, true())).limit(1)


def counts(context: DeskContext, person: Person, books: int = MOST_BOOKS) -> tuple[QueueCount, ...]:
    """Return the numbers of waiting tasks that a person may take, by book and stage.

    Tasks that others hold are included. Only the first ``books`` in the order of places are counted: all of a
    million entries would take a second.
    """
    mine = review_task.c.stage.in_(stages(person)) & not_done_by(person)
    of_book = (review_task.c.place_code == book.c.place_code) & (review_task.c.book_id == book.c.id)
    places = true() if person.places is None else book.c.place_code.in_(sorted(person.places))
    first = (
        select(book)
        .where(places, exists().where(mine, of_book))
        .order_by(book.c.place_code, book.c.id)
        .limit(books)
        .subquery()
    )
    shown = (
        first.c.id,
        first.c.folder_name,
        first.c.record,
        first.c.place,
        first.c.volume,
        first.c.place_code,
        review_task.c.stage,
    )
    rows = context.connection.execute(
        select(*shown)
        .add_columns(func.count().label("waiting"))
        .join_from(
            first,
            review_task,
            (review_task.c.place_code == first.c.place_code) & (review_task.c.book_id == first.c.id),
        )
        .where(mine)
        .group_by(*shown)
        .order_by(first.c.place_code, first.c.id, review_task.c.stage)
    )
    return tuple(
        QueueCount(
            row.id,
            row.folder_name,
            row.record,
            row.place,
            row.volume,
            row.place_code,
            Stage(row.stage),
            row.waiting,
        )
        for row in rows
    )
