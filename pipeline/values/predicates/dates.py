"""Dates (D). Partial dates are compared only as exactly as both are known."""

from __future__ import annotations

import datetime
from functools import lru_cache

from pipeline.base.model import BookSeries, FieldStatus
from pipeline.base.text.tones import unaccented
from pipeline.values.kinds.date import parse_canonical_age
from pipeline.values.kinds.misread import possible_dates
from pipeline.values.predicates.predicate import Need, RuleContext, Value, date_parts, not_later, predicate

INK, VALUE, ANY = Need.INK, Need.VALUE, Need.ANY

ALLOWED = 0.9
"""The probability from which misread words allow one date alone."""

ON_TIME = "1"
LATE = "4"
"""Codes of the lists of registration types that speak of the time limit (births and deaths have the same)."""


@predicate(INK)
def full_date(value: Value) -> bool | None:
    """Day, month and year are written."""
    if value.status is FieldStatus.BLANK:
        return False
    return None if value.status is not FieldStatus.READ else len(date_parts(value.canonical)) == 3


@predicate(VALUE, INK)
def same_date(first: Value, second: Value) -> bool | None:
    """Both say the same date, as far as both are known; misread words confirm none, and deny all but one they allow."""
    left, right = date_parts(first.canonical), date_parts(second.canonical)
    if not right and second.status is FieldStatus.READ:
        allowed = possible_dates(second.text).dates
        if not allowed or allowed[0].chance < ALLOWED:
            return None
        date = allowed[0].date
        said = tuple(part for part in (date.year, date.month, date.day) if part is not None)
        exact = min(len(left), len(said))
        return False if left[:exact] != said[:exact] else None
    exact = min(len(left), len(right))
    return left[:exact] == right[:exact] if exact else None


@predicate(VALUE, VALUE)
def not_after(earlier: Value, later: Value) -> bool | None:
    """The first is not later than the second, as far as both are known."""
    return not_later(date_parts(earlier.canonical), date_parts(later.canonical))


@predicate(VALUE)
def not_in_future(value: Value, *, context: RuleContext) -> bool | None:
    """The date is not later than the day of the scan."""
    return not_later(date_parts(value.canonical), context.scanned_on)


@predicate(VALUE)
def not_after_closing(value: Value, *, context: RuleContext) -> bool | None:
    """The date is not later than the book's last day, nor than the day of the scan."""
    return not_later(date_parts(value.canonical), context.last_day)


@predicate(VALUE)
def year_from(value: Value, *, lowest: int) -> bool | None:
    """The year is not before ``lowest``."""
    day = date_parts(value.canonical)
    return day[0] >= lowest if day else None


@predicate(VALUE, VALUE, VALUE)
def time_limit_agrees(
    happened_on: Value,
    registered_on: Value,
    registration_type: Value,
    *,
    days: int,
    since: int,
    days_before: int,
) -> bool | None:
    """The mark “đúng hạn” or “quá hạn” agrees with the days between event and registration.

    Within ``days`` it is on time; registered before the year ``since`` the limit could be as short as
    ``days_before``, and either mark is right between the two.
    """
    passed = _days_between(date_parts(happened_on.canonical), date_parts(registered_on.canonical))
    if passed is None or passed < 0:
        return None
    if registration_type.canonical == ON_TIME:
        return passed <= days
    if registration_type.canonical == LATE:
        return passed > (days if date_parts(registered_on.canonical)[0] >= since else days_before)
    return None


@predicate(VALUE, VALUE, ANY)
def late_is_marked(
    happened_on: Value, registered_on: Value, registration_type: Value, *, days: int
) -> bool | None:
    """A late registration has some mark of its kind, where the form has boxes for it.

    It is late after more than ``days`` from the event.
    """
    if registration_type.status is not FieldStatus.BLANK:
        return None
    passed = _days_between(date_parts(happened_on.canonical), date_parts(registered_on.canonical))
    return None if passed is None else passed <= days


@predicate(VALUE, VALUE, ANY, ANY)
def late_note_agrees(
    happened_on: Value,
    registered_on: Value,
    registration_type: Value,
    notes: Value,
    *,
    days: int,
    since: int,
    days_before: int,
    context: RuleContext,
) -> bool | None:
    """What the margin or the book itself calls late is late; asked where the form has no boxes for it.

    The limits are those of ``time_limit_agrees``.
    """
    if registration_type.status is not FieldStatus.NOT_ON_FORM:
        return None
    noted = notes.status is FieldStatus.READ and _says_late(notes.text)
    if not noted and context.series is not BookSeries.LATE:
        return None
    passed = _days_between(date_parts(happened_on.canonical), date_parts(registered_on.canonical))
    if passed is None or passed < 0:
        return None
    return passed > (days if date_parts(registered_on.canonical)[0] >= since else days_before)


@predicate(VALUE, VALUE, ANY, ANY)
def late_is_noted(
    happened_on: Value,
    registered_on: Value,
    registration_type: Value,
    notes: Value,
    *,
    days: int,
    context: RuleContext,
) -> bool | None:
    """A late registration in an ordinary book has some note in the margin; asked where the form has no boxes for it."""
    if registration_type.status is not FieldStatus.NOT_ON_FORM or notes.status is not FieldStatus.BLANK:
        return None
    if context.series in (BookSeries.LATE, BookSeries.AGAIN):
        return None
    passed = _days_between(date_parts(happened_on.canonical), date_parts(registered_on.canonical))
    return None if passed is None else passed <= days


@lru_cache(maxsize=1 << 10)
def _says_late(notes: str) -> bool:
    return "qua han" in unaccented(notes)


@predicate(VALUE, VALUE)
def age_within(born_on: Value, on: Value, *, lowest: int, highest: int) -> bool | None:
    """The person's age in full years on that day lies within the limits, or may.

    A partial date is a finding only where the age is surely impossible.
    """
    ages = age_at(born_on, on)
    return None if ages is None else ages[1] >= lowest and ages[0] <= highest


def age_at(born_on: Value, on: Value) -> tuple[int, int] | None:
    """Return the fewest and the most full years of a person on a day; ``None`` where it is not known.

    An age in place of the date of birth is the age on that day; some clerks count the year that has begun, others full
    years only.
    """
    born = date_parts(born_on.canonical)
    if born:
        return completed_years(born, date_parts(on.canonical))
    age = parse_canonical_age(born_on.canonical)
    if age is None:
        return None
    if age.unit == "tuổi":
        return max(0, age.number - 1), age.number
    return (age.number // 12,) * 2 if age.unit == "tháng tuổi" else (0, age.number // 365)


def completed_years(born: tuple[int, ...], on: tuple[int, ...]) -> tuple[int, int] | None:
    """Return the fewest and the most full years between two dates (year, month, day as far as known).

    Returns:
        Negative numbers where the first is later; ``None`` when either is not known.
    """
    if not born or not on:
        return None
    years = on[0] - born[0]
    exact = min(len(born), len(on))
    anniversary, day = born[1:exact], on[1:exact]
    if anniversary < day or (anniversary == day and exact == 3):
        return years, years
    return (years - 1, years - 1) if anniversary > day else (years - 1, years)


def _days_between(first: tuple[int, ...], last: tuple[int, ...]) -> int | None:
    """Return the days between two full dates; ``None`` when one is partial."""
    if len(first) != 3 or len(last) != 3:
        return None
    return datetime.date(*last).toordinal() - datetime.date(*first).toordinal()
