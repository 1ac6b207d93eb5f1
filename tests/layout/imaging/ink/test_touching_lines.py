"""Writing of two lines that touches is taken apart, and each line keeps what is its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents, find_components
from pipeline.layout.imaging.ink.touching_lines import (
    cut_at_sparsest_row,
    is_near_signature,
    split_touching_lines,
    touches_other_line,
)
from tests.layout.imaging.drawings import ink_of, painted, paper

FIRST, LAST = 104, 150
MASKS = arrays(np.uint8, st.tuples(st.just(20), st.integers(1, 17)), elements=st.sampled_from([0, 255]))


def two_lines() -> Pixels:
    """Joined writing on two lines, a free tail of the upper (x 40), a free head of the lower (x 200), and between them
    a tail that runs into a head (x 120)."""
    picture = paper(300, 260)
    picture[60:100, 20:260] = 0
    picture[160:200, 20:260] = 0
    picture[100:148, 40:46] = 0
    picture[106:160, 200:206] = 0
    picture[100:160, 120:126] = 0
    return picture


def alone(components: ConnectedComponents, number: int) -> Pixels:
    return painted(components.without(np.arange(len(components.area)) != number))


def test_tails_stay_with_the_line_they_hang_from_and_heads_with_theirs() -> None:
    components, _ = split_touching_lines(find_components(ink_of(two_lines())), [(0, FIRST, LAST)])
    upper, lower = alone(components, 0), alone(components, 1)
    assert len(components.area) == 2
    assert (upper[60:148, 40:46] == 255).all()
    assert not lower[:, 40:46][:155].any()
    assert (lower[106:200, 200:206] == 255).all()
    assert not upper[:, 200:206][101:].any()


def test_what_crosses_goes_to_the_lower_line_and_both_ends_of_the_cut_are_reported() -> None:
    components, places = split_touching_lines(find_components(ink_of(two_lines())), [(0, FIRST, LAST)])
    assert sorted(places) == [(FIRST - 1, 120), (FIRST, 120)]
    assert [components.label_at(*place) for place in sorted(places)] == [0, 1]
    assert (alone(components, 1)[FIRST:160, 120:126] == 255).all()


def test_a_component_over_three_lines_falls_into_three() -> None:
    picture = paper(200, 300)
    for top in (40, 120, 200):
        picture[top : top + 30, 20:180] = 0
    picture[40:230, 90:96] = 0
    components, places = split_touching_lines(find_components(ink_of(picture)), [(0, 160, 190), (0, 80, 110)])
    assert components.boxes.tolist() == [[20, 40, 180, 80], [20, 80, 180, 160], [20, 160, 180, 230]]
    assert len(places) == 4


@given(MASKS, st.data())
def test_no_ink_is_lost_and_none_is_joined(ink: Pixels, data: st.DataObject) -> None:
    before = find_components(ink)
    zones = [
        (number, *sorted(data.draw(st.tuples(*[st.integers(-2, 22)] * 2))))
        for number in range(len(before.area))
    ]
    after, places = split_touching_lines(before, zones)
    assert (painted(after) == ink).all()
    assert len(after.area) >= len(before.area)
    assert all(after.label_at(*place) >= 0 for place in places)
    for y, x in np.argwhere(ink == 0).tolist():
        assert after.label_at(y, x) == -1


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
def test_ink_right_above_or_below_a_small_letter_touches_it(
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
def test_a_signature_that_reaches_a_line_may_hold_a_diacritic_of_it(
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


def test_a_tail_that_ends_on_a_tall_letter_takes_no_diacritic_from_it() -> None:
    assert not touches(slice(70, 140), (slice(30, 67), slice(60, 80)))


def two_that_touch() -> Pixels:
    """A wide letter, a thin tail that hangs from it, and a wide letter below that the tail runs into."""
    picture = paper(200, 200)
    picture[20:60, 40:120] = 0
    picture[60:110, 78:82] = 0
    picture[110:150, 50:130] = 0
    return picture


def test_letters_that_touch_across_lines_are_cut_where_least_of_them_is() -> None:
    ink = ink_of(two_that_touch())
    components = find_components(ink)
    cut = cut_at_sparsest_row(components, [(0, 55, 125)])
    upper, lower = sorted(cut.boxes.tolist(), key=lambda box: box[1])
    assert (upper[1], lower[3]) == (20, 150)
    assert 60 <= upper[3] < 110
    assert (ink != painted(cut)).sum() <= 6


def test_a_cut_that_misses_the_component_leaves_it_whole() -> None:
    ink = ink_of(two_that_touch())
    components = find_components(ink)
    assert (painted(cut_at_sparsest_row(components, [(0, 160, 190), (0, -20, -5)])) == ink).all()
