"""What a predicate is, and what it is handed: values of one entry and the context of their book."""

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

from pipeline.model import WITHOUT_INK, FieldStatus

FULL = len("dd.mm.yyyy")
_SAYS_DATE = re.compile(r"(?:(\d\d)\.|\d+/)?(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Value:
    """A value as a rule sees it: the text as written, its canonical form (``""`` when it does not parse), and
    which of the states it is in that must never be confused. Only a ``READ`` value has a text that counts.

    A ``FieldReading`` has all that a rule asks of a value, and is handed over itself."""

    text: str
    canonical: str
    status: FieldStatus = FieldStatus.READ

    @property
    def inked(self) -> bool:
        """Whether anything stands on the paper, read or not."""
        return self.status not in WITHOUT_INK


NOT_ON_FORM = Value("", "", FieldStatus.NOT_ON_FORM)
BLANK = Value("", "", FieldStatus.BLANK)


class PlaceResolver(Protocol):
    """Who knows which administrative units there were when (rule L04)."""

    def existed(self, written: str, on: tuple[int, ...], *, former: bool = False) -> bool | None:
        """Whether the written place is one unit that was or may have been there on the day ``on`` (year, month,
        day as far as known, ``()`` when not), with ``former`` also on a day before: ``False`` no such unit was
        there then; ``None`` it cannot be told (several units, a time of which not every unit is known, a
        hospital, "tại nhà")."""
        ...


@dataclass(frozen=True)
class RuleContext:
    """What a rule may know beside the entry's own values. Dates are (year, month, day); ``()`` = not known.

    ``scanned_on``: the day of the scan, at the latest today; ``opened_on``, ``closed_on``, ``volume``: the
    book's first and last day and its number (``NN/YYYY``), from its cover; ``form``: the form's id,
    ``form_years`` the years it was printed for; ``places``: the resolver of places, ``None`` where there is
    none (then nothing is said of places).
    """

    scanned_on: tuple[int, ...] = ()
    opened_on: tuple[int, ...] = ()
    closed_on: tuple[int, ...] = ()
    volume: str = ""
    form: str = ""
    form_years: tuple[int, int] | None = None
    places: PlaceResolver | None = None

    @cached_property
    def last_day(self) -> tuple[int, ...]:
        """The earlier of the book's last day and the day of the scan, as far as they are known."""
        return min((day for day in (self.closed_on, self.scanned_on) if day), default=())


NO_CONTEXT = RuleContext()


@lru_cache(maxsize=1 << 17)
def date_parts(canonical: str) -> tuple[int, ...]:
    """Year, month, day of a canonical date as far as they are known (``41/2010`` says a year, too); ``()`` when not
    even the year is."""
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
    """What a predicate must know of a value before it is asked; otherwise nothing is known, and nothing is said.

    A value that is struck through never counts as a value: which of the two writings holds is for a person (L09)."""

    VALUE = "value"
    """Read, and it parses. Blank, illegible, struck through, unreadable, not on the form: silent."""
    TEXT = "text"
    """Read, whether or not it parses. Else silent."""
    INK = "ink"
    """Whether there is ink: a blank counts as a blank, what cannot be read as something. Not on the form: silent."""
    ANY = "any"
    """Seen in whatever state it is; the predicate itself tells the states apart."""

    def met(self, value: Value) -> bool:
        """Whether a predicate with this need may be asked about that value."""
        return self.met_by(value.status) and (self is not Need.VALUE or value.canonical != "")

    def met_by(self, status: FieldStatus) -> bool:
        """The same as far as the state alone tells."""
        if self is Need.ANY:
            return True
        if self is Need.INK:
            return status is not FieldStatus.NOT_ON_FORM
        return status is FieldStatus.READ


@dataclass(frozen=True, slots=True)
class Predicate:
    """A question with its name. ``ask`` answers ``True`` (holds), ``False`` (the rule's finding is raised) or ``None``
    (not knowable, nothing is said). ``needs``: one a field; ``more``: of any further fields, ``None`` = there may be
    none; ``in_context``: it is handed a ``RuleContext``; ``limits``: names of what a rule may set (``with``);
    ``of_states``: its answer follows from the states of the values alone."""

    name: str
    ask: Callable[..., bool | None]
    needs: tuple[Need, ...]
    more: Need | None
    in_context: bool
    limits: frozenset[str]
    of_states: bool = False

    @property
    def meaning(self) -> str:
        """What it holds to be right, in English, for who declares rules."""
        return inspect.getdoc(self.ask) or ""

    def needs_of(self, count: int) -> tuple[Need, ...] | None:
        """What is needed of each of so many fields; ``None`` when the predicate does not ask about so many."""
        further = count - len(self.needs)
        if further < 0 or (further and self.more is None):
            return None
        return self.needs + (self.more,) * further if self.more else self.needs

    def limited(self, limits: Mapping[str, object]) -> Callable[..., bool | None]:
        """``ask`` with these limits for defaults; a ``functools.partial`` takes three times as long to call."""
        if not limits:
            return self.ask
        assert isinstance(self.ask, FunctionType)
        asked = FunctionType(self.ask.__code__, self.ask.__globals__, self.name)
        asked.__kwdefaults__ = {**(self.ask.__kwdefaults__ or {}), **limits}
        return asked

    def __call__(self, *values: Value, context: RuleContext = NO_CONTEXT, **limits: object) -> bool | None:
        """Its answer about these values; ``None`` where they are not in the states that it needs."""
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
    """Make a function of values a predicate of that name: one need a value, ``more`` for any further ones. A keyword
    argument ``context`` gets the ``RuleContext``; every other one is a limit that a rule may set. ``of_states``: as in
    ``Predicate``; such a predicate takes no context."""

    def made(ask: Callable[..., bool | None]) -> Predicate:
        named = [p.name for p in inspect.signature(ask).parameters.values() if p.kind is p.KEYWORD_ONLY]
        limits = frozenset(named) - {"context"}
        return Predicate(ask.__name__, ask, needs, more, "context" in named, limits, of_states)

    return made
