"""Dates in words: every wording of clerks comes back as the day it says."""

import datetime
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.text.dates_in_words import Wording, date_in_words
from pipeline.values.kinds import DATE_WORDS
from pipeline.values.kinds.calendar import PartialDate

WORDINGS = tuple(Wording.every())
FIRST, LAST = datetime.date(1880, 1, 1), datetime.date(2030, 12, 31)


def _date(day: datetime.date, exact: int = 3) -> PartialDate:
    return PartialDate(*(day.year, day.month, day.day)[:exact])


def _in_words(date: PartialDate, wording: Wording) -> str:
    return date_in_words(date.day, date.month, date.year, wording)


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def test_every_day_comes_back_each_in_another_wording() -> None:
    wrong = []
    for number in range((LAST - FIRST).days + 1):
        date = _date(FIRST + datetime.timedelta(number))
        text = _in_words(date, WORDINGS[number * 1009 % len(WORDINGS)])
        if DATE_WORDS.parse(text).canonical != date.canonical:
            wrong.append(text)
    assert not wrong


def test_every_day_month_and_year_comes_back_in_every_wording() -> None:
    """Day, month and year are said independently, so each is tried in all wordings beside one of the others."""
    dates = [PartialDate(1955, 5, day) for day in range(1, 32)]
    dates += [PartialDate(2000, month, 1) for month in range(1, 13)]
    dates += [PartialDate(year) for year in range(FIRST.year, LAST.year + 1)]
    said = {(date, _in_words(date, wording)) for wording in WORDINGS for date in dates}
    wrong = [text for date, text in said if DATE_WORDS.parse(text).canonical != date.canonical]
    assert not wrong


@given(
    st.dates(FIRST, LAST),
    st.integers(1, 3),
    st.sampled_from(WORDINGS),
    st.sampled_from((str.upper, str.title, str.capitalize)),
    st.sampled_from((str, _bare, lambda text: unicodedata.normalize("NFD", text))),
    st.sampled_from(("{}", "{}.", "({})", "{} dương lịch", "{} ./.")),
)
def test_case_marks_form_and_signs_do_not_matter(
    day: datetime.date, exact: int, wording: Wording, case: object, form: object, around: str
) -> None:
    date = _date(day, exact)
    text = around.format(form(case(_in_words(date, wording))))  # type: ignore[operator]
    assert DATE_WORDS.parse(text).canonical == date.canonical


def test_a_wording_differs_from_the_others_in_some_date() -> None:
    days = [
        PartialDate(1974, 1, 25),
        PartialDate(2004, 12, 24),
        PartialDate(1957, 4, 7),
        PartialDate(2000, 1, 15),
    ]
    texts = {tuple(_in_words(day, wording) for day in days) for wording in WORDINGS}
    assert len(texts) > len(WORDINGS) / 2


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ngày hai mươi mốt tháng bốn năm một chín bảy mươi lăm", "21.04.1975"),
        ("ngày hai chục tháng hai năm hai ngàn mười", "20.02.2010"),
        ("ngày mồng tư tháng tư năm một chín không tư", ""),
        ("ngày không chín tháng không ba năm hai không không không", "09.03.2000"),
        ("ngày mùng năm tháng năm năm hai nghìn lẻ năm", "05.05.2005"),
    ],
)
def test_rarer_spellings(text: str, canonical: str) -> None:
    assert DATE_WORDS.parse(text).canonical == canonical


@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)),
    st.sampled_from(("linh", "lẻ")),
    st.sampled_from(("nghìn", "ngàn")),
    st.sampled_from(("", "mồng", "mùng")),
    st.sampled_from(("bốn", "tư")),
)
def test_a_date_as_a_synthetic_clerk_writes_it_is_read_back(
    day: datetime.date, zero: str, thousand: str, early: str, four: str
) -> None:
    wording = Wording(zero=zero, thousand=thousand, early=early, four=four, fourth_month="tư")  # type: ignore[arg-type]
    words = _in_words(_date(day), wording).capitalize()
    assert DATE_WORDS.parse(words).canonical == f"{day.day:02}.{day.month:02}.{day.year}"
