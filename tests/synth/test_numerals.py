"""Numbers and dates in words, as clerks write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kinds import KINDS
from pipeline.synth.numerals import Speech, date_in_words, year_in_words

SPEECHES = st.builds(
    Speech,
    zero=st.sampled_from(["linh", "lẻ"]),
    thousand=st.sampled_from(["nghìn", "ngàn"]),
    early=st.sampled_from(["", "mồng", "mùng"]),
    four=st.sampled_from(["bốn", "tư"]),
)


@pytest.mark.parametrize(
    ("year", "words"),
    [
        (2007, "hai nghìn không trăm linh bảy"),
        (2015, "hai nghìn không trăm mười lăm"),
        (1984, "một nghìn chín trăm tám mươi bốn"),
        (1991, "một nghìn chín trăm chín mươi mốt"),
        (2000, "hai nghìn"),
        (1900, "một nghìn chín trăm"),
    ],
)
def test_years_in_words(year: int, words: str) -> None:
    assert year_in_words(year, Speech()) == words


def test_a_date_in_words_says_day_month_and_year() -> None:
    words = date_in_words(5, 4, 2024, Speech(early="mồng", four="tư", zero="lẻ", thousand="ngàn"))
    assert words == "Ngày mồng năm tháng tư năm hai ngàn không trăm hai mươi tư"


@given(day=st.dates(date(1900, 1, 1), date(2099, 12, 31)), speech=SPEECHES)
def test_what_a_clerk_writes_the_kind_reads_back(day: date, speech: Speech) -> None:
    words = date_in_words(day.day, day.month, day.year, speech)
    assert KINDS["date_words"].parse(words).canonical == f"{day.day:02}.{day.month:02}.{day.year}"
