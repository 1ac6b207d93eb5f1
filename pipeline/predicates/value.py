"""What a predicate is handed: values of one entry, and what is known of the book they stand in."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
def known(canonical: str) -> tuple[int, ...]:
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


def ordered(first: tuple[int, ...], second: tuple[int, ...]) -> bool | None:
    """Whether the first date is not later than the second, as far as both are known."""
    if not first or not second:
        return None
    if first[0] != second[0] or len(first) == len(second):
        return first <= second
    exact = min(len(first), len(second))
    return first[:exact] <= second[:exact]


def day_of(date: datetime.date) -> tuple[int, int, int]:
    """A calendar day as ``Value.known`` writes it."""
    return date.year, date.month, date.day
