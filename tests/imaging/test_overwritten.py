"""Of leader dots that touch writing the stroke stays and the rest goes."""

from __future__ import annotations

import numpy as np

from pipeline.imaging.leaders import leaders_of
from pipeline.imaging.marks import marks_of
from pipeline.imaging.overwritten import with_overwritten
from pipeline.model import Pixels
from tests.imaging.drawings import dot, ink_of, paper, rule

LETTER = 40.0
PACE = 14


def left_of(picture: Pixels) -> Pixels:
    """The ink of a page without its leaders."""
    ink = ink_of(picture)
    found = with_overwritten(leaders_of(marks_of(ink), LETTER), ink, LETTER)
    return np.where(found.mask > 0, 0, ink).astype(np.uint8)


def leader() -> Pixels:
    picture = paper(800, 120)
    for x in range(30, 770, PACE):
        dot(picture, x, 80, 2.4)
    return picture


def test_a_dot_beside_a_stroke_goes_and_the_stroke_stays() -> None:
    picture, stroke = leader(), paper(800, 120)
    x = 30 + 20 * PACE
    for one in (picture, stroke):
        rule(one, (x + 5, 20), (x + 5, 110), 30, 5)
    left, alone = left_of(picture), ink_of(stroke)
    assert (left[alone > 0] > 0).mean() > 0.97
    assert ((left > 0) & (alone == 0)).sum() < 6


def test_a_stroke_across_a_dot_is_not_cut_in_two() -> None:
    picture = leader()
    x = 30 + 20 * PACE
    rule(picture, (x - 20, 40), (x + 20, 120), 30, 5)
    marks = marks_of(left_of(picture))
    assert len(marks.area) == 1


def test_where_no_dots_keep_step_nothing_is_taken() -> None:
    picture = paper(800, 120)
    rule(picture, (100, 80), (700, 80), 30, 5)
    assert (left_of(picture) == ink_of(picture)).all()
