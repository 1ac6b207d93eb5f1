"""Two weak readings of one date settle it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.reading.bench_date_words import two_readings
from pipeline.decoding import dates_both_allow, margin
from pipeline.kinds.calendar import PartialDate
from pipeline.model import Hypothesis

WORDS = "Ngày hai mươi bảy tháng tám năm hai nghìn không trăm mười ba"
DAY = PartialDate(2013, 8, 27)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ("27/8/2073", WORDS),
        ("27/8/2013", "Ngày hal mươi b.y thang t.m năm hai nghìn không tram muoi ba"),
        ("2?/8/2013", "Ngày hai mươi bãy tháng tam năm hai nghin không trăm mười b"),
        ("27/6/20l3", "Ngay hai mu bay thang tám nam hai ngin khong tram muoi ba"),
    ],
)
def test_figures_and_words_that_are_both_misread_settle_a_date(figures: str, words: str) -> None:
    found = dates_both_allow(figures, words)
    assert found[0].date == DAY
    assert margin(found) > 0.5
    assert 0.0 < found[0].chance <= 1.0


def test_hypotheses_are_weighed_by_their_chances() -> None:
    figures = [Hypothesis("27/8/2073", 0.93), Hypothesis("27/8/2013", 0.05)]
    words = [Hypothesis("Ngày hai mươi bảy thang tám năm hai nghìn không tram muoi b", 0.6)]
    assert dates_both_allow(figures, words)[0].date == DAY


def test_what_does_not_meet_is_not_believed() -> None:
    found = dates_both_allow("12/4/1999", WORDS)
    assert all(each.chance < 0.01 for each in found)
    assert margin(found) < 0.01


@pytest.mark.parametrize(("figures", "words"), [("", WORDS), ("27/8/2013", ""), ("abc", "xyz"), ([], [])])
def test_nothing_comes_of_nothing(figures: str, words: str) -> None:
    assert dates_both_allow(figures, words) == ()
    assert margin(()) == 0.0


def test_two_weak_readings_are_righter_than_one() -> None:
    both = two_readings(60, 3)
    assert both.right >= 57
    assert both.wrong == 0


@given(st.text(max_size=40), st.text(max_size=80), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_no_readings_break_it(figures: str, words: str, rng: random.Random) -> None:
    found = dates_both_allow(figures, words)
    assert sum(each.chance for each in found) <= 1.0 + 1e-6
    dates_both_allow([Hypothesis(figures, rng.random())], [Hypothesis(words, rng.random())])
