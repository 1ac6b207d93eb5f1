"""Assignment of books to people by supervisors, and the tasks that nobody may take."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select, true

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import OFFICE_ZONE, local_date
from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import STAGES, check_supervises, in_sight
from pipeline.registry.accounts.rows import AccountRow, account
from pipeline.registry.assignments.portions import (
    Assignment,
    BookAssignmentRow,
    OwnWork,
    Portion,
    ShareAssignmentRow,
    Unattended,
    assigned_to,
    book_assignment,
    is_share_of,
    lies_in,
    members,
    shares_in_force,
)
from pipeline.registry.books.rows import StoredBookRow, book
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.tasks import columns
from pipeline.registry.tasks.assignment import not_done_by, only_assigned
from pipeline.registry.tasks.model import LeasedColumn, NotYours
from pipeline.registry.tasks.rows import keying, review_task
from pipeline.registry.withdrawals.stored_withdrawals import book_stands


def assign_book(context: DeskContext, person: Person, book_id: int, login: str, due_on: date | None) -> None:
    """Assign a book to a person, with the day by which it should be done; a second assignment changes the day.

    Raises:
        NotYours: The person does not supervise the place of the book.
        RegistryError: There is no such person, or they may not review books of that place.
    """
    check_supervises(context.connection, person, book_id, "giao sổ")
    reviewer = reviewer_of_book(context, login, book_id)
    due = "" if due_on is None else due_on.isoformat()
    _add(context, person, book_id, reviewer.account_id, login, due, given=True)


def end_assignment(context: DeskContext, person: Person, book_id: int, login: str) -> None:
    """End the assignment of a book to a person.

    Raises:
        NotYours: The person does not supervise the place of the book.
        RegistryError: It is not assigned to them.
    """
    check_supervises(context.connection, person, book_id, "thôi giao sổ")
    for row in _in_force(context.connection, book_assignment.c.book_id == book_id):
        if row.login == login:
            _add(context, person, book_id, row.account_id, login, row.due_on, given=False)
            return
    raise RegistryError("Quyển sổ này không giao cho người ấy. Hãy tải lại danh sách.")


def assignments(context: DeskContext, person: Person) -> tuple[Assignment, ...]:
    """Return all assignments in a supervisor's places, by book and person."""
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mới xem được việc giao sổ.")
    rows = _in_force(context.connection, true())
    assigned = _assignments(context, person, rows, shares_in_force(context.connection), None)
    return tuple(sorted(assigned, key=lambda one: (one.book, one.team, one.login, one.share)))


def own_work(context: DeskContext, person: Person) -> OwnWork:
    """Return the books that are assigned to a person, and the numbers of tasks they keyed."""
    rows = _in_force(context.connection, book_assignment.c.account_id == person.account_id)
    shares = shares_in_force(context.connection, is_share_of(context.connection, person))
    assigned = _assignments(context, person, rows, shares, person)
    today = local_date(context.now)
    return OwnWork(
        assigned=tuple(sorted(assigned, key=lambda one: (one.due_on or date.max, one.book))),
        only_assigned=only_assigned(context, person),
        today=_keyed_since(context, person, today),
        week=_keyed_since(context, person, today - timedelta(days=6)),
    )


def take_column(
    context: DeskContext, person: Person, book_id: int, field: str, stage: Stage, size: int = columns.LARGEST
) -> LeasedColumn | None:
    """Lease a column to a person as ``columns.take_column`` does.

    Raises:
        NotYours: The person may not key it, or gets only assigned books and this book is not assigned to them.
    """
    if not only_assigned(context, person):
        return columns.take_column(context, person, book_id, field, stage, size)
    assigned = [
        portion.page_ids for portion in assigned_to(context.connection, person) if portion.book_id == book_id
    ]
    if not assigned:
        raise NotYours("Quyển sổ này chưa được giao cho bạn. Hãy hỏi người phụ trách.")
    pages = (
        None if None in assigned else frozenset().union(*(share for share in assigned if share is not None))
    )
    return columns.take_column(context, person, book_id, field, stage, size, pages)


