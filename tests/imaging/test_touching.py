"""Ink of another line that touches a value: the value waits, for a hat may have gone with it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.imaging.marks import marks_of
from pipeline.imaging.touching import is_touched
from pipeline.model import Box
from tests.imaging.drawings import ink_of, paper

PITCH, BASELINE = 80.0, 140.0


def touches(letter: slice, other: tuple[slice, slice]) -> bool:
    """Whether other ink touches a letter of those rows."""
    picture = paper(200, 220)
    picture[letter, 50:90] = 0
    picture[other] = 0
    marks = marks_of(ink_of(picture))
    (mine,) = np.nonzero(marks.boxes[:, 1] == letter.start)
    (others,) = np.nonzero(marks.boxes[:, 1] != letter.start)
    assert len(mine) == len(others) == 1
    left, top, right, bottom = (float(n) for n in marks.boxes[mine[0]])
    box = Box(left, top, right, bottom)
    assert not is_touched(marks, mine, others[:0], box, BASELINE, PITCH)
    return is_touched(marks, mine, others, box, BASELINE, PITCH)


@pytest.mark.parametrize(
    ("other", "touched"),
    [
        ((slice(60, 97), slice(60, 80)), True),  # a tail that ends right above the letter
        ((slice(60, 97), slice(95, 115)), False),  # beside it
        ((slice(40, 80), slice(60, 80)), False),  # well above it
        ((slice(143, 180), slice(60, 80)), True),  # right below it
        ((slice(160, 190), slice(60, 80)), False),
    ],
)
def test_what_stands_right_above_or_below_a_small_letter_touches_it(
    other: tuple[slice, slice], touched: bool
) -> None:
    assert touches(slice(100, 140), other) is touched


def test_a_tail_that_ends_on_a_tall_letter_takes_no_hat_from_it() -> None:
    assert not touches(slice(70, 140), (slice(30, 67), slice(60, 80)))
