import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kinds import date
from pipeline.kinds.age import Age, age_of, born_between
from pipeline.kinds.calendar import PartialDate, compared, date_of, full_years
from pipeline.kinds.lunar import LunarDate, lunar_of


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1952", "1952"),
        ("1 9 5 2", "1952"),
        ("..1 . 9 . 5 . 2..", "1952"),
        ("năm 1952", "1952"),
        ("03/1952", "03.1952"),
        ("3.1952", "03.1952"),
        ("tháng 3 năm 1952", "03.1952"),
        ("1 2 / 1 9 5 2", "12.1952"),
        ("09/03/1952", "09.03.1952"),
        ("9-3-1952", "09.03.1952"),
        ("9.3.1952", "09.03.1952"),
        ("09 03 1952", "09.03.1952"),
        ("9,3,1952", "09.03.1952"),
        ("09. 03 1952", "09.03.1952"),
        ("09 03,1952", "09.03.1952"),
        ("0 . 7 / 3 / 1 9 5 2", "07.03.1952"),
        ("ngày 9 tháng 3 năm 1952", "09.03.1952"),
        ("Ngày 9/3/1952", "09.03.1952"),
        ("ngày...9...tháng...3...năm...1952", "09.03.1952"),
        ("29/2/2000", "29.02.2000"),
    ],
)
def test_a_date_is_as_exact_as_its_ink(text: str, canonical: str) -> None:
    assert date.parse(text).canonical == canonical
    assert not date.parse(text).problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("30/2/1952", "D01"),
        ("29/2/1900", "D01"),
        ("0/3/1952", "D01"),
        ("13/1952", "D01"),
        ("9/3/52", "D01"),
        ("52", "D01"),
        ("9/3", "D01"),
        ("khoảng 30 tuổi", "D01"),
        ("300 tuổi", "D01"),
        ("khoảng 1952", "D01"),
        ("1.952", "D01"),
        ("09031952", "D01"),
        ("09.031952", "D01"),
        ("9. 3 1952", "D01"),
        ("09/ 03 1952", "D01"),
        ("9/3/1952 ÂL", "D09"),
        ("9/3/1952 (âm lịch)", "D09"),
        ("năm Nhâm Thìn", "D09"),
        ("nt", "L07"),
    ],
)
def test_what_is_no_sure_date_keeps_its_text_only(text: str, problem: str) -> None:
    assert date.parse(text).canonical == ""
    assert date.parse(text).problems == (problem,)


def test_december_and_a_lost_stroke_are_not_told_apart() -> None:
    assert date.parse("1 2/1952").canonical == ""


def test_a_year_far_from_any_book_is_kept_and_doubted() -> None:
    assert date.parse("5/6/5005").canonical == "05.06.5005"
    assert date.parse("5/6/5005").problems == ("D03",)


@given(st.dates(datetime.date(1800, 1, 1), datetime.date(2100, 12, 31)), st.sampled_from("/-–."))
def test_every_day_is_read_with_any_sign_between(day: datetime.date, sign: str) -> None:
    canonical = f"{day:%d.%m}.{day.year}"
    assert date.parse(f"{day.day}{sign}{day.month}{sign}{day.year}").canonical == canonical


@given(st.text("0123456789/.- ", max_size=12))
def test_no_digits_become_a_more_exact_date_than_they_are(text: str) -> None:
    found = date_of(date.parse(text).canonical)
    if found is not None:
        written = "".join(c for c in text if c.isdigit())
        least = 4 + sum(part is not None for part in (found.month, found.day))
        assert len(written) >= least
        assert str(found.year) in written


