"""Ink of another line that touches a value: the value waits, for a hat may have gone with it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.imaging.ink.connected_components import find_components
from pipeline.imaging.touching import is_near_signature, touches_other_line
from pipeline.model import Box
from tests.imaging.drawings import ink_of, paper

PITCH, BASELINE = 80.0, 140.0


def touches(letter: slice, other: tuple[slice, slice]) -> bool:
    """Whether other ink touches a letter of those rows."""
    picture = paper(200, 220)
    picture[letter, 50:90] = 0
    picture[other] = 0
    components = find_components(ink_of(picture))
    (mine,) = np.nonzero(components.boxes[:, 1] == letter.start)
    (others,) = np.nonzero(components.boxes[:, 1] != letter.start)
    assert len(mine) == len(others) == 1
    left, top, right, bottom = (float(n) for n in components.boxes[mine[0]])
    box = Box(left, top, right, bottom)
    assert not touches_other_line(components, mine, others[:0], box, BASELINE, PITCH)
    return touches_other_line(components, mine, others, box, BASELINE, PITCH)


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


@pytest.mark.parametrize(
    ("signature", "close"),
    [
        ((slice(40, 97), slice(60, 80)), True),  # it ends right above the letter
        ((slice(60, 120), slice(70, 76)), True),  # or in it
        ((slice(40, 85), slice(60, 80)), False),  # well above it
        ((slice(60, 120), slice(100, 120)), False),  # beside the line
    ],
)
def test_a_signature_that_reaches_a_line_may_hold_a_hat_of_it(
    signature: tuple[slice, slice], close: bool
) -> None:
    picture = paper(200, 220)
    picture[100:140, 50:58] = picture[100:140, 82:90] = 0
    picture[signature] = 0
    components = find_components(ink_of(picture))
    (others,) = np.nonzero(components.boxes[:, 1] < 100)
    assert len(others) == 1
    line = Box(50, 100, 90, 140)
    assert is_near_signature(components, others, line, PITCH) is close
    assert not is_near_signature(components, others[:0], line, PITCH)


def test_a_tail_that_ends_on_a_tall_letter_takes_no_hat_from_it() -> None:
    assert not touches(slice(70, 140), (slice(30, 67), slice(60, 80)))
