"""Books that supervisors assign to people: who has which until when, and which tasks nobody may take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, or_, select, true

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import OFFICE_ZONE, local_date
from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import STAGES, check_supervises, in_sight
from pipeline.registry.accounts.rows import account
from pipeline.registry.assignments.portions import (
    Assignment,
    OwnWork,
    Portion,
    Unattended,
    assigned_to,
    book_assignment,
    lies_in,
    members,
    portion_of,
    share_assignment,
    shares_in_force,
    teams_of,
)
from pipeline.registry.books.rows import book
from pipeline.registry.database.audit import add, record
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.tasks import columns
from pipeline.registry.tasks.assignment import not_done_by, only_assigned
from pipeline.registry.tasks.model import LeasedColumn, NotYours
from pipeline.registry.tasks.rows import keying, review_task
from pipeline.registry.withdrawals.stored_withdrawals import book_stands


def assign_book(context: DeskContext, person: Person, book_id: int, login: str, due_on: date | None) -> None:
    """Assign a book to somebody, with the day by which it should be done; again with another day to change that.

    Raises:
        NotYours: The person does not supervise the place of the book.
        RegistryError: There is no such person, or they may not review books of that place.
    """
    check_supervises(context.connection, person, book_id, "giao sổ")
    whom = reviewer_of_book(context, login, book_id)
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
    found = [one for row in rows if (one := _assignment(context, row)) is not None]
    shares = shares_in_force(context.connection)
    found += [one for row in shares if (one := _share(context, row, None)) is not None]
    return tuple(
        sorted(
            (one for one in found if person.may_see(one.place)),
            key=lambda one: (one.book, one.team, one.login, one.share),
        )
    )


def own_work(context: DeskContext, person: Person) -> OwnWork:
    """Return the books that are assigned to a person, and how much they keyed."""
    rows = _in_force(context.connection, book_assignment.c.account_id == person.account_id)
    found = [one for row in rows if (one := _assignment(context, row)) is not None]
    theirs = share_assignment.c.account_id == person.account_id
    if teams := teams_of(context.connection, person.account_id):
        theirs = or_(theirs, share_assignment.c.team.in_(teams))
    shares = shares_in_force(context.connection, theirs)
    found += [one for row in shares if (one := _share(context, row, person)) is not None]
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
    if not only_assigned(context, person):
        return columns.take_column(context, person, book_id, field, stage, size)
    mine = [one.page_ids for one in assigned_to(context.connection, person) if one.book_id == book_id]
    if not mine:
        raise NotYours("Quyển sổ này chưa được giao cho bạn. Hãy hỏi người phụ trách.")
    pages = None if None in mine else frozenset().union(*(one for one in mine if one is not None))
    return columns.take_column(context, person, book_id, field, stage, size, pages)


def unattended(context: DeskContext, person: Person) -> tuple[Unattended, ...]:
    """Return the tasks of a supervisor's places that no account in use may take, by book and stage.

    Raises:
        NotYours: The person is no supervisor.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mới xem được việc giao sổ.")
    staff = staff_of(context)
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


def staff_of(context: DeskContext) -> list[Person]:
    """Return everybody whose account is in use."""
    rows = context.connection.execute(select(account).where(account.c.active)).mappings()
    return [Person(row["id"], row["login"], row["name"], Role(row["role"]), _places(row)) for row in rows]


def whole_books(context: DeskContext) -> list[Portion]:
    """Return the whole books that are assigned to people whose accounts are in use."""
    active = {one.account_id for one in staff_of(context)}
    rows = _in_force(context.connection, true())
    return [Portion(row["book_id"], row["due_on"]) for row in rows if row["account_id"] in active]


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


def reviewer_of_book(context: DeskContext, login: str, book_id: int) -> tuple[int, str]:
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


def _share(context: DeskContext, row: RowMapping, person: Person | None) -> Assignment | None:
    """Return a share with what waits in it, for a person of it where one is given; None as of ``_assignment``."""
    found = context.connection.execute(
        select(book.c.folder_name, book.c.volume, book.c.place_code).where(
            book.c.id == row["book_id"], book_stands
        )
    ).first()
    staff = {one.account_id: one for one in staff_of(context)}
    if found is None or (row["account_id"] is not None and row["account_id"] not in staff):
        return None
    person = person or staff.get(row["account_id"])
    stages = STAGES[Role.CHECKER if person is None else person.role]
    conditions = [
        review_task.c.place_code == found.place_code,
        review_task.c.book_id == row["book_id"],
        review_task.c.stage.in_(stages),
        lies_in(portion_of(row)),
        *([] if person is None else [not_done_by(person)]),
    ]
    waiting = context.connection.scalar(select(func.count()).select_from(review_task).where(*conditions))
    of_team = (one["account_id"] for one in members(context.connection) if one["team"] == row["team"])
    names = [staff[account_id].name for account_id in of_team if account_id in staff]
    return Assignment(
        row["book_id"],
        found.folder_name,
        found.volume,
        found.place_code,
        row["login"],
        ", ".join(names) if row["team"] else staff[row["account_id"]].name,
        date.fromisoformat(row["due_on"]) if row["due_on"] else None,
        int(waiting or 0),
        row["id"],
        row["team"],
        row["share"],
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
