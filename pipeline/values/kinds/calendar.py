"""Dates that may be partial: ``dd.mm.yyyy``, ``mm.yyyy`` or ``yyyy``, never more exact than the ink."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

UNREAD_DATE = "D01"
WILD_YEAR = "D03"

PLAUSIBLE_YEARS = range(1800, 2101)
"""Colonial books begin in 1887 and record people born earlier; a year outside was misread or miswritten."""

_CANONICAL = re.compile(r"(?:(?:(\d{2})\.)?(\d{2})\.)?(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is known; ``day`` is known only with ``month``."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def canonical(self) -> str:
        """The date in the registry's form."""
        year = f"{self.year:04d}"
        if self.month is None:
            return year
        return f"{self.month:02d}.{year}" if self.day is None else f"{self.day:02d}.{self.month:02d}.{year}"


def partial_date(year: int, month: int | None = None, day: int | None = None) -> PartialDate | None:
    """Return the date, ``None`` if the calendar lacks it."""
    try:
        datetime.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    return PartialDate(year, month, day)


def parse_canonical(canonical: str) -> PartialDate | None:
    """Return the date of a canonical form, ``None`` for any other text."""
    match = _CANONICAL.fullmatch(canonical)
    if match is None:
        return None
    day, month, year = (None if part is None else int(part) for part in match.groups())
    return None if year is None else partial_date(year, month, day)
