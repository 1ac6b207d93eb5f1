"""Days of the lunisolar calendar, against days that history and published almanacs name."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.delivery_rules.lunisolar import lunar_years, solar_days
from pipeline.values.kinds.inexact_dates import LunarDate, parse_lunar

NEW_YEARS = {
    1976: date(1976, 1, 31), 1984: date(1984, 2, 2), 1985: date(1985, 1, 21), 1988: date(1988, 2, 17),
    1990: date(1990, 1, 27), 2000: date(2000, 2, 5), 2007: date(2007, 2, 17), 2010: date(2010, 2, 14),
    2020: date(2020, 1, 25), 2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2030: date(2030, 2, 2),
}  # fmt: skip
"""Tết in Vietnam; in China it was a month later in 1985, and a day later in 2007 and 2030."""

LEAP_MONTHS = {
    1976: 8,
    1979: 6,
    1985: 2,
    1987: 7,
    1990: 5,
    2006: 7,
    2017: 6,
    2020: 4,
    2023: 2,
    2025: 6,
}


@pytest.mark.parametrize(("year", "day"), NEW_YEARS.items())
def test_the_first_day_of_a_year_is_that_of_the_almanacs(year: int, day: date) -> None:
    assert solar_days(LunarDate(1, 1), year) == (day,)


@pytest.mark.parametrize(("year", "month"), LEAP_MONTHS.items())
def test_a_month_that_comes_twice_leaves_two_days_unless_the_text_says_which(year: int, month: int) -> None:
    both = solar_days(LunarDate(10, month), year)
    assert len(both) == 2
    assert 29 <= (both[1] - both[0]).days <= 30
    assert solar_days(LunarDate(10, month, is_leap=True), year) == both[1:]
    others = [other for other in range(1, 11) if other != month]
    assert all(len(solar_days(LunarDate(10, other), year)) == 1 for other in others)


def test_before_one_meridian_held_a_day_counts_only_where_both_agree() -> None:
    assert solar_days(LunarDate(1, 1), 1968) == (), "29 January in the North, 30 January in the South"
    assert solar_days(LunarDate(15, 8), 1952) == (date(1952, 10, 3),)


def test_a_day_that_a_month_does_not_have_is_none() -> None:
    lengths = [len(solar_days(LunarDate(30, month), 2010)) for month in range(1, 13)]
    assert 0 < sum(lengths) < 12


def test_a_leap_month_that_the_year_does_not_have_is_none() -> None:
    assert solar_days(LunarDate(10, 3, is_leap=True), 2010) == ()


def test_stem_and_branch_name_one_year_in_sixty() -> None:
    written = parse_lunar("15/8 năm Nhâm Thìn")
    assert written is not None
    assert lunar_years(written, 1900, 2020) == (1952, 2012)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15/8 ÂL", LunarDate(15, 8)),
        ("15-8-1952 âl", LunarDate(15, 8, year=1952)),
        ("ngày 15 tháng 8 năm 1952 (âm lịch)", LunarDate(15, 8, year=1952)),
        ("rằm tháng giêng năm 1952 ÂL", LunarDate(15, 1, year=1952)),
        ("10 tháng 6 nhuận 2017", LunarDate(10, 6, is_leap=True, year=2017)),
        ("mùng 3 tháng chạp năm Ất Tỵ", LunarDate(3, 12, stem=1, branches=(5,))),
        ("năm Nhâm Thìn", None),
        ("15/13/1952 ÂL", None),
        ("15/8/1952", None),
    ],
)
def test_a_lunar_date_is_taken_apart_and_never_completed(text: str, expected: LunarDate | None) -> None:
    assert parse_lunar(text) == expected
