"""Words behind the form's vertical rule: the next ones of a value, or the first ones of a note."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.layout.locate.component_owners import assign_components
from pipeline.layout.locate.field_lines import FieldLine
from pipeline.layout.locate.words_behind_rule import SheetInk, is_surely_value, widest_gap
from tests.layout.locate.field_lines import components, letters, strips_of
from tests.layout.locate.forms import PAGE_FORMS

STRIPS = strips_of(PAGE_FORMS[0])
OPEN = [number for number, strip in enumerate(STRIPS) if strip.open_right and strip.rule < 1e5]
NUMBER = OPEN[len(OPEN) // 2]
LINE: FieldLine = STRIPS[NUMBER]
P = LINE.pitch


def value(ends: float, gap: float = 0.35, words: int = 3) -> list[list[float]]:
    """Words of three letters that far apart; the last one ends so many pitches behind the rule."""
    wide, boxes = 1.02 * P, []
    for word in range(words):
        boxes += letters(LINE, LINE.rule + ends * P - (words - word) * wide - (words - word - 1) * gap * P, 3)
    return boxes


def note(first_line: float, between: float, lines: int = 2) -> list[list[float]]:
    """Lines that begin close behind the rule, from so many pitches below the value's on."""
    rows = (first_line + number * between for number in range(lines))
    return [box for row in rows for box in letters(LINE, LINE.rule + 0.3 * P, 4, rise=-row)]


def taken(own: list[list[float]], word: list[list[float]], *others: list[list[float]]) -> bool:
    """Whether a word goes to the value whose words come first."""
    boxes = components(own, word, *others)
    owner = assign_components(STRIPS, boxes, ())
    assert (owner[: len(own)] == NUMBER).all()
    return bool((owner[len(own) : len(own) + len(word)] == NUMBER).all())


@pytest.mark.parametrize(
    ("between_words", "gap", "is_taken"), [(0.35, 0.35, True), (0.35, 0.8, False), (0.7, 0.8, True)]
)
def test_the_next_word_is_as_far_off_as_the_words_of_the_value(
    between_words: float, gap: float, is_taken: bool
) -> None:
    ends = -0.1
    word = letters(LINE, LINE.rule + (ends + gap) * P, 2)
    assert taken(value(ends, between_words), word) is is_taken


def test_a_word_on_other_feet_is_not_taken() -> None:
    word = letters(LINE, LINE.rule + 0.25 * P, 2, rise=-0.22)
    assert not taken(value(-0.1), word)


def test_the_rest_of_a_word_that_crosses_the_rule_is_taken_above_a_note() -> None:
    own = value(0.2)
    word = letters(LINE, LINE.rule + 0.26 * P, 2)
    assert taken(own, word, note(0.9, 0.9))


def test_a_next_word_is_a_notes_where_the_notes_lines_are_as_far_apart() -> None:
    own = value(-0.1)
    word = letters(LINE, LINE.rule + 0.25 * P, 2)
    assert not taken(own, word, note(0.8, 0.8))
    assert taken(own, word, note(1.3, 0.8))


def test_only_words_on_the_same_feet_are_surely_the_values() -> None:
    own, big = value(-0.1), None
    for rise, surely in ((0.0, True), (-0.12, False)):
        boxes = components(own, letters(LINE, LINE.rule + 0.25 * P, 2, rise=rise))
        big = np.ones(len(boxes), bool)
        ink = SheetInk(boxes, np.full(len(boxes), NUMBER), big)
        assert is_surely_value(LINE, np.arange(len(boxes)), ink) is surely


def test_gaps_of_two_words_at_least_say_how_far_words_are_apart() -> None:
    one = components(value(-0.1, 0.7, 2))
    many = components(value(-0.1, 0.7, 4))
    assert widest_gap(LINE, one, np.arange(len(one)), 0.4) == pytest.approx(0.4 * LINE.hand)
    assert widest_gap(LINE, many, np.arange(len(many)), 0.4) > 0.8 * P


def test_feet_are_compared_by_rows_so_that_a_tail_does_not_lower_them() -> None:
    rows = [[y, 0, 20, 0] for y in range(10, 40)] + [[y, 30, 50, 1] for y in range(13, 43)]
    tail = [[y, 45, 47, 1] for y in range(43, 55)]
    boxes = np.array([[0, 10, 20, 40], [30, 13, 50, 55]], np.int32)
    runs = np.array(sorted(rows + tail), np.int32).T
    own, word = np.array([0]), np.array([1])
    by_rows = SheetInk(boxes, np.array([0, -1]), np.ones(2, bool), runs)
    assert by_rows.aside(own, word, 50.0) == pytest.approx(3 / 50)
    by_boxes = SheetInk(boxes, np.array([0, -1]), np.ones(2, bool))
    assert by_boxes.aside(own, word, 50.0) == pytest.approx(15 / 50)
