"""Days of the Vietnamese lunisolar calendar as days of the solar one, where the calendar decides them beyond doubt.

Months begin on the day of the new moon, month 11 holds the winter solstice, and of thirteen months between two
solstices the first without a principal term is the leap month. New moons and the longitude of the sun are those of
Jean Meeus, Astronomical Algorithms (2nd edition, chapters 49 and 25), good to a minute and to 0.01°.

Which meridian counted has changed: almanacs followed Peking (UTC+8 and a little less) in colonial times and until 1967
in the North and 1975 in the South; since then all of Vietnam has UTC+7. So a day before 1976 counts as decided only
where both meridians agree on it, and any day only where it stays the same when midnight is moved by some minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from math import floor, radians, sin

from pipeline.values.kinds.inexact_dates import LunarDate

ONE_MERIDIAN_FROM = 1976
"""From this year on the whole country has the calendar of UTC+7."""

MARGIN = 4.0
"""Minutes by which midnight may be moved without changing what is decided: new moons and ΔT are known better."""

LONGITUDE_MARGIN = 0.01
"""Degrees by which the sun may be moved likewise."""

YEARS = range(1850, 2101)
"""Lunar years that are converted."""

_SYNODIC = 29.530588861
_EPOCH = 2451550.09766
_DAYS_BEFORE = 1721425
"""Julian day number less what ``date.toordinal`` gives."""

_NEW_MOON = (
    (-0.40720, 0, 0, 1, 0), (0.17241, 1, 1, 0, 0), (0.01608, 0, 0, 2, 0), (0.01039, 0, 0, 0, 2),
    (0.00739, 1, -1, 1, 0), (-0.00514, 1, 1, 1, 0), (0.00208, 2, 2, 0, 0), (-0.00111, 0, 0, 1, -2),
    (-0.00057, 0, 0, 1, 2), (0.00056, 1, 1, 2, 0), (-0.00042, 0, 0, 3, 0), (0.00042, 1, 1, 0, 2),
    (0.00038, 1, 1, 0, -2), (-0.00024, 1, -1, 2, 0),
)  # fmt: skip
"""Days, the power of the eccentricity, and the multiples of the sun's anomaly, the moon's anomaly and its argument."""


@lru_cache(maxsize=1 << 14)
def _new_moon(k: int) -> float:
    """Return the moment of new moon number ``k`` (0: that of 6 January 2000) as a Julian day of universal time."""
    t = k / 1236.85
    sun = radians(2.5534 + 29.10535670 * k - 0.0000014 * t * t)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    argument = radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    node = radians(124.7746 - 1.56375588 * k + 0.0020672 * t * t)
    eccentricity = 1 - 0.002516 * t - 0.0000074 * t * t
    periodic = sum(
        size * eccentricity**power * sin(of_sun * sun + of_moon * moon + of_argument * argument)
        for size, power, of_sun, of_moon, of_argument in _NEW_MOON
    )
    mean = _EPOCH + _SYNODIC * k + 0.00015437 * t * t - 0.00000015 * t**3
    return mean + periodic - 0.00017 * sin(node) + 0.000325 * sin(radians(299.77 + 0.107408 * k))


def _longitude(day: float) -> float:
    """Return the apparent longitude of the sun in degrees, 0 to 360, at a Julian day."""
    t = (day - 2451545.0) / 36525
    anomaly = radians(357.52911 + 35999.05029 * t - 0.0001537 * t * t)
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t * t
    center = (
        (1.914602 - 0.004817 * t) * sin(anomaly)
        + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    node = radians(125.04 - 1934.136 * t)
    return (mean + center - 0.00569 - 0.00478 * sin(node)) % 360


class _Calendar:
    """The calendar of one meridian.

    Args:
        hours: How far it is ahead of universal time.
        degrees: What is added to the longitude of the sun.
    """

    def __init__(self, hours: float, degrees: float = 0.0) -> None:
        self._ahead, self._degrees = hours / 24, degrees

    def solar(self, year: int, month: int, day: int, *, is_leap: bool) -> int | None:
        """Return the Julian day number of a lunar day, None where the calendar has none."""
        starts = self._months(year)
        k = starts.get((month, is_leap))
        if k is None:
            return None
        first, behind = self._first_day(k), self._first_day(k + 1)
        return first + day - 1 if day <= behind - first else None

    def has_leap(self, year: int, month: int) -> bool:
        """Return whether a lunar year has a leap month behind that month."""
        return (month, True) in self._months(year)

    def _months(self, year: int) -> dict[tuple[int, bool], int]:
        """Return the new moon with which each month of a lunar year begins, by its number and whether it is leap."""
        found = {}
        for start, wanted in ((year - 1, range(1, 11)), (year, range(11, 13))):
            for k, month, is_leap in self._between_solstices(start):
                if month in wanted:
                    found[month, is_leap] = k
        return found

    def _between_solstices(self, year: int) -> Sequence[tuple[int, int, bool]]:
        """Return new moon, number and leap of the months from month 11 of that year on to the next month 11."""
        first, last = self._month_eleven(year), self._month_eleven(year + 1)
        leap = None
        if last - first == 13:
            leap = next(k for k in range(first + 1, last) if self._sector(k) == self._sector(k + 1))
        months, number = [], 11
        for k in range(first, last):
            if k > first and k != leap:
                number = number % 12 + 1
            months.append((k, number, k == leap))
        return months

    def _month_eleven(self, year: int) -> int:
        """Return the new moon that begins the month of the winter solstice of that year."""
        end = date(year, 12, 31).toordinal() + _DAYS_BEFORE
        k = floor((end - _EPOCH) / _SYNODIC) + 1
        while self._first_day(k) > end:
            k -= 1
        return k - 1 if self._sector(k) in (9, 10) else k

    def _first_day(self, k: int) -> int:
        return floor(_new_moon(k) + 0.5 + self._ahead)

    def _sector(self, k: int) -> int:
        """Return in which twelfth of its way the sun is at the midnight with which month ``k`` begins."""
        longitude = _longitude(self._first_day(k) - 0.5 - self._ahead) + self._degrees
        return floor(longitude % 360 / 30)


def _around(hours: float) -> tuple[_Calendar, ...]:
    moved = (_Calendar(hours + minutes / 60) for minutes in (-MARGIN, MARGIN))
    turned = (_Calendar(hours, degrees) for degrees in (-LONGITUDE_MARGIN, LONGITUDE_MARGIN))
    return (_Calendar(hours), *moved, *turned)


_LATE = _around(7)
_EARLY = (*_LATE, _Calendar(116.42 / 15), *_around(8))


def solar_days(written: LunarDate, year: int) -> tuple[date, ...]:
    """Return the days that a lunar date of that lunar year may be, the likeliest first.

    One day: the calendar decides it. Several: the year has that month twice and the text does not say which. None: the
    meridians differ, or there is no such day.

    Args:
        written: The date; of its year nothing is used.
        year: The lunar year, called by the solar year in which it begins.
    """
    possible = list(_possible_days(written, year))
    if any(len(days) > 1 for days in possible):
        return ()
    return tuple(date.fromordinal(day - _DAYS_BEFORE) for (day,) in possible if day is not None)


def is_decided(written: LunarDate, year: int) -> bool:
    """Return whether all calendars agree which day of that lunar year a date is, or that there is none.

    Args:
        written: The date; of its year nothing is used.
        year: The lunar year, called by the solar year in which it begins.
    """
    return year in YEARS and all(len(days) == 1 for days in _possible_days(written, year))


def _possible_days(written: LunarDate, year: int) -> Iterator[set[int | None]]:
    """Yield what the calendars say of each month of that name: a Julian day number, or None for no such day."""
    if year not in YEARS:
        return
    calendars = _LATE if year >= ONE_MERIDIAN_FROM else _EARLY
    for is_leap in (True,) if written.is_leap else (False, True):
        yield {one.solar(year, written.month, written.day, is_leap=is_leap) for one in calendars}


def lunar_years(written: LunarDate, first: int, last: int) -> tuple[int, ...]:
    """Return the lunar years from ``first`` to ``last`` that have the stem, the branch and the number of a date."""
    return tuple(
        year
        for year in range(first, last + 1)
        if (written.year is None or written.year == year)
        and (written.stem is None or (year - 4) % 10 == written.stem)
        and (not written.branches or (year - 4) % 12 in written.branches)
    )
