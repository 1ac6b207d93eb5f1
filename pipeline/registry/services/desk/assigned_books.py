"""Books that supervisors assign to people: who has which until when, and which tasks nobody may take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, select, true

from pipeline.errors import RegistryError
from pipeline.localtime import OFFICE_ZONE, local_date
from pipeline.registry.database.audit import add, record
from pipeline.registry.model.accounts import Person, Role
from pipeline.registry.model.assignments import Assignment, OwnWork, Unattended
from pipeline.registry.model.desk import LeasedColumn, NotYours
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.permissions import STAGES, check_supervises, in_sight
from pipeline.registry.repositories.withdrawals import book_stands
from pipeline.registry.services.desk import columns
from pipeline.registry.services.desk.assignment import assigned_to, not_done_by, only_assigned
from pipeline.registry.tables.accounts import account
from pipeline.registry.tables.assignments import book_assignment
from pipeline.registry.tables.books import book
from pipeline.registry.tables.desk import keying
from pipeline.registry.tables.tasks import review_task
from pipeline.stages import Stage


def assign_book(context: DeskContext, person: Person, book_id: int, login: str, due_on: date | None) -> None:
    """Assign a book to somebody, with the day by which it should be done; again with another day to change that.

    Raises:
        NotYours: The person does not supervise the place of the book.
        RegistryError: There is no such person, or they may not review books of that place.
    """
    check_supervises(context.connection, person, book_id, "giao sổ")
    whom = _reviewer(context, login, book_id)
    _note(context, person, book_id, whom, "" if due_on is None else due_on.isoformat(), given=True)


def end_assignment(context: DeskContext, person: Person, book_id: int, login: str) -> None:
    """Take a book back from somebody.

    Raises:
        NotYours: The person does not supervise the place of the book.
        RegistryError: It is not assigned to them.
    """
    check_supervises(context.connection, person, book_id, "thôi giao sổ")
    for one in _in_force(context.connection, book_assignment.c.book_id == book_id):
        if one["login"] == login:
            _note(context, person, book_id, (one["account_id"], login), one["due_on"], given=False)
            return
    raise RegistryError("Quyển sổ này không giao cho người ấy. Hãy tải lại danh sách.")


def assignments(context: DeskContext, person: Person) -> tuple[Assignment, ...]:
    """Return all books of a supervisor's places that are assigned, by book and person."""
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mới xem được việc giao sổ.")
    rows = _in_force(context.connection, true())
    found = (one for row in rows if (one := _assignment(context, row)) is not None)
    return tuple(
        sorted((one for one in found if person.may_see(one.place)), key=lambda one: (one.book, one.login))
    )


def own_work(context: DeskContext, person: Person) -> OwnWork:
    """Return the books that are assigned to a person, and how much they keyed."""
    rows = _in_force(context.connection, book_assignment.c.account_id == person.account_id)
    found = (one for row in rows if (one := _assignment(context, row)) is not None)
    mine = sorted(
        (one for one in found if person.may_see(one.place)),
        key=lambda one: (one.due_on or date.max, one.book),
    )
    today = local_date(context.now)
    return OwnWork(
        assigned=tuple(mine),
        only_assigned=only_assigned(context, person),
        today=_keyed_since(context, person, today),
        week=_keyed_since(context, person, today - timedelta(days=6)),
    )


def take_column(
    context: DeskContext, person: Person, book_id: int, field: str, stage: Stage, size: int = 48
) -> LeasedColumn | None:
    """Lease a person a column as ``columns.take_column`` does.

    Raises:
        NotYours: They may not, or are given assigned books alone and this is none.
    """
    if only_assigned(context, person) and book_id not in assigned_to(context.connection, person):
        raise NotYours("Quyển sổ này chưa được giao cho bạn. Hãy hỏi người phụ trách.")
    return columns.take_column(context, person, book_id, field, stage, size)