def unattended(context: DeskContext, person: Person) -> tuple[Unattended, ...]:
    """Return the tasks in a supervisor's places that no active account may take, by book and stage.

    Raises:
        NotYours: The person is no supervisor.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mới xem được việc giao sổ.")
    nobody = and_(
        true(),
        *(
            ~(in_sight(worker) & review_task.c.stage.in_(STAGES[worker.role]) & not_done_by(worker))
            for worker in staff_of(context)
            if STAGES[worker.role]
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
    """Return all people with active accounts, by login."""
    query = select(account).where(account.c.active).order_by(account.c.login)
    return [
        Person(
            row.id, row.login, row.name, Role(row.role), None if row.places is None else frozenset(row.places)
        )
        for row in rows_of(context.connection, AccountRow, query)
    ]


def whole_books(context: DeskContext) -> list[Portion]:
    """Return the whole books that are assigned to people with active accounts."""
    active = {worker.account_id for worker in staff_of(context)}
    rows = _in_force(context.connection, true())
    return [Portion(row.book_id, row.due_on) for row in rows if row.account_id in active]


def assignable(context: DeskContext, person: Person) -> tuple[tuple[str, str], ...]:
    """Return login and name of the people who review in places that a supervisor sees, by login."""
    return tuple(
        (worker.login, worker.name)
        for worker in staff_of(context)
        if STAGES[worker.role]
        and (worker.places is None or person.places is None or worker.places & person.places)
    )


def reviewer_of_book(context: DeskContext, login: str, book_id: int) -> Person:
    """Return the person with a login, who may review a book.

    Raises:
        RegistryError: There is no such person, or they may not review that book.
    """
    place = context.connection.scalar(select(book.c.place_code).where(book.c.id == book_id))
    reviewer = next((worker for worker in staff_of(context) if worker.login == login), None)
    if reviewer is None or not STAGES[reviewer.role]:
        raise RegistryError("Không có tài khoản rà soát nào tên ấy đang được dùng. Hãy chọn trong danh sách.")
    if reviewer.places is not None and place not in reviewer.places:
        raise RegistryError("Người này không được xem nơi đăng ký của quyển sổ. Hãy hỏi người quản trị.")
    return reviewer


def _add(
    context: DeskContext,
    person: Person,
    book_id: int,
    account_id: int,
    login: str,
    due_on: str,
    *,
    given: bool,
) -> None:
    row = {
        "book_id": book_id,
        "account_id": account_id,
        "login": login,
        "due_on": due_on,
        "given": given,
        "author": person.login,
        "assigned_at": context.now,
    }
    add(context.connection, book_assignment, [row])
    action = "book-assigned" if given else "book-assignment-ended"
    record(context.connection, person.login, action, f"book:{book_id}", {"login": login, "due_on": due_on})


def _in_force(connection: Connection, condition: ColumnElement[bool]) -> Sequence[BookAssignmentRow]:
    """Return the rows of ``book_assignment`` in force that meet a condition."""
    last = select(func.max(book_assignment.c.id)).where(condition)
    last = last.group_by(book_assignment.c.book_id, book_assignment.c.account_id)
    query = select(book_assignment).where(book_assignment.c.id.in_(last), book_assignment.c.given)
    return rows_of(connection, BookAssignmentRow, query.order_by(book_assignment.c.id))


def _assignments(
    context: DeskContext,
    person: Person,
    rows: Sequence[BookAssignmentRow],
    shares: Sequence[ShareAssignmentRow],
    worker: Person | None,
) -> list[Assignment]:
    """Return the assignments in places that a person sees; shares with the tasks that wait for ``worker``.

    Assignments of withdrawn books and of accounts that are no longer active are left out.
    """
    book_ids = {*(row.book_id for row in rows), *(share.book_id for share in shares)}
    query = select(book).where(book_stands, book.c.id.in_(book_ids))
    books = {row.id: row for row in rows_of(context.connection, StoredBookRow, query)}
    staff = {one.account_id: one for one in staff_of(context)}
    assigned = [
        _assignment(context, books[row.book_id], row, staff[row.account_id])
        for row in rows
        if row.book_id in books and row.account_id in staff
    ]
    assigned += [
        _share(context, books[row.book_id], row, staff, worker)
        for row in shares
        if row.book_id in books and (row.account_id is None or row.account_id in staff)
    ]
    return [one for one in assigned if person.may_see(one.place)]


def _assignment(
    context: DeskContext, of_book: StoredBookRow, row: BookAssignmentRow, worker: Person
) -> Assignment:
    waiting = _waiting(context, of_book, STAGES[worker.role], not_done_by(worker))
    due_on = date.fromisoformat(row.due_on) if row.due_on else None
    return Assignment(
        row.book_id,
        of_book.folder_name,
        of_book.volume,
        of_book.record,
        of_book.place_code,
        of_book.place,
        worker.login,
        worker.name,
        due_on,
        waiting,
    )


def _share(
    context: DeskContext,
    of_book: StoredBookRow,
    row: ShareAssignmentRow,
    staff: Mapping[int, Person],
    worker: Person | None,
) -> Assignment:
    """Return a share with its waiting tasks: those of ``worker``, of its person or of any checker of its team."""
    assignee = None if row.account_id is None else staff[row.account_id]
    worker = worker or assignee
    stages = STAGES[Role.CHECKER if worker is None else worker.role]
    for_worker = [] if worker is None else [not_done_by(worker)]
    names = [
        staff[member.account_id].name
        for member in members(context.connection)
        if member.team == row.team and member.account_id in staff
    ]
    return Assignment(
        row.book_id,
        of_book.folder_name,
        of_book.volume,
        of_book.record,
        of_book.place_code,
        of_book.place,
        row.login,
        ", ".join(names) if assignee is None else assignee.name,
        date.fromisoformat(row.due_on) if row.due_on else None,
        _waiting(context, of_book, stages, lies_in(row.portion), *for_worker),
        row.id,
        row.team,
        row.share,
    )


def _waiting(
    context: DeskContext, of_book: StoredBookRow, stages: Collection[Stage], *conditions: ColumnElement[bool]
) -> int:
    """Return the number of tasks of a book at some stages that meet the conditions."""
    query = select(func.count()).select_from(review_task)
    query = query.where(
        review_task.c.place_code == of_book.place_code,
        review_task.c.book_id == of_book.id,
        review_task.c.stage.in_(stages),
        *conditions,
    )
    return context.connection.scalar(query) or 0


def _keyed_since(context: DeskContext, person: Person, day: date) -> int:
    """Return the number of tasks a person keyed since the start of a day; withdrawn values do not count."""
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
