"""The predicate type and its inputs: values of an entry, and the context of the book."""

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
    """A value in a rule. A ``FieldReading`` has the same attributes and is passed directly.

    Attributes:
        text: The written text; meaningful only for a ``READ`` value.
        canonical: ``""`` when the text does not parse.
        status: The value's state; states must never be confused.
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
    """Knows the times of existence of administrative units (rule L04)."""

    def lies_in_north(self, code: str, written: str, on: tuple[int, ...]) -> bool | None:
        """Return whether an office lies north of the seventeenth parallel, the border of 1954 to 1976.

        Args:
            code: The code of the office's unit.
            on: The day as year, month, day as far as known.

        Returns:
            ``None`` if unknown.
        """
        ...

    def existed(self, written: str, on: tuple[int, ...], *, former: bool = False) -> bool | None:
        """Return whether the written place is a single unit that existed or may have existed.

        Args:
            on: The day as year, month, day as far as known, ``()`` if unknown.
            former: Whether a unit that existed before the day counts too.

        Returns:
            ``False``: no such unit existed then. ``None``: several units, incomplete tables, a hospital, "tại nhà".
        """
        ...


@dataclass(frozen=True)
class RuleContext:
    """The context of a rule besides the entry's own values. Dates are (year, month, day); ``()`` = unknown.

    Attributes:
        scanned_on: The day of the scan, at the latest today.
        opened_on: The book's first day, from its cover.
        closed_on: The book's last day, from its cover.
        volume: The book's number (``NN/YYYY``), from its cover.
        form: The id of the form.
        form_years: The years for which it was printed.
        places: The resolver of places; without it no place is judged.
        series: The book's parallel series in the office.
        in_north: Whether its office lies north of the seventeenth parallel; ``None``: unknown.
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

    ``41/2010`` also has a year. The result is ``()`` if even the year is unknown.
    """
    if len(canonical) == FULL and canonical[2] == "." == canonical[5]:
        day, month, year = canonical[:2], canonical[3:5], canonical[6:]
        return (int(year), int(month), int(day)) if (day + month + year).isdecimal() else ()
    match = _SAYS_DATE.fullmatch(canonical)
    if match is None:
        return ()
    month, year = match.groups()
    return (int(year), int(month)) if month else (int(year),)


def not_later(first: tuple[int, ...], second: tuple[int, ...]) -> bool | None:
    """Return whether the first date is not later than the second, as far as both are known."""
    if not first or not second:
        return None
    if first[0] != second[0] or len(first) == len(second):
        return first <= second
    exact = min(len(first), len(second))
    return first[:exact] <= second[:exact]


def date_tuple(date: datetime.date) -> tuple[int, int, int]:
    """Return a calendar day in the form of ``Value.date_parts``."""
    return date.year, date.month, date.day


class Need(Enum):
    """The required knowledge of a value; without it a predicate's answer is ``None``.

    A struck-through value never counts as a value: a person decides between the two writings (L09).
    """

    VALUE = "value"
    """The value is read and parses. Blank, illegible, struck through, unreadable, not on the form: no answer."""
    TEXT = "text"
    """The value is read, whether or not it parses; otherwise no answer."""
    INK = "ink"
    """The presence of ink is known: a blank has none, unreadable ink counts. Not on the form: no answer."""
    ANY = "any"
    """Any state is accepted; the predicate itself distinguishes the states."""

    def met(self, value: Value) -> bool:
        """Return whether a predicate with this need may be asked about the value."""
        return self.met_by(value.status) and (self is not Need.VALUE or value.canonical != "")

    def met_by(self, status: FieldStatus) -> bool:
        """Return the same, as far as it follows from the state alone."""
        if self is Need.ANY:
            return True
        if self is Need.INK:
            return status is not FieldStatus.NOT_ON_FORM
        return status is FieldStatus.READ


@dataclass(frozen=True, slots=True)
class Predicate:
    """A named predicate over values.

    Attributes:
        name: The name for bindings in ``schemas/records``.
        ask: Returns ``True`` (it holds), ``False`` (the rule's finding is raised) or ``None`` (it cannot be known).
        more: Its need of any further values; ``None``: no further values.
        in_context: Whether it takes a ``RuleContext``.
        limits: The names of a rule's options (``with``).
        of_states: Whether its answer follows from the states of the values alone.
    """

    name: str
    ask: Callable[..., bool | None]
    needs: tuple[Need, ...]
    more: Need | None
    in_context: bool
    limits: frozenset[str]
    of_states: bool = False

    def needs_of(self, count: int) -> tuple[Need, ...] | None:
        """Return the need of each of ``count`` fields; ``None`` when the predicate does not take this number."""
        further = count - len(self.needs)
        if further < 0 or (further and self.more is None):
            return None
        return self.needs + (self.more,) * further if self.more else self.needs

    def limited(self, limits: Mapping[str, object]) -> Callable[..., bool | None]:
        """Return ``ask`` with these limits as defaults; a ``functools.partial`` takes three times as long to call."""
        if not limits:
            return self.ask
        assert isinstance(self.ask, FunctionType)
        bound = FunctionType(self.ask.__code__, self.ask.__globals__, self.name)
        bound.__kwdefaults__ = {**(self.ask.__kwdefaults__ or {}), **limits}
        return bound

    def __call__(self, *values: Value, context: RuleContext = NO_CONTEXT, **limits: object) -> bool | None:
        """Return the answer for these values, ``None`` if a need is not met."""
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
    """Make a function of values a predicate with the function's name.

    A keyword argument ``context`` of the function gets the ``RuleContext``; other keyword arguments are limits that
    rules may set.

    Args:
        more: The need of any further values.
        of_states: As in ``Predicate``; such a predicate takes no context.
    """

    def made(ask: Callable[..., bool | None]) -> Predicate:
        named = [p.name for p in inspect.signature(ask).parameters.values() if p.kind is p.KEYWORD_ONLY]
        limits = frozenset(named) - {"context"}
        return Predicate(ask.__name__, ask, needs, more, "context" in named, limits, of_states)

    return made
