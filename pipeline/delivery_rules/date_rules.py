"""Delivery rules for dates: lunar days, two-digit years, approximate dates, months without a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from pipeline.base.model import Ledger
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.delivery_rules import CONFIRM, NOTE
from pipeline.declarations.schema import FieldSpec
from pipeline.delivery_rules.lunisolar import is_decided, lunar_years, solar_days
from pipeline.delivery_rules.proposals import DeliveredValue, blank_with_note, note_of, settled_by
from pipeline.values.kinds.calendar import PartialDate, parse_canonical, partial_date
from pipeline.values.kinds.date import LUNAR_DATE, DateKind, is_lunar, parse_canonical_age
from pipeline.values.kinds.inexact_dates import (
    LunarDate,
    ShortYearDate,
    names_month,
    parse_approximate,
    parse_approximate_age,
    parse_cycle_year,
    parse_day_and_month,
    parse_foreign_month,
    parse_lunar,
    parse_month_and_short_year,
    parse_reign,
    parse_short_year,
    year_in_text,
)

LONGEST_LIFE = 120
"""Largest number of years between a date in an entry and its registration."""

LONGEST_MONTH = 30
"""Number of days in the longest lunar month."""

BEFORE_SOLSTICE = 10
"""The last lunar month that always ends within the solar year of its lunar year's beginning."""


@dataclass(frozen=True, slots=True)
class DateFacts:
    """Known facts about a date.

    Attributes:
        registered_on: The day of registration; None for the day of registration itself, or if unknown.
        ledger: The book.
        in_words: The same date in words, as far as it is settled.
        lowest: Its first possible year.
        is_registration: Whether it is the day of registration, which lies in the years of the book.
        above: For the day of registration: that of the preceding entry, if settled.
        below: The same of the following entry.
        numbered: The year that the entry's number gives.
        page_year: The year of the last settled registration above on the page.
    """

    registered_on: PartialDate | None
    ledger: Ledger
    in_words: PartialDate | None = None
    lowest: int | None = None
    is_registration: bool = False
    above: PartialDate | None = None
    below: PartialDate | None = None
    numbered: int | None = None
    page_year: int | None = None


