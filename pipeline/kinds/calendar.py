"""Dates that may be partial, in canonical form: ``dd.mm.yyyy``, ``mm.yyyy`` or ``yyyy``, never more exact
than the ink.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from pipeline.kinds.spelling import folded

UNREAD_DATE = "D01"
WILD_YEAR = "D03"
LUNAR_DATE = "D09"

PLAUSIBLE_YEARS = range(1800, 2101)
"""Colonial books begin in 1887 and their people were born before; a year outside was misread or miswritten.
"""

_CANONICAL = re.compile(r"(?:(?:(\d{2})\.)?(\d{2})\.)?(\d{4})", re.ASCII)
_STEMS = "giáp|ất|bính|đinh|mậu|kỷ|kỉ|canh|tân|nhâm|quý|quí"
_BRANCHES = "tý|tí|sửu|dần|mão|mẹo|thìn|tỵ|tị|ngọ|mùi|thân|dậu|tuất|hợi"
_LUNAR = re.compile(
    rf"\bâl\b|\bâ\.\s?l\b|\bâm\s+lịch\b|\bam\s+lich\b|\bnhuận\b|\b(?:{_STEMS})\s+(?:{_BRANCHES})\b"
)


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


def is_lunar(text: str) -> bool:
    """Whether the text says that its date is by the lunar calendar (âm lịch, a leap month, a stem-branch
    year).
    """
    return _LUNAR.search(folded(text)) is not None
