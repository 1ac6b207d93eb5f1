"""Dates that may be partial, in canonical form: ``dd.mm.yyyy``, ``mm.yyyy`` or ``yyyy``, never more exact
than the ink.
"""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from dataclasses import dataclass

UNREAD_DATE = "D01"
WILD_YEAR = "D03"

PLAUSIBLE_YEARS = range(1800, 2101)
"""Colonial books begin in 1887 and their people were born before; a year outside was misread or miswritten.
"""

_CANONICAL = re.compile(r"(?:(?:(\d{2})\.)?(\d{2})\.)?(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is known. ``day`` is known only where ``month`` is."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def known(self) -> tuple[int, ...]:
        """What is known, largest unit first: comparable as far as the shorter of two goes."""
        parts = (self.year, self.month, self.day)
        return tuple(part for part in parts if part is not None)

    @property
    def canonical(self) -> str:
        year = f"{self.year:04d}"
        if self.month is None:
            return year
        return f"{self.month:02d}.{year}" if self.day is None else f"{self.day:02d}.{self.month:02d}.{year}"

    @property
    def earliest(self) -> datetime.date:
        """The first day that it can mean. The law reckons the age to marry from it: an unknown month is January, an
        unknown day the first (TTLT 01/2016, Article 2(1)); only for reckoning, never as a value."""
        return datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> datetime.date:
        """The last day that it can mean."""
        month = self.month or 12
        return datetime.date(self.year, month, self.day or monthrange(self.year, month)[1])


def dated(year: int, month: int | None = None, day: int | None = None) -> PartialDate | None:
    """The date of these numbers, ``None`` when the calendar has no such day or month."""
    try:
        datetime.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    return PartialDate(year, month, day)


def date_of(canonical: str) -> PartialDate | None:
    """The date of a canonical form; ``None`` for any other text."""
    match = _CANONICAL.fullmatch(canonical)
    if match is None:
        return None
    day, month, year = (None if part is None else int(part) for part in match.groups())
    return None if year is None else dated(year, month, day)


def compared(one: PartialDate, other: PartialDate) -> int:
    """-1, 0 or 1 as the first is before, like or after the second, as far as both are known."""
    exact = min(len(one.known), len(other.known))
    first, second = one.known[:exact], other.known[:exact]
    return (first > second) - (first < second)


def years_later(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years later (earlier when negative); 29 February becomes 1 March where there is none. A year
    beyond the calendar's (1 to 9999) is its first or last."""
    year = min(max(day.year + years, datetime.MINYEAR), datetime.MAXYEAR)
    try:
        return day.replace(year=year)
    except ValueError:
        return datetime.date(year, 3, 1)


def full_years(born: PartialDate, on: PartialDate) -> tuple[int, int]:
    """The fewest and the most full years (birthdays) that can lie between two dates; negative if ``on`` is earlier."""
    return _birthdays(born.latest, on.earliest), _birthdays(born.earliest, on.latest)


def _birthdays(born: datetime.date, on: datetime.date) -> int:
    years = on.year - born.year
    return years - (years_later(born, years) > on)