def unattended(context: DeskContext, person: Person) -> tuple[Unattended, ...]:
    """Return the tasks of a supervisor's places that no account in use may take, by book and stage.

    Raises:
        NotYours: The person is no supervisor.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mới xem được việc giao sổ.")
    rows = context.connection.execute(select(account).where(account.c.active)).mappings()
    staff = [Person(row["id"], row["login"], row["name"], Role(row["role"]), _places(row)) for row in rows]
    nobody = and_(
        true(),
        *(
            ~(in_sight(one) & review_task.c.stage.in_(STAGES[one.role]) & not_done_by(one))
            for one in staff
            if STAGES[one.role]
        ),
    )
    counted = context.connection.execute(
        select(review_task.c.book_id, book.c.folder_name, review_task.c.stage, func.count().label("waiting"))
        .join(book, book.c.id == review_task.c.book_id)
        .where(review_task.c.stage.in_(STAGES[Role.SUPERVISOR]), in_sight(person), nobody)
        .group_by(review_task.c.book_id, book.c.folder_name, review_task.c.stage)
        .order_by(book.c.folder_name, review_task.c.stage)
    )
    return tuple(Unattended(row.book_id, row.folder_name, Stage(row.stage), row.waiting) for row in counted)


def assignable(context: DeskContext, person: Person) -> tuple[tuple[str, str], ...]:
    """Return login and name of the people who review in places that a supervisor sees."""
    roles = [role for role in Role if STAGES[role]]
    rows = context.connection.execute(
        select(account).where(account.c.active, account.c.role.in_(roles)).order_by(account.c.login)
    ).mappings()
    return tuple(
        (row["login"], row["name"])
        for row in rows
        if (places := _places(row)) is None or person.places is None or places & person.places
    )


def _places(row: RowMapping) -> frozenset[str] | None:
    return None if row["places"] is None else frozenset(row["places"])


def _reviewer(context: DeskContext, login: str, book_id: int) -> tuple[int, str]:
    """Return account and login of somebody who may review a book."""
    place = context.connection.scalar(select(book.c.place_code).where(book.c.id == book_id))
    row = context.connection.execute(select(account).where(account.c.login == login)).mappings().first()
    if row is None or not row["active"] or not STAGES[Role(row["role"])]:
        raise RegistryError("Không có tài khoản rà soát nào tên ấy đang được dùng. Hãy chọn trong danh sách.")
    places = _places(row)
    if places is not None and place not in places:
        raise RegistryError("Người này không được xem nơi đăng ký của quyển sổ. Hãy hỏi người quản trị.")
    return row["id"], row["login"]


def _note(
    context: DeskContext, person: Person, book_id: int, whom: tuple[int, str], due_on: str, *, given: bool
) -> None:
    row = {
        "book_id": book_id,
        "account_id": whom[0],
        "login": whom[1],
        "due_on": due_on,
        "given": given,
        "author": person.login,
        "assigned_at": context.now,
    }
    add(context.connection, book_assignment, [row])
    told = {"login": whom[1], "due_on": due_on}
    act = "book-assigned" if given else "book-assignment-ended"
    record(context.connection, person.login, act, f"book:{book_id}", told)


def _in_force(connection: Connection, condition: ColumnElement[bool]) -> Sequence[RowMapping]:
    """Return the assignments that count, of rows that fit a condition."""
    last = select(func.max(book_assignment.c.id)).where(condition)
    last = last.group_by(book_assignment.c.book_id, book_assignment.c.account_id)
    query = select(book_assignment).where(book_assignment.c.id.in_(last), book_assignment.c.given)
    return connection.execute(query.order_by(book_assignment.c.id)).mappings().all()


def _assignment(context: DeskContext, row: RowMapping) -> Assignment | None:
    """Return an assignment with what waits; None where the book is withdrawn or the account no longer in use."""
    found = context.connection.execute(
        select(book.c.folder_name, book.c.volume, book.c.place_code).where(
            book.c.id == row["book_id"], book_stands
        )
    ).first()
    who = (
        context.connection.execute(select(account).where(account.c.id == row["account_id"], account.c.active))
        .mappings()
        .first()
    )
    if found is None or who is None:
        return None
    whom = Person(who["id"], who["login"], who["name"], Role(who["role"]), _places(who))
    waiting = context.connection.scalar(
        select(func.count())
        .select_from(review_task)
        .where(
            review_task.c.place_code == found.place_code,
            review_task.c.book_id == row["book_id"],
            review_task.c.stage.in_(STAGES[whom.role]),
            not_done_by(whom),
        )
    )
    due_on = date.fromisoformat(row["due_on"]) if row["due_on"] else None
    return Assignment(
        row["book_id"],
        found.folder_name,
        found.volume,
        found.place_code,
        whom.login,
        whom.name,
        due_on,
        int(waiting or 0),
    )


def _keyed_since(context: DeskContext, person: Person, day: date) -> int:
    """Return how many tasks a person keyed since the beginning of a day of the office, what was taken back left out."""
    taking_back = keying.alias("taking_back")
    gone = exists().where(taking_back.c.takes_back_id == keying.c.id)
    counted = context.connection.scalar(
        select(func.count(keying.c.task_id.distinct())).where(
            keying.c.account_id == person.account_id,
            keying.c.takes_back_id.is_(None),
            keying.c.keyed_at >= datetime.combine(day, time(), OFFICE_ZONE),
            ~gone,
        )
    )
    return int(counted or 0)
