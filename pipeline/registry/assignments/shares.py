"""Teams of people, and shares of books that are assigned to teams or single people."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import func, not_, or_, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import STAGES, check_supervises, in_sight, require_text
from pipeline.registry.assignments.assigned_books import assignable, reviewer_of_book, staff_of, whole_books
from pipeline.registry.assignments.portions import (
    Assignee,
    Portion,
    ShareAssignmentRow,
    ShareRange,
    Team,
    Unassigned,
    lies_in,
    members,
    share_assignment,
    shares_in_force,
    team_member,
)
from pipeline.registry.books.model import PagePosition
from pipeline.registry.books.page_order import places_of_moved
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.columns import values_of
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.rows import entry
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.withdrawals.stored_withdrawals import page_stands

LONGEST_NAME = 60
"""Letters of the name of a team."""


def teams(context: DeskContext, person: Person) -> tuple[Team, ...]:
    """Return all teams, with their members who review in places that a supervisor sees."""
    names = dict(assignable(context, person))
    people: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for member in members(context.connection):
        people[member.team] += [(member.login, names[member.login])] if member.login in names else []
    return tuple(Team(team, tuple(logins)) for team, logins in people.items())


def set_team_member(
    context: DeskContext, person: Person, team: str, login: str, *, belongs: bool = True
) -> None:
    """Add a person to a team, or remove them; the first member creates the team.

    Raises:
        NotYours: The person is no supervisor.
        RegistryError: The name is empty or too long, or there is no such person in places that they see.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mới được lập tổ.")
    team = " ".join(require_text(team, "tên tổ").split())
    if len(team) > LONGEST_NAME:
        raise RegistryError(f"Tên tổ dài quá {LONGEST_NAME} chữ. Hãy đặt tên ngắn hơn.")
    if login not in dict(assignable(context, person)):
        raise RegistryError("Không có tài khoản rà soát nào tên ấy đang được dùng. Hãy chọn trong danh sách.")
    hold(context.connection, Whole.TEAMS)
    if any((row.team, row.login) == (team, login) for row in members(context.connection)) is belongs:
        return
    account_id = next(worker.account_id for worker in staff_of(context) if worker.login == login)
    row = {
        "team": team,
        "account_id": account_id,
        "login": login,
        "belongs": belongs,
        "author": person.login,
        "noted_at": context.now,
    }
    add(context.connection, team_member, [row])
    action = "team-joined" if belongs else "team-left"
    record(context.connection, person.login, action, f"account:{account_id}", {"team": team})


def assign_share(
    context: DeskContext,
    person: Person,
    book_id: int,
    whom: Assignee,
    share: ShareRange | None,
    due_on: date | None,
) -> None:
    """Assign a book or a share of it to a person or a team; a second assignment changes the day.

    Raises:
        NotYours: The person does not supervise the place of the book.
        RegistryError: Nobody of the team may review the book, or nothing lies in the share.
    """
    check_supervises(context.connection, person, book_id, "giao sổ")
    account_id = None
    if whom.team:
        _check_team(context, whom.team, book_id)
    else:
        account_id = reviewer_of_book(context, whom.login, book_id).account_id
    pages = None if share is None else _pages_in(context, book_id, share)
    hold(context.connection, Whole.TEAMS)
    words = "" if share is None else share.words
    before = next(
        (
            row
            for row in shares_in_force(context.connection, share_assignment.c.book_id == book_id)
            if (row.account_id, row.team, row.share) == (account_id, whom.team, words)
        ),
        None,
    )
    due = "" if due_on is None else due_on.isoformat()
    if before is not None:
        if before.due_on == due and before.page_ids == pages:
            return
        _end(context, person, before)
    login = "" if whom.team else whom.login
    row = {
        "book_id": book_id,
        "account_id": account_id,
        "login": login,
        "team": whom.team,
        "share": words,
        "page_ids": pages,
        "due_on": due,
        "ends_id": None,
        "author": person.login,
        "assigned_at": context.now,
    }
    add(context.connection, share_assignment, [row])
    details = {"login": login, "team": whom.team, "share": words, "due_on": due}
    record(context.connection, person.login, "share-assigned", f"book:{book_id}", details)


