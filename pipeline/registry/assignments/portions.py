"""Assignments of books and shares of books to people and teams, and the conditions on tasks that follow from them.

Of rows on the same book and person the last row counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    UniqueConstraint,
    exists,
    func,
    or_,
    select,
    true,
)

from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person
from pipeline.registry.database.columns import APPEND_ONLY, Id, Json, refers, rows_of, table
from pipeline.registry.tasks.rows import review_task


@dataclass(frozen=True, slots=True)
class BookAssignmentRow:
    """The assignment of a book to a person, or its end.

    ``due_on``: the day by which the book should be done (``2026-03-31``), or empty; ``given``: whether the book is
    assigned from then on, or no longer.
    """

    id: Id
    book_id: Annotated[int, refers("book", index=True)]
    account_id: int
    login: str
    due_on: str
    given: bool
    author: str
    assigned_at: datetime


book_assignment = table(
    "book_assignment",
    BookAssignmentRow,
    Index(None, "account_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class TeamMemberRow:
    """Whether a person belongs to a team from then on; the last row of a team and an account counts."""

    id: Id
    team: str
    account_id: int
    login: str
    belongs: bool
    author: str
    noted_at: datetime


team_member = table(
    "team_member", TeamMemberRow, Index(None, "account_id"), sqlite_autoincrement=True, info=APPEND_ONLY
)


@dataclass(frozen=True, slots=True)
class ShareAssignmentRow:
    """The assignment of a book or a share of it to a person (``account_id``, ``login``) or a team.

    ``share``: in words, ``""`` for a whole book; ``page_ids``: pages of the share, None for a whole book; ``due_on``:
    ``2026-03-31`` or empty; ``ends_id``: the row that this row ends.
    """

    id: Id
    book_id: Annotated[int, refers("book", index=True)]
    account_id: int | None
    login: str
    team: str
    share: str
    page_ids: Json[list[int] | None]
    due_on: str
    ends_id: Annotated[int | None, refers("share_assignment")]
    author: str
    assigned_at: datetime

    @property
    def portion(self) -> Portion:
        pages = None if self.page_ids is None else frozenset(self.page_ids)
        return Portion(self.book_id, self.due_on, pages)


share_assignment = table(
    "share_assignment",
    ShareAssignmentRow,
    UniqueConstraint("ends_id"),
    Index(None, "account_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class Portion:
    """An assigned book or share of a book.

    Attributes:
        due_on: The day by which it should be done, or ``""``.
        page_ids: Pages of the share; None: the whole book.
    """

    book_id: int
    due_on: str = ""
    page_ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Assignee:
    """A person or a team to which a share is assigned; the other field is ``""``."""

    login: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class ShareRange:
    """A range of pages in the order of a book, or of entry numbers; both ends included."""

    first: int
    last: int
    by_entry: bool = False

    @property
    def words(self) -> str:
        """The range in Vietnamese."""
        return f"{'số đăng ký' if self.by_entry else 'trang'} {self.first}–{self.last}"

    def holds(self, number: str) -> bool:
        """Return whether an entry number lies in the range; ``12A`` counts as 12."""
        figures = re.match(r"\d+", number)
        return figures is not None and self.first <= int(figures[0]) <= self.last


@dataclass(frozen=True, slots=True)
class Team:
    """A team with the login and name of each member."""

    name: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assigned book or share of a book, with its open tasks.

    Attributes:
        place: Present place code.
        place_name: The place as on the cover.
        due_on: The day by which it should be done, if any.
        waiting: Number of tasks that wait for this person or team.
        assignment_id: Id of the share; None for a whole book that is assigned to a person.
        team: ``""`` for a person.
        share: The share in words; ``""`` for a whole book.
    """

    book_id: int
    book: str
    volume: str
    record: str
    place: str
    place_name: str
    login: str
    name: str
    due_on: date | None
    waiting: int
    assignment_id: int | None = None
    team: str = ""
    share: str = ""

    def is_late(self, today: date) -> bool:
        """Return whether tasks still wait after ``due_on``."""
        return self.waiting > 0 and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A person's own work.

    Attributes:
        assigned: Their books, earliest due day first.
        only_assigned: Whether the person gets only tasks of these books.
        today: Number of tasks keyed today.
        week: Number of tasks keyed in the last seven days, including today.
    """

    assigned: tuple[Assignment, ...]
    only_assigned: bool
    today: int
    week: int


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Number of tasks of a book that are assigned to nobody, in an office where people get only assigned tasks."""

    book_id: int
    book: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Unattended:
    """Number of tasks of a book that nobody may take."""

    book_id: int
    book: str
    stage: Stage
    waiting: int


def teams_of(connection: Connection, account_id: int) -> tuple[str, ...]:
    """Return the teams of a person."""
    last = select(func.max(team_member.c.id)).where(team_member.c.account_id == account_id)
    rows = connection.scalars(
        select(team_member.c.team)
        .where(team_member.c.id.in_(last.group_by(team_member.c.team)), team_member.c.belongs)
        .order_by(team_member.c.team)
    )
    return tuple(rows)


def members(connection: Connection) -> Sequence[TeamMemberRow]:
    """Return the present members of all teams, by team and login."""
    last = select(func.max(team_member.c.id)).group_by(team_member.c.team, team_member.c.account_id)
    query = select(team_member).where(team_member.c.id.in_(last), team_member.c.belongs)
    return rows_of(connection, TeamMemberRow, query.order_by(team_member.c.team, team_member.c.login))


_ending = share_assignment.alias("ending")
_IN_FORCE = (
    select(share_assignment)
    .where(share_assignment.c.ends_id.is_(None), ~exists().where(_ending.c.ends_id == share_assignment.c.id))
    .order_by(share_assignment.c.id)
)


def shares_in_force(
    connection: Connection, condition: ColumnElement[bool] = true()
) -> Sequence[ShareAssignmentRow]:
    """Return the rows of ``share_assignment`` in force that meet a condition."""
    return rows_of(connection, ShareAssignmentRow, _IN_FORCE.where(condition))


def assigned_to(connection: Connection, person: Person) -> tuple[Portion, ...]:
    """Return the portions of a person and of their teams, earliest due day first."""
    last = select(func.max(book_assignment.c.id)).where(book_assignment.c.account_id == person.account_id)
    rows = connection.execute(
        select(book_assignment.c.book_id, book_assignment.c.due_on).where(
            book_assignment.c.id.in_(last.group_by(book_assignment.c.book_id)), book_assignment.c.given
        )
    )
    portions = [Portion(row.book_id, row.due_on) for row in rows]
    portions += [share.portion for share in shares_in_force(connection, is_share_of(connection, person))]
    return tuple(sorted(portions, key=lambda portion: (portion.due_on or "9999", portion.book_id)))


def is_share_of(connection: Connection, person: Person) -> ColumnElement[bool]:
    """Return the condition on ``share_assignment`` that it is for a person or one of their teams."""
    own = share_assignment.c.account_id == person.account_id
    return or_(own, share_assignment.c.team.in_(teams_of(connection, person.account_id)))


def lies_in(portion: Portion) -> ColumnElement[bool]:
    """Return the condition on ``review_task`` that its page is in a portion (the caller filters by book)."""
    return true() if portion.page_ids is None else review_task.c.page_id.in_(sorted(portion.page_ids))
