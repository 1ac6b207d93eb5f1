"""Ink of another line that touches a value: the value waits, for a hat may have gone with it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.digitize.touching import is_touched
from pipeline.imaging.marks import marks_of
from pipeline.model import Box
from tests.imaging.drawings import ink_of, paper

PITCH = 80.0
LETTER = (slice(100, 140), slice(50, 90))


@pytest.mark.parametrize(
    ("other", "touched"),
    [
        ((slice(60, 96), slice(60, 80)), True),  # a tail that ends right above the letter
        ((slice(60, 96), slice(95, 115)), False),  # beside it
        ((slice(40, 80), slice(60, 80)), False),  # well above it
        ((slice(143, 180), slice(60, 80)), True),  # right below it
        ((slice(160, 190), slice(60, 80)), False),
    ],
)
def test_only_what_stands_right_above_or_below_a_letter_touches_it(
    other: tuple[slice, slice], touched: bool
) -> None:
    picture = paper(200, 220)
    picture[LETTER] = 0
    picture[other] = 0
    marks = marks_of(ink_of(picture))
    mine = np.flatnonzero(marks.boxes[:, 1] == 100)
    others = np.flatnonzero(marks.boxes[:, 1] != 100)
    assert len(mine) == len(others) == 1
    left, top, right, bottom = (float(n) for n in marks.boxes[mine[0]])
    assert is_touched(marks, mine, others, Box(left, top, right, bottom), PITCH) is touched
    assert not is_touched(marks, mine, others[:0], Box(left, top, right, bottom), PITCH)