def end_share(context: DeskContext, person: Person, book_id: int, assignment_id: int) -> None:
    """End the assignment of a share.

    Raises:
        NotYours: The person does not supervise the place of the book.
        RegistryError: It is no longer assigned.
    """
    check_supervises(context.connection, person, book_id, "thôi giao sổ")
    hold(context.connection, Whole.TEAMS)
    for row in shares_in_force(context.connection, share_assignment.c.book_id == book_id):
        if row.id == assignment_id:
            _end(context, person, row)
            details = {"login": row.login, "team": row.team, "share": row.share}
            record(context.connection, person.login, "share-ended", f"book:{book_id}", details)
            return
    raise RegistryError("Phần sổ này không còn được giao như vậy. Hãy tải lại danh sách.")


def unassigned(context: DeskContext, person: Person) -> tuple[Unassigned, ...]:
    """Return the tasks that wait in a supervisor's places and are assigned to nobody.

    Empty unless the office hands out only assigned tasks, as otherwise everybody gets those tasks.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mới xem được việc giao sổ.")
    if not context.policy.assigned_only:
        return ()
    portions = [*whole_books(context), *_portions_of_active(context)]
    covered = [(review_task.c.book_id == portion.book_id) & lies_in(portion) for portion in portions]
    rows = context.connection.execute(
        select(review_task.c.book_id, book.c.folder_name, func.count().label("waiting"))
        .join(book, book.c.id == review_task.c.book_id)
        .where(review_task.c.stage.in_(STAGES[Role.CHECKER]), in_sight(person))
        .where(*([not_(or_(*covered))] if covered else []))
        .group_by(review_task.c.book_id, book.c.folder_name)
        .order_by(book.c.folder_name)
    )
    return tuple(Unassigned(row.book_id, row.folder_name, row.waiting) for row in rows)


def _portions_of_active(context: DeskContext) -> list[Portion]:
    """Return the shares of people with active accounts, and of teams with such a member."""
    active = {worker.account_id for worker in staff_of(context)}
    active_teams = {member.team for member in members(context.connection) if member.account_id in active}
    return [
        row.portion
        for row in shares_in_force(context.connection)
        if row.account_id in active or row.team in active_teams
    ]


def _pages_in(context: DeskContext, book_id: int, share: ShareRange) -> list[int]:
    """Return the ids of the pages of a share, in the order of the book."""
    rows = context.connection.execute(
        select(page.c.id, page.c.page_no, scan.c.sha256, scan.c.name)
        .join_from(page, scan, page.c.scan_id == scan.c.id)
        .where(scan.c.book_id == book_id, page_stands)
    ).all()
    moved = places_of_moved(context.connection, book_id)
    placed = [
        (moved.get(PageRef(row.sha256, row.page_no)) or PagePosition(row.name, row.page_no), row.id)
        for row in rows
    ]
    ordered = [page_id for _, page_id in sorted(placed, key=lambda placed_page: placed_page[0].order)]
    if share.by_entry:
        numbered = context.connection.execute(
            select(entry.c.page_id, entry.c.number)
            .join(page, entry.c.page_id == page.c.id)
            .join(scan, page.c.scan_id == scan.c.id)
            .where(scan.c.book_id == book_id, entry.c.stands)
        )
        wanted = {row.page_id for row in numbered if share.holds(row.number or "")}
        chosen = [page_id for page_id in ordered if page_id in wanted]
    else:
        chosen = ordered[share.first - 1 : share.last]
    if not chosen:
        raise RegistryError(
            f"Sổ này không có gì trong khoảng {share.words}. Máy đọc được {len(ordered)} trang; hãy chọn lại."
        )
    return chosen


def _check_team(context: DeskContext, team: str, book_id: int) -> None:
    for member in members(context.connection):
        if member.team == team:
            try:
                reviewer_of_book(context, member.login, book_id)
            except RegistryError:
                continue
            return
    raise RegistryError("Tổ này không có ai được rà soát quyển sổ ấy. Hãy thêm người vào tổ trước.")


def _end(context: DeskContext, person: Person, row: ShareAssignmentRow) -> None:
    ended = {"ends_id": row.id, "author": person.login, "assigned_at": context.now}
    add(context.connection, share_assignment, [values_of(row) | ended])
