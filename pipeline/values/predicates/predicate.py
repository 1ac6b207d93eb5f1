"""What a predicate is and what it gets: values of one entry, and the context of their book."""

from __future__ import annotations

import datetime
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from types import FunctionType
from typing import Protocol

from pipeline.base.model import WITHOUT_INK, BookSeries, FieldStatus

FULL = len("dd.mm.yyyy")
_SAYS_DATE = re.compile(r"(?:(\d\d)\.|\d+/)?(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Value:
    """A value as a rule sees it. A ``FieldReading`` has the same attributes and is passed itself.

    Attributes:
        text: As written; it counts only of a ``READ`` value.
        canonical: ``""`` when the text does not parse.
        status: Which of the states it is in that must never be confused.
    """

    text: str
    canonical: str
    status: FieldStatus = FieldStatus.READ

    @property
    def inked(self) -> bool:
        """Whether there is ink on the paper, read or not."""
        return self.status not in WITHOUT_INK


NOT_ON_FORM = Value("", "", FieldStatus.NOT_ON_FORM)
BLANK = Value("", "", FieldStatus.BLANK)


class PlaceResolver(Protocol):
    """Knows which administrative units existed when (rule L04)."""

    def lies_in_north(self, code: str, written: str, on: tuple[int, ...]) -> bool | None:
        """Return whether an office lies north of the seventeenth parallel, the border of 1954 to 1976.

        Args:
            code: The code of the office's unit.
            written: Its name on paper.
            on: The day as year, month, day as far as known.

        Returns:
            ``None``: it cannot be known.
        """
        ...

    def existed(self, written: str, on: tuple[int, ...], *, former: bool = False) -> bool | None:
        """Return whether the written place is one unit that existed or may have existed.

        Args:
            written: The text on paper.
            on: The day as year, month, day as far as known, ``()`` when not.
            former: A unit that existed before the day counts too.

        Returns:
            ``False``: no such unit existed then. ``None``: it cannot be known (several units, a time of which not every
            unit is known, a hospital, "tại nhà").
        """
        ...


@dataclass(frozen=True)
class RuleContext:
    """What a rule may know besides the entry's own values. Dates are (year, month, day); ``()`` = not known.

    Attributes:
        scanned_on: The day of the scan, at the latest today.
        opened_on: The book's first day, from its cover.
        closed_on: The book's last day, from its cover.
        volume: The book's number (``NN/YYYY``), from its cover.
        form: The id of the form.
        form_years: The years it was printed for.
        places: The resolver of places; without one no place is judged.
        series: Which of the books that an office keeps side by side it is.
        in_north: Whether its office lies north of the seventeenth parallel; ``None``: it is not known.
    """

    scanned_on: tuple[int, ...] = ()
    opened_on: tuple[int, ...] = ()
    closed_on: tuple[int, ...] = ()
    volume: str = ""
    form: str = ""
    form_years: tuple[int, int] | None = None
    places: PlaceResolver | None = None
    series: BookSeries = BookSeries.ORDINARY
    in_north: bool | None = None

    @cached_property
    def last_day(self) -> tuple[int, ...]:
        """The earlier of the book's last day and the day of the scan, as far as they are known."""
        return min((day for day in (self.closed_on, self.scanned_on) if day), default=())


NO_CONTEXT = RuleContext()


@lru_cache(maxsize=1 << 17)
def date_parts(canonical: str) -> tuple[int, ...]:
    """Return year, month and day of a canonical date as far as they are known.

    ``41/2010`` names a year, too. The result is ``()`` when not even the year is known.
    """
    if len(canonical) == FULL and canonical[2] == "." == canonical[5]:
        day, month, year = canonical[:2], canonical[3:5], canonical[6:]
        return (int(year), int(month), int(day)) if (day + month + year).isdecimal() else ()
    found = _SAYS_DATE.fullmatch(canonical)
    if found is None:
        return ()
    month, year = found.groups()
    return (int(year), int(month)) if month else (int(year),)


def not_later(first: tuple[int, ...], second: tuple[int, ...]) -> bool | None:
    """Whether the first date is not later than the second, as far as both are known."""
    if not first or not second:
        return None
    if first[0] != second[0] or len(first) == len(second):
        return first <= second
    exact = min(len(first), len(second))
    return first[:exact] <= second[:exact]


def date_tuple(date: datetime.date) -> tuple[int, int, int]:
    """A calendar day as ``Value.date_parts`` writes it."""
    return date.year, date.month, date.day


class Need(Enum):
    """What a predicate must know of a value before it is asked; otherwise its answer is ``None``.

    A value that is struck through never counts as a value: which of the two writings holds is for a person (L09).
    """

    VALUE = "value"
    """Read, and it parses. Blank, illegible, struck through, unreadable, not on the form: silent."""
    TEXT = "text"
    """Read, whether or not it parses. Else silent."""
    INK = "ink"
    """Whether there is ink: a blank counts as a blank, what cannot be read as something. Not on the form: silent."""
    ANY = "any"
    """Seen in whatever state it is; the predicate itself tells the states apart."""

    def met(self, value: Value) -> bool:
        """Return whether a predicate with this need may be asked about that value."""
        return self.met_by(value.status) and (self is not Need.VALUE or value.canonical != "")

    def met_by(self, status: FieldStatus) -> bool:
        """Return the same as far as it follows from the state alone."""
        if self is Need.ANY:
            return True
        if self is Need.INK:
            return status is not FieldStatus.NOT_ON_FORM
        return status is FieldStatus.READ


@dataclass(frozen=True, slots=True)
class Predicate:
    """A named question to some values.

    Attributes:
        name: What ``schemas/records`` bind.
        ask: Returns ``True`` (it holds), ``False`` (the rule's finding is raised) or ``None`` (it cannot be known).
        needs: What it must know of each value.
        more: What it must know of any further values; ``None``: there may be none.
        in_context: It takes a ``RuleContext``.
        limits: The names of what a rule may set (``with``).
        of_states: Its answer follows from the states of the values alone.
    """

    name: str
    ask: Callable[..., bool | None]
    needs: tuple[Need, ...]
    more: Need | None
    in_context: bool
    limits: frozenset[str]
    of_states: bool = False

    def needs_of(self, count: int) -> tuple[Need, ...] | None:
        """Return the need of each of so many fields; ``None`` when the predicate does not take so many."""
        further = count - len(self.needs)
        if further < 0 or (further and self.more is None):
            return None
        return self.needs + (self.more,) * further if self.more else self.needs

    def limited(self, limits: Mapping[str, object]) -> Callable[..., bool | None]:
        """Return ``ask`` with these limits for defaults; a ``functools.partial`` takes three times as long to call."""
        if not limits:
            return self.ask
        assert isinstance(self.ask, FunctionType)
        asked = FunctionType(self.ask.__code__, self.ask.__globals__, self.name)
        asked.__kwdefaults__ = {**(self.ask.__kwdefaults__ or {}), **limits}
        return asked

    def __call__(self, *values: Value, context: RuleContext = NO_CONTEXT, **limits: object) -> bool | None:
        """Return its answer about these values, ``None`` where they are not in the states that it needs."""
        needs = self.needs_of(len(values))
        if needs is None:
            raise TypeError(f"{self.name} asks about {len(self.needs)} fields")
        if not all(need.met(value) for need, value in zip(needs, values, strict=True)):
            return None
        if self.in_context:
            return self.ask(*values, context=context, **limits)
        return self.ask(*values, **limits)


def predicate(
    *needs: Need, more: Need | None = None, of_states: bool = False
) -> Callable[[Callable[..., bool | None]], Predicate]:
    """Make a function of values a predicate of that name.

    A keyword argument ``context`` of the function gets the ``RuleContext``; every other one is a limit that a rule may
    set.

    Args:
        needs: One for each value.
        more: For any further values.
        of_states: As in ``Predicate``; such a predicate takes no context.
    """

    def made(ask: Callable[..., bool | None]) -> Predicate:
        named = [p.name for p in inspect.signature(ask).parameters.values() if p.kind is p.KEYWORD_ONLY]
        limits = frozenset(named) - {"context"}
        return Predicate(ask.__name__, ask, needs, more, "context" in named, limits, of_states)

    return made
