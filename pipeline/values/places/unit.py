"""An administrative unit and when it existed. Days are whole numbers ``YYYYMMDD``, so that they compare."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

NEVER = 0
"""Earlier than any day: the bound of a beginning that is not known."""
ALWAYS = 99991231
"""Later than any day: the bound of an end that is not known, or has not come."""


class Level(IntEnum):
    """The higher the unit, the larger."""

    COMMUNE = 1
    DISTRICT = 2
    PROVINCE = 3


LEVELS = {"commune": Level.COMMUNE, "district": Level.DISTRICT, "province": Level.PROVINCE}

TYPES = {
    Level.PROVINCE: ("Tỉnh", "Thành phố", "Đặc khu"),
    Level.DISTRICT: ("Huyện", "Quận", "Thị xã", "Thành phố"),
    Level.COMMUNE: ("Xã", "Phường", "Thị trấn", "Đặc khu"),
}


class Validity(Enum):
    """Whether something existed on some day."""

    SURE = "sure"
    POSSIBLE = "possible"
    """Nothing in the tables contradicts it."""
    NOT_YET = "not-yet"
    NO_LONGER = "no-longer"

    @property
    def exists(self) -> bool:
        return self in (Validity.SURE, Validity.POSSIBLE)


@dataclass(frozen=True, slots=True)
class DayRange:
    """The day of a text, as exactly as it is known: not before ``first``, not after ``last``."""

    first: int = NEVER
    last: int = ALWAYS

    @classmethod
    def of(cls, known: tuple[int, ...]) -> DayRange:
        """Return the range of a year, month and day as far as they are known; ``()`` is any day."""
        if not known:
            return cls()
        year, month, day = (*known, 0, 0)[:3]
        first = year * 10000 + (month or 1) * 100 + (day or 1)
        return cls(first, year * 10000 + (month or 12) * 100 + (day or 31))


@dataclass(frozen=True, slots=True)
class Span:
    """When something existed.

    It began on a day from ``from_min`` to ``from_max`` and was gone on a day from ``to_min`` to ``to_max``;
    the two are equal where the day is known.
    """

    from_min: int = NEVER
    from_max: int = ALWAYS
    to_min: int = NEVER
    to_max: int = ALWAYS

    def __reduce__(self) -> tuple[Any, ...]:
        return Span, (self.from_min, self.from_max, self.to_min, self.to_max)

    def at(self, days: DayRange) -> Validity:
        """Return whether it existed on a day of which no more than ``days`` is known."""
        if days.last < self.from_min:
            return Validity.NOT_YET
        if days.first >= self.to_max:
            return Validity.NO_LONGER
        sure = self.from_max <= days.first and days.last < self.to_min
        return Validity.SURE if sure else Validity.POSSIBLE


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit under one name.

    Attributes:
        scheme: Of the code: ``2004`` (three levels, until mid 2025), ``2025`` (two levels), ``history`` or ``office``
            (codes made here).
        code: Unique in the scheme.
        level: Commune, district or province.
        type: One of ``TYPES``.
        name: Without its type.
        parent: The code above it, of the same scheme or, for a former unit, of scheme 2004.
        span: When it existed.
        lands: Its own code and those of scheme 2004 of the units on its land now: their parts were parts of this unit.
        aka: Other spellings.
        source: Where it is from, if not from the tables.
    """

    scheme: str
    code: str
    level: Level
    type: str
    name: str
    parent: str
    span: Span
    lands: frozenset[str] = frozenset()
    aka: tuple[str, ...] = ()
    source: str = ""

    def __reduce__(self) -> tuple[Any, ...]:  # quicker than what dataclasses do: there are thousands
        parts = self.scheme, self.code, self.level, self.type, self.name, self.parent, self.span
        return Unit, (*parts, self.lands, self.aka, self.source)

    @property
    def id(self) -> str:
        """Unique among all schemes: ``2004:934``."""
        return f"{self.scheme}:{self.code}"

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and all other spellings of it."""
        return (self.name, *self.aka)

    @property
    def title(self) -> str:
        return f"{self.type} {self.name}"