def test_a_partial_date_knows_only_what_is_known() -> None:
    assert PartialDate(1952).known == (1952,)
    assert date_of("03.1952") == PartialDate(1952, 3)
    assert date_of("31.04.1952") is None
    assert date_of("hôm qua") is None


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ngày 9 tháng giêng năm 1952", "09.01.1952"),
        ("ngày 9 tháng Chạp năm 1952", "09.12.1952"),
    ],
)
def test_a_month_named_as_in_the_lunar_calendar_is_read_and_doubted(text: str, canonical: str) -> None:
    assert date.parse(text).canonical == canonical
    assert date.parse(text).problems == ("D09",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1952", PartialDate(1952)),
        ("03/1952", PartialDate(1952, 3)),
        ("09/03/1952", PartialDate(1952, 3, 9)),
        ("30 tuổi", Age(30)),
        ("30t", Age(30)),
        ("Ba mươi tuổi", Age(30)),
        ("hai lăm tuổi", Age(25)),
        ("8 tháng tuổi", Age(8, "tháng tuổi")),
        ("mười ngày tuổi", Age(10, "ngày tuổi")),
        ("9/3/1952 ÂL", LunarDate("9/3/1952 ÂL", 1952)),
        ("năm  Nhâm Thìn", LunarDate("năm Nhâm Thìn")),
        ("9/3/52", None),
        ("nt", None),
        ("tuổi Tý", None),
        ("", None),
    ],
)
def test_what_stands_in_a_dates_place_is_a_date_an_age_or_lunar(text: str, said: object) -> None:
    assert date.meant(text) == said


@pytest.mark.parametrize("text", ["30 tuổi", "8 tháng tuổi", "10 ngày tuổi"])
def test_an_age_is_a_value_without_a_problem(text: str) -> None:
    assert date.parse(text) == date.parse(text.upper())
    assert (date.parse(text).canonical, date.parse(text).problems) == (text, ())
    assert date.format(text) == text


_days = st.dates(datetime.date(1880, 1, 1), datetime.date(2030, 12, 31))


def _as_known(day: datetime.date, exact: int) -> PartialDate:
    return PartialDate(*(day.year, day.month, day.day)[:exact])


@given(_days, st.integers(1, 3))
def test_a_date_lies_between_the_bounds_of_what_is_known_of_it(day: datetime.date, exact: int) -> None:
    known = _as_known(day, exact)
    assert known.earliest <= day <= known.latest
    assert (known.earliest == known.latest) == (exact == 3)


@given(_days, _days, st.integers(1, 3), st.integers(1, 3))
def test_dates_are_compared_as_far_as_both_are_known(
    one: datetime.date, other: datetime.date, exact: int, least: int
) -> None:
    found = compared(_as_known(one, exact), _as_known(other, least))
    assert found == -compared(_as_known(other, least), _as_known(one, exact))
    if found:
        assert (one > other) - (one < other) == found


@given(_days, _days, st.integers(1, 3), st.integers(1, 3))
def test_full_years_lie_between_their_bounds(
    born: datetime.date, on: datetime.date, exact: int, least: int
) -> None:
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    fewest, most = full_years(_as_known(born, exact), _as_known(on, least))
    assert fewest <= years <= most
    if exact == least == 3:
        assert fewest == years == most


@given(_days, _days, st.integers(1, 3))
def test_who_says_an_age_was_born_between_its_bounds(
    born: datetime.date, on: datetime.date, exact: int
) -> None:
    born, on = sorted((born, on))
    full = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    for number in {full, on.year - born.year + 1}:
        if number <= 130:
            first, last = born_between(Age(number), _as_known(on, exact))
            assert first <= born <= last
    days = (on - born).days
    if days < 400:
        first, last = born_between(Age(days, "ngày tuổi"), _as_known(on, exact))
        assert first <= born <= last


@given(st.text(max_size=30))
def test_no_text_breaks_what_reads_ages_and_lunar_dates(text: str) -> None:
    date.meant(text)
    age_of(text)


def test_a_lunar_year_bounds_its_dates() -> None:
    lunar = lunar_of("mồng 5 tháng chạp năm 1952 âm lịch")
    assert lunar is not None
    assert (lunar.earliest, lunar.latest) == (datetime.date(1952, 1, 21), datetime.date(1953, 2, 20))
    assert LunarDate("năm Nhâm Thìn").earliest is None
