"""Books that are assigned to people, and what a person has done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipeline.base.stages import Stage


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
