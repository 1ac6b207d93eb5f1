"""Books that are assigned to people, and what a person has done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipeline.stages import Stage


@dataclass(frozen=True, slots=True)
class Assignment:
    """A book that is assigned to a person.

    Attributes:
        book: The folder name of the book.
        login: Who is to work on it.
        name: Their name.
        due_on: The day by which it should be done; None: no day is set.
        waiting: How many tasks of the book wait for this person.
    """

    book_id: int
    book: str
    volume: str
    place: str
    login: str
    name: str
    due_on: date | None
    waiting: int

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
class Unattended:
    """Tasks of a book that nobody may take. ``waiting``: how many."""

    book_id: int
    book: str
    stage: Stage
    waiting: int
