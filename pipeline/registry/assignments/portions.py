"""Books and shares of books that people and teams are assigned to, and the conditions that follow for tasks.

Of rows on the same book and person the last one counts.
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
    RowMapping,
    UniqueConstraint,
    exists,
    func,
    or_,
    select,
    true,
)

from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person
from pipeline.registry.database.columns import APPEND_ONLY, Id, Json, refers, table
from pipeline.registry.tasks.rows import review_task


@dataclass(frozen=True, slots=True)
class BookAssignmentRow:
    """``login``: whose the account is.

    ``due_on``: the day by which the book should be done (``2026-03-31``), empty where none is set; ``given``:
    whether the book is assigned from then on, or no longer.
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
    """The last row of a team and an account counts: whether they belong together from then on."""

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
    """A book or a share of it for a person (``account_id``, ``login``) or a team.

    ``share``: in words, ``""`` for a whole book; ``page_ids``: its pages, None for a whole book; ``due_on``:
    ``2026-03-31`` or empty; ``ends_id``: the row that this one ends.
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
    """A book, or a share of it, that is assigned to somebody.

    Attributes:
        due_on: The day by which it should be done; ``""``: no day is set.
        page_ids: The pages of the share; None: the whole book.
    """

    book_id: int
    due_on: str = ""
    page_ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Assignee:
    """Whom a share is assigned to: a person by their login, or a team by its name."""

    login: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class ShareRange:
    """A range of pages of a book in its order, or of entries by their numbers; both ends included."""

    first: int
    last: int
    by_entry: bool = False

    @property
    def words(self) -> str:
        """Return the range as people say it."""
        return f"{'số đăng ký' if self.by_entry else 'trang'} {self.first}–{self.last}"

    def holds(self, number: str) -> bool:
        """Return whether the number of an entry lies in the range; ``12A`` is 12."""
        figures = re.match(r"\d+", number)
        return figures is not None and self.first <= int(figures[0]) <= self.last


@dataclass(frozen=True, slots=True)
class Team:
    """A team with login and name of its members."""

    name: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A book that is assigned to a person.

    Attributes:
        book: The folder name of the book.
        login: Who is to work on it.
        name: Their name.
        due_on: The day by which it should be done; None: no day is set.
        waiting: How many tasks of the book wait for this person.
        assignment_id: The number of the share; None: a whole book of one person, which has none.
        team: The team to which it is assigned; ``""``: one person.
        share: The share of the book in words; ``""``: all of it.
    """

    book_id: int
    book: str
    volume: str
    place: str
    login: str
    name: str
    due_on: date | None
    waiting: int
    assignment_id: int | None = None
    team: str = ""
    share: str = ""

    def is_late(self, today: date) -> bool:
        """Whether the day has passed while tasks wait."""
        return self.waiting > 0 and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class OwnWork:
    """What a person sees of their own work.

    Attributes:
        assigned: Their books, the one that is due first first.
        only_assigned: Whether they are given tasks of these books alone.
        today: How many tasks they keyed today.
        week: How many in seven days, today among them.
    """

    assigned: tuple[Assignment, ...]
    only_assigned: bool
    today: int
    week: int


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Tasks of a book that are assigned to nobody, where people get assigned tasks alone."""

    book_id: int
    book: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Unattended:
    """Tasks of a book that nobody may take. ``waiting``: how many."""

    book_id: int
    book: str
    stage: Stage
    waiting: int


def teams_of(connection: Connection, account_id: int) -> tuple[str, ...]:
    """Return the teams that a person belongs to."""
    last = select(func.max(team_member.c.id)).where(team_member.c.account_id == account_id)
    rows = connection.scalars(
        select(team_member.c.team)
        .where(team_member.c.id.in_(last.group_by(team_member.c.team)), team_member.c.belongs)
        .order_by(team_member.c.team)
    )
    return tuple(rows)


def members(connection: Connection) -> Sequence[RowMapping]:
    """Return the rows that count of all teams, by team and login."""
    last = select(func.max(team_member.c.id)).group_by(team_member.c.team, team_member.c.account_id)
    query = select(team_member).where(team_member.c.id.in_(last), team_member.c.belongs)
    return connection.execute(query.order_by(team_member.c.team, team_member.c.login)).mappings().all()


def shares_in_force(connection: Connection, condition: ColumnElement[bool] = true()) -> Sequence[RowMapping]:
    """Return the rows of ``share_assignment`` that count, of those that fit a condition."""
    ending = share_assignment.alias("ending")
    query = select(share_assignment).where(
        condition,
        share_assignment.c.ends_id.is_(None),
        ~exists().where(ending.c.ends_id == share_assignment.c.id),
    )
    return connection.execute(query.order_by(share_assignment.c.id)).mappings().all()


def assigned_to(connection: Connection, person: Person) -> tuple[Portion, ...]:
    """Return what is assigned to a person or to a team of theirs, what is due first first."""
    last = select(func.max(book_assignment.c.id)).where(book_assignment.c.account_id == person.account_id)
    rows = connection.execute(
        select(book_assignment.c.book_id, book_assignment.c.due_on).where(
            book_assignment.c.id.in_(last.group_by(book_assignment.c.book_id)), book_assignment.c.given
        )
    )
    found = [Portion(row.book_id, row.due_on) for row in rows]
    theirs = share_assignment.c.account_id == person.account_id
    if teams := teams_of(connection, person.account_id):
        theirs = or_(theirs, share_assignment.c.team.in_(teams))
    found += [portion_of(row) for row in shares_in_force(connection, theirs)]
    return tuple(sorted(found, key=lambda one: (one.due_on or "9999", one.book_id)))


def portion_of(row: RowMapping) -> Portion:
    """Return the portion of a book that a row of ``share_assignment`` assigns."""
    pages = row["page_ids"]
    return Portion(row["book_id"], row["due_on"], None if pages is None else frozenset(pages))


def lies_in(portion: Portion) -> ColumnElement[bool]:
    """The condition on ``review_task``, beside that of its book, that it lies in a portion."""
    return true() if portion.page_ids is None else review_task.c.page_id.in_(sorted(portion.page_ids))
