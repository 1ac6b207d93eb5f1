"""Dates and years are put into words as clerks say them."""

from __future__ import annotations

import pytest

from pipeline.base.text.dates_in_words import Wording, date_in_words, year_in_words


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
def test_a_year_is_put_into_words(year: int, words: str) -> None:
    assert year_in_words(year, Wording(four="bốn")) == words


def test_a_date_in_words_names_day_month_and_year() -> None:
    words = date_in_words(5, 4, 2024, Wording(early="mồng", four="tư", zero="lẻ", thousand="ngàn"))
    assert words == "ngày mồng năm tháng tư năm hai ngàn không trăm hai mươi tư"


def test_the_fourth_month_may_be_named_otherwise_than_four() -> None:
    assert date_in_words(24, 4, 1994, Wording(four="bốn", fourth_month="tư")) == (
        "ngày hai mươi bốn tháng tư năm một nghìn chín trăm chín mươi bốn"
    )


def test_a_year_outside_the_grammar_is_refused() -> None:
    with pytest.raises(ValueError, match="1000"):
        date_in_words(None, None, 987)
