"""A date in figures and in words, decided together."""

from __future__ import annotations

import pytest

from pipeline.base.model import Hypothesis
from pipeline.recognition.decoding import agree_on_date

MAY_5 = "Ngày năm tháng năm năm hai nghìn"
MAY_6 = "Ngày sáu tháng năm năm hai nghìn"


def test_the_date_that_both_may_say_is_surer_than_each() -> None:
    found = agree_on_date(
        [Hypothesis("6/5/2000", 0.5), Hypothesis("5/5/2000", 0.4)],
        [Hypothesis(MAY_5, 0.7), Hypothesis("Ngày năm tháng nam năm hai nghin", 0.1)],
    )
    assert (found[0].figures.text, found[0].words.text, found[0].canonical) == (
        "5/5/2000",
        MAY_5,
        "05.05.2000",
    )
    assert found[0].chance > 0.7


def test_the_chances_of_all_pairs_leave_room_for_a_clerks_error() -> None:
    found = agree_on_date(
        [Hypothesis("5/5/2000", 0.6), Hypothesis("6/5/2000", 0.4)],
        [Hypothesis(MAY_5, 0.6), Hypothesis(MAY_6, 0.4)],
    )
    assert len(found) == 2
    assert sum(pair.chance for pair in found) < 1.0
    assert found[0].chance > found[1].chance


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ([Hypothesis("5/5/2000", 0.9)], [Hypothesis(MAY_6, 0.9)]),
        ([Hypothesis("5/5/2000", 0.95), Hypothesis("6/5/2000", 0.01)], [Hypothesis(MAY_6, 0.95)]),
        ([Hypothesis("5/2000", 0.9)], [Hypothesis("tháng năm năm hai nghìn", 0.9)]),
        ([Hypothesis("31/2/2000", 0.9)], [Hypothesis(MAY_5, 0.9)]),
        ([], [Hypothesis(MAY_5, 0.9)]),
    ],
    ids=[
        "no common date",
        "a common date too unlikely",
        "not full",
        "no day of the calendar",
        "nothing read",
    ],
)
def test_nothing_is_returned_when_unsure(figures: list[Hypothesis], words: list[Hypothesis]) -> None:
    assert agree_on_date(figures, words) == ()


def test_words_with_misread_letters_speak_for_the_figures_they_allow() -> None:
    misread = "Ngày nam thang năm nam hai nghìm"
    found = agree_on_date(
        [Hypothesis("6/5/2000", 0.5), Hypothesis("5/5/2000", 0.4)], [Hypothesis(misread, 0.6)]
    )
    assert (found[0].figures.text, found[0].words.text, found[0].canonical) == (
        "5/5/2000",
        misread,
        "05.05.2000",
    )
    assert found[0].chance > 0.5


def test_words_with_misread_letters_are_not_asked_where_others_say_a_date() -> None:
    words = [Hypothesis(MAY_5, 0.5), Hypothesis("Ngày sáu tháng năm nam hai nghìm", 0.4)]
    found = agree_on_date([Hypothesis("6/5/2000", 0.5), Hypothesis("5/5/2000", 0.4)], words)
    assert {pair.canonical for pair in found} == {"05.05.2000"}
