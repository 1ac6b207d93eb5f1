"""Figures that a clerk spread over their blank."""

from __future__ import annotations

import pytest

from pipeline.recognition.decoding import decode_field, decode_line, prior_for
from pipeline.recognition.decoding.field_decoder import figures_of
from tests.recognition.decoding.written import written


def read(kind: str, text: str, doubts: dict[int, dict[str, float]] | None = None) -> list[tuple[str, float]]:
    found = decode_field([written(text, doubts or {})], prior_for(kind), kind)
    return [(one.text, one.chance) for one in found.hypotheses]


@pytest.mark.parametrize(
    ("kind", "written_so", "says"),
    [
        ("date", "1 1 - 5 - 1 9 7 4", "11-5-1974"),
        ("date", "1 9 9 6", "1996"),
        ("id_number", "093 220 935 667", "093220935667"),
        ("entry_number", "4 1 / 2010", "41/2010"),
        ("volume", "0 1 / 2 0 1 9", "01/2019"),
    ],
)
def test_gaps_between_figures_are_no_spaces(kind: str, written_so: str, says: str) -> None:
    assert read(kind, written_so)[0][0] == says


def test_every_way_to_leave_gaps_counts_for_the_one_number() -> None:
    # at four places it is open whether a gap is a space: sixteen texts, one date
    line = written("1 1 -05 - 1974", {at: {"": 0.5} for at in (1, 3, 7, 9)})
    closed = decode_field([line], prior_for("date"), "date").hypotheses[0]
    open_ = decode_line([line], prior_for("date")).hypotheses[0]
    assert closed.text == open_.text == "11-05-1974"
    assert closed.chance > 3 * open_.chance


@pytest.mark.parametrize("text", ["12 5 1985", "2 11 1985"])
def test_gaps_that_part_a_date_stay(text: str) -> None:
    assert read("date", text)[0][0] == text


@pytest.mark.parametrize(("kind", "text"), [("date", "khoảng 1952"), ("name", "Lê Hoa"), ("text", "12 5")])
def test_gaps_between_words_stay(kind: str, text: str) -> None:
    assert read(kind, text)[0][0] == text


def test_a_stroke_of_a_date_may_be_a_slanting_one_where_nothing_else_says_anything() -> None:
    found = decode_field([written("3/10/20/6", {7: {"1": 0.01}})], prior_for("date"), "date")
    assert found.hypotheses[0].text == "3/10/2016"
    assert found.proposed


@pytest.mark.parametrize("text", ["1/11/2011", "11/1/2011", "1/1/2011", "11.11.2011"])
def test_ones_and_strokes_of_a_whole_date_stay_what_they_are(text: str) -> None:
    found = decode_field([written(text)], prior_for("date"), "date")
    assert found == decode_line([figures_of(written(text), "0123456789/-.")], prior_for("date"))
    assert (found.hypotheses[0].text, found.proposed) == (text, False)
