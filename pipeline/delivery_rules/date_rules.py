"""Delivery rules of dates: lunar days, years of two digits, dates that say about when, months without a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from pipeline.base.model import Ledger
from pipeline.declarations.schema import FieldSpec
from pipeline.delivery_rules.delivery_policy import DeliveryPolicy
from pipeline.delivery_rules.lunisolar import is_decided, lunar_years, solar_days
from pipeline.delivery_rules.proposals import DeliveredValue, blank_with_note, note_of, settled_by
from pipeline.delivery_rules.rules import CONFIRM, NOTE
from pipeline.values.kinds.calendar import PartialDate, parse_canonical, partial_date
from pipeline.values.kinds.date import LUNAR_DATE, DateKind, is_lunar, parse_canonical_age
from pipeline.values.kinds.inexact_dates import (
    LunarDate,
    ShortYearDate,
    parse_approximate,
    parse_lunar,
    parse_short_year,
)

LONGEST_LIFE = 120
"""Years before its registration in which a date of an entry may lie."""

LONGEST_MONTH = 30
"""Days of the longest lunar month."""

BEFORE_SOLSTICE = 10
"""The last lunar month that always ends within the solar year in which its lunar year begins."""


@dataclass(frozen=True, slots=True)
class DateFacts:
    """What else is known of a date.

    Attributes:
        registered_on: The day of registration; None where it is asked about itself, or not known.
        ledger: The book.
        in_words: The same date in words, as far as it is settled.
        lowest: The first year that it may have.
        is_registration: Whether it is the day of registration itself, which lies in the years of the book.
    """

    registered_on: PartialDate | None
    ledger: Ledger
    in_words: PartialDate | None = None
    lowest: int | None = None
    is_registration: bool = False


def proposed_dates(
    text: str, value: str, spec: FieldSpec, facts: DateFacts, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield what may be delivered of a date, the likeliest first.

    Args:
        text: What stands on paper.
        value: Its effective value.
        spec: The field.
        facts: What else is known of it.
        policy: The choices of the office.
    """
    written = text or value
    value = DateKind().parse(value).canonical or value
    known = parse_canonical(value)
    if known is not None and LUNAR_DATE in DateKind().parse(written).problems:
        yield from _named_month(known, written, spec, facts, policy)
    elif parse_canonical_age(value) is not None or (known is not None and (known.day or not known.month)):
        yield DeliveredValue(value)
    elif known is not None:
        yield from _with_year(f"{known.year:04d}", written, spec, "month_and_year", policy)
    elif is_lunar(written):
        yield from _lunar(written, spec, facts, policy)
    elif (short := parse_short_year(written)) is not None:
        yield from _short_year(short, written, spec, facts, policy)
    elif (about := parse_approximate(written)) is not None:
        yield from _with_year(f"{about.year:04d}", written, spec, "approximate_date", policy)
    else:
        yield from settled_by("unclear_date", policy, blank_with_note(spec, written))


def _short_year(
    short: ShortYearDate, written: str, spec: FieldSpec, facts: DateFacts, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    days = [
        day
        for year in _years(short.year, facts)
        if (day := partial_date(year, short.month, short.day)) is not None
    ]
    if facts.in_words is not None and (not days or _contradict(days[0], facts.in_words)):
        yield replace(blank_with_note(spec, written), rule="short_year", certain=False)
        return
    limit = facts.registered_on
    late = limit is not None and any(not _is_not_after(day, limit) for day in days)
    yield from _chosen([one.canonical for one in days], written, spec, "short_year", policy, doubted=late)


def _contradict(figures: PartialDate, words: PartialDate) -> bool:
    """Return whether a date in figures and the same date in words differ in a part that both say."""
    pairs = ((figures.year, words.year), (figures.month, words.month), (figures.day, words.day))
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)


