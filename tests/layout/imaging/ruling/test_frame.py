"""The printed frame is found where the labels say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import Matrix, Pixels
from pipeline.layout.imaging.ruling.rules import find_frame
from tests.layout.imaging.drawings import paper, rule

LEFT, TOP, RIGHT, BOTTOM = 100.0, 150.0, 900.0, 1300.0
INNER = 0.7


def framed(without: str = "") -> Pixels:
    """A page with a frame and one inner rule; ``without``: which of l, t, r, b, i are not drawn."""
    picture = paper(1000, 1450)
    inner = LEFT + INNER * (RIGHT - LEFT)
    lines = {
        "l": ((LEFT, TOP), (LEFT, BOTTOM)),
        "r": ((RIGHT, TOP), (RIGHT, BOTTOM)),
        "t": ((LEFT, TOP), (RIGHT, TOP)),
        "b": ((LEFT, BOTTOM), (RIGHT, BOTTOM)),
        "i": ((inner, TOP), (inner, BOTTOM)),
    }
    for side, ends in lines.items():
        if side not in without:
            rule(picture, *ends)
    return picture


def expected(shift: float = 0.0) -> Matrix:
    """Where the labels would put the frame: ``shift`` pixels off."""
    return np.array([[RIGHT - LEFT, 0, LEFT + shift], [0, BOTTOM - TOP, TOP + shift], [0, 0, 1.0]])


CORNERS = np.array([[LEFT, TOP], [RIGHT, TOP], [RIGHT, BOTTOM], [LEFT, BOTTOM]])


@settings(max_examples=15, deadline=None)
@given(shift=st.floats(-15, 15))
def test_the_frame_is_found_though_the_labels_are_a_little_off(shift: float) -> None:
    frame = find_frame(framed(), expected(shift), (INNER,), 20)
    assert frame is not None
    assert frame.corners == pytest.approx(CORNERS, abs=3)
    assert frame.rules == (INNER,)


@pytest.mark.parametrize("missing", ["t", "b", "l", "r", "tl", "tr", "bi", "ti"])
def test_a_missing_side_is_put_where_its_neighbours_say(missing: str) -> None:
    frame = find_frame(framed(missing), expected(8), (INNER,), 20)
    assert frame is not None
    off = np.abs(frame.corners - CORNERS)
    assert off.max() <= 11
    seen = [i for i, sides in enumerate(("lt", "rt", "rb", "lb")) if not set(sides) & set(missing)]
    assert off[seen].max(initial=0) <= 3


def test_without_two_rules_there_is_no_frame() -> None:
    assert find_frame(framed("ltrbi"), expected(), (INNER,), 20) is None
    assert find_frame(framed("ltrb"), expected(), (INNER,), 20) is None
