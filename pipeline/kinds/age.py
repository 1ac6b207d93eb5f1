"""An age where a date of birth is asked for: ``30 tuổi``, ``ba mươi tuổi``, ``8 tháng tuổi``. It stays an age; what it
says of the date of birth are bounds.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Literal

from pipeline.kinds.calendar import PartialDate, years_later
from pipeline.text.dates_in_words import TOKENS, parse_number
from pipeline.text.tones import unaccented

Unit = Literal["tuổi", "tháng tuổi", "ngày tuổi"]

_MOST: dict[Unit, int] = {"tuổi": 130, "tháng tuổi": 60, "ngày tuổi": 400}
_UNITS: dict[str, Unit] = {"": "tuổi", "thang": "tháng tuổi", "ngay": "ngày tuổi"}
_CANONICAL = re.compile(r"(\d{1,3}) (tuổi|tháng tuổi|ngày tuổi)", re.ASCII)
_FIGURES = re.compile(r"(\d{1,3})\s*(?:(thang|ngay)?\s*tuoi|t)\.?", re.ASCII)
_WORDS = re.compile(r"([a-z ]+?)\s+(?:(thang|ngay)\s+)?tuoi\.?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Age:
    number: int
    unit: Unit = "tuổi"

    @property
    def canonical(self) -> str:
        return f"{self.number} {self.unit}"


def age_of(text: str) -> Age | None:
    """The age that the whole text says, in figures or words; ``None`` for another text (``khoảng 30 tuổi``)."""
    written = unaccented(text).strip(" .…_·,;:()")
    match = _FIGURES.fullmatch(written)
    if match:
        return _age(int(match[1]), match[2])
    match = _WORDS.fullmatch(written)
    if match is None:
        return None
    number = parse_number(tuple(TOKENS.get(word, "") for word in match[1].split()))
    return None if number is None else _age(number, match[2])


def _age(number: int, unit: str | None) -> Age | None:
    named = _UNITS[unit or ""]
    return Age(number, named) if number <= _MOST[named] else None


def canonical_age(canonical: str) -> Age | None:
    """The age of a canonical form; ``None`` for any other text."""
    match = _CANONICAL.fullmatch(canonical)
    if match is None:
        return None
    found = age_of(canonical)
    return found if found is not None and found.canonical == canonical else None


def born_between(age: Age, on: PartialDate) -> tuple[datetime.date, datetime.date]:
    """The first and the last day on which someone of that age on ``on`` may have been born.

    An age in years counts full years (dương lịch) or, as older people do, every lunar year lived in, the first
    included (tuổi mụ); the paper does not say which, so the bounds hold for both.
    """
    if age.unit == "tuổi":
        new_year = datetime.date(max(on.year - age.number + 2, 1), 2, 20)
        return (
            _days_before(years_later(on.earliest, -age.number - 1), -1),
            min(on.latest, max(years_later(on.latest, -age.number), new_year)),
        )
    shortest, longest = (1, 1) if age.unit == "ngày tuổi" else (28, 31)
    return (
        _days_before(on.earliest, (age.number + 1) * longest),
        _days_before(on.latest, max(age.number - 1, 0) * shortest),
    )


def _days_before(day: datetime.date, days: int) -> datetime.date:
    return datetime.date.fromordinal(max(1, day.toordinal() - days))