def _with_year(
    year: str, written: str, spec: FieldSpec, rule: str, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield the year with the text in the margin note, or an empty cell with it, as the office wants."""
    with_year = DeliveredValue(year, note_of(spec, written))
    blank = blank_with_note(spec, written)
    ordered = (blank, with_year) if policy[rule] == NOTE else (with_year, blank)
    for one in ordered:
        yield from settled_by(rule, policy, one)


def _chosen(
    values: list[str],
    written: str,
    spec: FieldSpec,
    rule: str,
    policy: DeliveryPolicy,
    *,
    with_note: bool = False,
    doubted: bool = False,
) -> Iterator[DeliveredValue]:
    """Yield the values that a text may mean and an empty cell: the first is sure where it is the only one.

    Unless it is ``doubted``: what stands on paper may be wrong, or mean another day that is not among the values.
    """
    blank = replace(blank_with_note(spec, written), rule=rule)
    if policy[rule] == NOTE or not values:
        yield replace(blank, certain=policy[rule] != CONFIRM)
        return
    note = note_of(spec, written) if with_note else ""
    sure = len(values) == 1 and not doubted and policy[rule] != CONFIRM
    for value in values:
        yield DeliveredValue(value, note, rule, sure)
    yield replace(blank, certain=sure)


def _years(two_digits: int, facts: DateFacts) -> list[int]:
    """Return the years with these last digits that the other facts allow, the latest first."""
    if facts.in_words is not None:
        return [facts.in_words.year] if facts.in_words.year % 100 == two_digits else []
    first, last = _span(facts)
    return [year for year in range(last, first - 1, -1) if year % 100 == two_digits]


def _span(facts: DateFacts) -> tuple[int, int]:
    """Return the first and the last year that a date may have."""
    if facts.registered_on is not None:
        last = facts.registered_on.year
        return max(last - LONGEST_LIFE, facts.lowest or 0), last
    opened, closed = facts.ledger.year, _year_of(facts.ledger.closed_on)
    if facts.is_registration:
        return opened, max(opened, closed or opened)
    return max(opened - LONGEST_LIFE, facts.lowest or 0), max(opened, closed or opened)


def _year_of(canonical: str | None) -> int | None:
    known = parse_canonical(canonical) if canonical else None
    return known.year if known is not None else None


# --- lunar days -------------------------------------------------------------------------------------------------------


def _lunar(
    written: str, spec: FieldSpec, facts: DateFacts, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    lunar = parse_lunar(written)
    days, doubted = ([], False) if lunar is None else _days_of(lunar, facts)
    values = [_partial(day).canonical for day in days]
    yield from _chosen(values, written, spec, "lunar_date", policy, with_note=True, doubted=doubted)


def _named_month(
    known: PartialDate, written: str, spec: FieldSpec, facts: DateFacts, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield what a date may mean whose month is called giêng or chạp: by which calendar is for a person to say."""
    values = [known.canonical]
    if known.month is not None and known.day is None:
        values = [f"{known.year:04d}"]
    elif known.month is not None and known.day is not None and known.day <= LONGEST_MONTH:
        lunar = LunarDate(known.day, known.month, year=known.year)
        values += [_partial(day).canonical for day in _days_of(lunar, facts)[0]]
    yield from _chosen(
        list(dict.fromkeys(values)), written, spec, "lunar_date", policy, with_note=True, doubted=True
    )


def _days_of(lunar: LunarDate, facts: DateFacts) -> tuple[list[date], bool]:
    """Return the solar days that a lunar date may mean, the likeliest first, and whether it may mean yet another.

    A year in figures is that in which the lunar year begins; where its last days fall into the next solar year, the
    writer may have meant the lunar year before as well. A year by stem and branch alone is one of the last 120.
    """
    if lunar.year is None and lunar.stem is None:
        return [], False
    last = facts.registered_on.year if facts.registered_on is not None else facts.ledger.year
    if lunar.year is not None:
        years = lunar_years(lunar, lunar.year, lunar.year)
    else:
        years = tuple(reversed(lunar_years(lunar, last - LONGEST_LIFE, last)))
    days = [day for year in years for day in solar_days(lunar, year)]
    doubted = not all(is_decided(lunar, year) for year in years)
    if lunar.year is not None and lunar.stem is None:
        days += [day for day in solar_days(lunar, lunar.year - 1) if day.year == lunar.year]
        doubted |= lunar.month > BEFORE_SOLSTICE and not is_decided(lunar, lunar.year - 1)
    if facts.is_registration:
        first, closing = _span(facts)
        doubted |= any(not first <= day.year <= closing for day in days)
    limit = facts.registered_on
    found = [day for day in dict.fromkeys(days) if limit is None or _is_not_after(_partial(day), limit)]
    return found, doubted or len(found) < len(set(days))


def _partial(day: date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


def _is_not_after(day: PartialDate, limit: PartialDate) -> bool:
    return (day.year, day.month or 1, day.day or 1) <= (limit.year, limit.month or 12, limit.day or 31)
