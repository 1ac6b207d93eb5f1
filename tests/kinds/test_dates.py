import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kinds import date
from pipeline.kinds.calendar import PartialDate, date_of


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
        ("30 tuổi", "D01"),
        ("khoảng 1952", "D01"),
        ("1.952", "D01"),
        ("09031952", "D01"),
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
