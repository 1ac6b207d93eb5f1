"""Words between two lines go to the line below that was struck out, and take nothing of the line above with them."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.declarations.schema import Form
from pipeline.layout.locate.component_owners import assign_components
from pipeline.layout.locate.field_lines import FieldLine
from pipeline.layout.locate.insertions import field_lines_above, find_grown_together, find_inserted
from tests.layout.locate.field_lines import FORM_IDS, components, letters, strips_of
from tests.layout.locate.forms import PAGE_FORMS


def two_lines(form: Form) -> tuple[tuple[FieldLine, ...], int, int, float]:
    """The strips, an upper and a lower one of them as far apart as usual lines, and an x on both."""
    strips = strips_of(form)
    for upper, one in enumerate(strips):
        for lower, other in enumerate(strips):
            rise = (other.piece.baseline - one.piece.baseline) / other.pitch
            left = max(one.piece.box.left, other.piece.box.left) + 20
            right = min(one.piece.box.right, other.piece.box.right)
            if 0.9 < rise < 1.3 and right - left > 4 * other.pitch:
                return strips, upper, lower, left
    raise AssertionError(form.id)


def small_letters(strip: FieldLine, left: float, count: int, rise: float) -> list[list[float]]:
    """Boxes of letters written small, their feet ``rise`` pitches above the strip's line."""
    p, y = strip.pitch, strip.piece.baseline - rise * strip.pitch
    return [[left + n * 0.25 * p, y - 0.24 * p, left + n * 0.25 * p + 0.2 * p, y] for n in range(count)]


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
@pytest.mark.parametrize("rise", [0.44, 0.5, 0.56])
def test_words_above_struck_ones_are_found_whichever_line_they_were_given_to(form: Form, rise: float) -> None:
    strips, upper, lower, left = two_lines(form)
    p = strips[lower].pitch
    written = small_letters(strips[lower], left, 8, rise)
    tones = [[box[0], box[1] - 0.1 * p, box[0] + 0.1 * p, box[1] - 0.02 * p] for box in written[2:4]]
    boxes = components(letters(strips[upper], left), letters(strips[lower], left), written, tones)
    owner = assign_components(strips, boxes, ())
    found = find_inserted(strips, lower, owner, boxes, (left - 0.1 * p, left + 2.2 * p))
    assert found.tolist() == list(range(12, 22))


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_words_longer_than_what_is_struck_are_followed_to_their_end(form: Form) -> None:
    strips, _, lower, left = two_lines(form)
    p = strips[lower].pitch
    boxes = components(letters(strips[lower], left, 3), small_letters(strips[lower], left, 14, 0.6))
    found = find_inserted(
        strips, lower, assign_components(strips, boxes, ()), boxes, (left - 0.1 * p, left + 1.1 * p)
    )
    assert found.tolist() == list(range(3, 17))


@pytest.mark.parametrize("apart", [2.0, 0.6])
@pytest.mark.parametrize("sunk", [0.25, 0.0])
def test_words_far_behind_all_others_and_below_the_line_above_do_not_belong_to_it(
    apart: float, sunk: float
) -> None:
    strips, upper, lower, left = two_lines(PAGE_FORMS[0])
    p, over = strips[lower].pitch, strips[upper].piece.baseline
    written = letters(strips[upper], left, 4)
    x = written[-1][2] + apart * p
    word = [[x, over + sunk * p - 0.56 * p, x + 0.7 * p, over + sunk * p]]
    struck = letters(strips[lower], x, 5)
    boxes = components(written, struck, word)
    owner = assign_components(strips, boxes, ())
    owner[-1] = upper
    found = find_inserted(strips, lower, owner, boxes, (x - 0.1 * p, x + 1.9 * p))
    assert found.tolist() == ([len(boxes) - 1] if apart > 1.5 and sunk > 0.1 else [])


def test_the_first_word_of_a_blank_further_right_stays_in_it_though_it_hangs() -> None:
    for form in PAGE_FORMS:
        strips = strips_of(form)
        for lower, below in enumerate(strips):
            above, _ = field_lines_above(strips, lower)
            one, *others = sorted(above, key=lambda n: strips[n].piece.box.left) or [0]
            if not others:
                continue
            p, other = below.pitch, strips[others[-1]].piece
            written = letters(strips[one], strips[one].piece.box.left + 5, 2)
            x = max(other.box.left + 5, written[-1][2] + 2 * p)
            word = [[x, other.baseline - 0.3 * p, x + 0.7 * p, other.baseline + 0.25 * p]]
            boxes = components(written, letters(below, x, 5), word)
            owner = np.array([one, one, *[lower] * 5, others[-1]])
            assert not len(find_inserted(strips, lower, owner, boxes, (x - 0.1 * p, x + 1.9 * p)))
            return
    raise AssertionError("no form has two blanks side by side above another")


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_neither_diacritics_nor_tails_are_words(form: Form) -> None:
    strips, upper, lower, left = two_lines(form)
    p = strips[lower].pitch
    struck, over = letters(strips[lower], left), letters(strips[upper], left)
    hats = [[box[0], box[1] - 0.14 * p, box[2], box[1] - 0.03 * p] for box in struck]
    tailed = [[box[0], box[1], box[2], box[3] + 0.25 * p] for box in over]
    boxes = components(tailed, struck, hats)
    found = find_inserted(
        strips, lower, assign_components(strips, boxes, ()), boxes, (left - 0.1 * p, left + 2.2 * p)
    )
    assert not len(found)


def test_a_struck_letter_that_reaches_into_the_words_above_is_cut_below_them() -> None:
    strips, _, lower, left = two_lines(PAGE_FORMS[0])
    p, line = strips[lower].pitch, strips[lower].piece.baseline
    grown = [[left, line - 0.85 * p, left + 0.3 * p, line]]
    boxes = components(
        grown,
        letters(strips[lower], left + 0.36 * p, 5),
        small_letters(strips[lower], left + 0.5 * p, 6, 0.6),
    )
    strike = (left - 0.1 * p, left + 2.2 * p)
    ((mark, first, last),) = find_grown_together(
        strips, lower, assign_components(strips, boxes, ()), boxes, strike
    )
    assert mark == 0
    assert line - 0.7 * p < first < last < line - 0.3 * p
    assert not list(
        find_grown_together(strips, lower, assign_components(strips, boxes[1:6], ()), boxes[1:6], strike)
    )
