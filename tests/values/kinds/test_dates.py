import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.kinds import DATE
from pipeline.values.kinds.calendar import PartialDate, parse_canonical
from pipeline.values.kinds.date import Age, parse_age, parse_canonical_age


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
    assert DATE.parse(text).canonical == canonical
    assert not DATE.parse(text).problems


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
    assert DATE.parse(text).canonical == ""
    assert DATE.parse(text).problems == (problem,)


def test_december_and_a_lost_stroke_are_not_distinguished() -> None:
    assert DATE.parse("1 2/1952").canonical == ""


def test_a_year_far_from_any_book_is_kept_and_doubted() -> None:
    assert DATE.parse("5/6/5005").canonical == "05.06.5005"
    assert DATE.parse("5/6/5005").problems == ("D03",)


@given(st.dates(datetime.date(1800, 1, 1), datetime.date(2100, 12, 31)), st.sampled_from("/-–."))
def test_every_day_is_read_with_any_sign_between(day: datetime.date, sign: str) -> None:
    canonical = f"{day:%d.%m}.{day.year}"
    assert DATE.parse(f"{day.day}{sign}{day.month}{sign}{day.year}").canonical == canonical


@given(st.text("0123456789/.- ", max_size=12))
def test_no_digits_become_a_more_exact_date_than_they_are(text: str) -> None:
    found = parse_canonical(DATE.parse(text).canonical)
    if found is not None:
        written = "".join(c for c in text if c.isdigit())
        least = 4 + sum(part is not None for part in (found.month, found.day))
        assert len(written) >= least
        assert str(found.year) in written


def test_a_partial_date_knows_only_what_is_known() -> None:
    assert parse_canonical("03.1952") == PartialDate(1952, 3)
    assert parse_canonical("31.04.1952") is None
    assert parse_canonical("hôm qua") is None


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ngày 9 tháng giêng năm 1952", "09.01.1952"),
        ("ngày 9 tháng Chạp năm 1952", "09.12.1952"),
    ],
)
def test_a_month_named_as_in_the_lunar_calendar_is_read_and_doubted(text: str, canonical: str) -> None:
    assert DATE.parse(text).canonical == canonical
    assert DATE.parse(text).problems == ("D09",)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("30 tuổi", Age(30)),
        ("30t", Age(30)),
        ("Ba mươi tuổi", Age(30)),
        ("hai lăm tuổi", Age(25)),
        ("8 tháng tuổi", Age(8, "tháng tuổi")),
        ("mười ngày tuổi", Age(10, "ngày tuổi")),
    ],
)
def test_an_age_in_a_dates_place_stays_an_age(text: str, age: Age) -> None:
    assert parse_age(text) == age
    assert DATE.parse(text).canonical == age.canonical
    assert parse_canonical_age(age.canonical) == age


@pytest.mark.parametrize("text", ["09/03/1952", "9/3/1952 ÂL", "9/3/52", "nt", "tuổi Tý", "", "131 tuổi"])
def test_what_says_no_age_is_none(text: str) -> None:
    assert parse_age(text) is None


@pytest.mark.parametrize("text", ["030 tuổi", "30 tuoi", "131 tuổi", "30  tuổi", "61 tháng tuổi", "tuổi"])
def test_only_the_canonical_form_of_an_age_is_canonical(text: str) -> None:
    assert parse_canonical_age(text) is None


@pytest.mark.parametrize("text", ["30 tuổi", "8 tháng tuổi", "10 ngày tuổi"])
def test_an_age_is_a_value_without_a_problem(text: str) -> None:
    assert DATE.parse(text) == DATE.parse(text.upper())
    assert (DATE.parse(text).canonical, DATE.parse(text).problems) == (text, ())
    assert DATE.format(text) == text


@given(st.text(max_size=30))
def test_no_text_breaks_the_parser_of_ages(text: str) -> None:
    age = parse_age(text)
    assert age is None or parse_canonical_age(age.canonical) == age