def proposed_dates(
    text: str, value: str, spec: FieldSpec, facts: DateFacts, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield the possible deliveries of a date, likeliest first.

    Args:
        value: Its effective value.
        facts: Known facts about the date.
    """
    written = text or value
    value = DateKind().parse(value).canonical or value
    known = parse_canonical(value)
    offered = () if known is not None and known.day else tuple(day_of_neighbour(written, spec, facts))
    if offered:
        yield from offered
    elif known is not None and LUNAR_DATE in DateKind().parse(written).problems:
        yield from _named_month(known, written, spec, facts, policy)
    elif parse_canonical_age(value) is not None or (known is not None and (known.day or not known.month)):
        yield DeliveredValue(value)
    elif known is not None:
        yield from _with_year(f"{known.year:04d}", written, spec, "month_and_year", policy)
    elif (reign := parse_reign(written)) is not None:
        yield from _of_reign(*reign, written, spec, facts, policy)
    elif (cycle := parse_cycle_year(written)) is not None:
        last = facts.registered_on.year if facts.registered_on is not None else facts.ledger.year
        years = [f"{year:04d}" for year in reversed(lunar_years(cycle, last - LONGEST_LIFE, last))]
        yield from _chosen(years, written, spec, "date_otherwise", policy, with_note=True, doubted=True)
    elif is_lunar(written) and (parse_lunar(written) is not None or year_in_text(written) is None):
        yield from _lunar(written, spec, facts, policy)
    elif (short := parse_short_year(written)) is not None:
        yield from _short_year(short, written, spec, facts, policy)
    elif (about := parse_approximate(written)) is not None:
        yield from _with_year(f"{about.year:04d}", written, spec, "approximate_date", policy)
    else:
        yield from _uncommon(written, spec, facts, policy)


def day_of_neighbour(written: str, spec: FieldSpec, facts: DateFacts) -> Iterator[DeliveredValue]:
    """Yield the possible days of a registration whose day is incomplete or missing, always for confirmation.

    A day and month get the year of the entry's number, of its page, of its neighbours, then the years of the book; a
    year, a month or nothing at all gets the day of a neighbour that does not contradict it.
    """
    if not facts.is_registration or is_lunar(written) or parse_short_year(written) is not None:
        return
    neighbours = [day for day in (facts.above, facts.below) if day is not None]
    day_and_month = parse_day_and_month(written)
    days: list[PartialDate | None] = []
    if day_and_month is not None:
        first, last = _span(facts)
        likely = [year for year in (facts.numbered, facts.page_year) if year is not None]
        days = [
            partial_date(year, day_and_month[1], day_and_month[0])
            for year in (*likely, *(day.year for day in neighbours), *range(first, last + 1))
        ]
    else:
        known = parse_canonical(DateKind().parse(written).canonical)
        year = known.year if known is not None else year_in_text(written)
        month = known.month if known is not None else None
        days += [
            day
            for day in neighbours
            if day.day is not None and year in (None, day.year) and month in (None, day.month)
        ]
    note = note_of(spec, written or "không ghi")
    for day in dict.fromkeys(filter(None, days)):
        yield DeliveredValue(day.canonical, note, "registration_day", certain=False)


def _uncommon(
    written: str, spec: FieldSpec, facts: DateFacts, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield what a date in uncommon wording may mean, for confirmation, or an empty cell if that is not known."""
    day = parse_foreign_month(written) if names_month(written) else None
    if day is not None:
        yield from _named_month(day, written, spec, facts, policy)
    elif values := _otherwise(written, facts):
        yield from _chosen(values, written, spec, "date_otherwise", policy, with_note=True, doubted=True)
    else:
        yield from settled_by("unclear_date", policy, blank_with_note(spec, written))


def _of_reign(
    rest: str, year: int, written: str, spec: FieldSpec, facts: DateFacts, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield the possible days of a lunar date in the year of a reign, then the year alone, for confirmation."""
    lunar = parse_lunar(f"{rest}/{year} âm lịch") if rest else None
    days = [] if lunar is None else [_partial(day).canonical for day in _days_of(lunar, facts)[0]]
    values = [*days, f"{year:04d}"]
    yield from _chosen(values, written, spec, "date_otherwise", policy, with_note=True, doubted=True)


def _otherwise(written: str, facts: DateFacts) -> list[str]:
    """Return what a date in uncommon wording may mean: a day, a year, an age; empty if that is not known."""
    age = parse_approximate_age(written)
    if age is not None:
        return [age.canonical]
    day = parse_foreign_month(written)
    if day is not None:
        return [day.canonical if day.day else f"{day.year:04d}"]
    year = year_in_text(written)
    if year is not None:
        return [f"{year:04d}"]
    two_digits = parse_month_and_short_year(written)
    return [] if two_digits is None else [f"{year:04d}" for year in _years(two_digits, facts)]


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
    yield from _chosen([day.canonical for day in days], written, spec, "short_year", policy, doubted=late)


def _contradict(figures: PartialDate, words: PartialDate) -> bool:
    """Return whether a date in figures and the same date in words differ in a part that both give."""
    pairs = ((figures.year, words.year), (figures.month, words.month), (figures.day, words.day))
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)


def _with_year(
    year: str, written: str, spec: FieldSpec, rule: str, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield the year with the text in the margin note, or an empty cell with that note, by the office's choice."""
    with_year = DeliveredValue(year, note_of(spec, written))
    blank = blank_with_note(spec, written)
    ordered = (blank, with_year) if policy[rule] == NOTE else (with_year, blank)
    for proposal in ordered:
        yield from settled_by(rule, policy, proposal)


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
    """Yield the possible values of a text and an empty cell; a single possible value is certain.

    A ``doubted`` value is never certain: the paper may be wrong, or mean a day that is not among the values.
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
    """Return the years with these last digits that the other facts allow, latest first."""
    if facts.in_words is not None:
        return [facts.in_words.year] if facts.in_words.year % 100 == two_digits else []
    first, last = _span(facts)
    return [year for year in range(last, first - 1, -1) if year % 100 == two_digits]


def _span(facts: DateFacts) -> tuple[int, int]:
    """Return the first and the last possible year of a date."""
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
    """Yield the possible dates for a month called giêng or chạp; a person decides between the calendars."""
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
    """Return the possible solar days of a lunar date, likeliest first, and whether other days are possible.

    A year in figures is the solar year in which the lunar year begins; where its last days fall into the next solar
    year, the writer may also have meant the preceding lunar year. A year by stem and branch alone is one of the last
    120.
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
    possible = [day for day in dict.fromkeys(days) if limit is None or _is_not_after(_partial(day), limit)]
    return possible, doubted or len(possible) < len(set(days))


def _partial(day: date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


def _is_not_after(day: PartialDate, limit: PartialDate) -> bool:
    return (day.year, day.month or 1, day.day or 1) <= (limit.year, limit.month or 12, limit.day or 31)
