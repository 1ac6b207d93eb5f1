"""Writing of two lines that touches is taken apart, and each line keeps what is its own."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.imaging.ink.connected_components import ConnectedComponents, find_components
from pipeline.imaging.ink.touching_lines import split_touching_lines
from pipeline.model import Pixels
from tests.imaging.drawings import ink_of, painted, paper

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


def test_what_crosses_goes_to_the_lower_line_and_both_ends_of_the_cut_are_told() -> None:
    components, places = split_touching_lines(find_components(ink_of(two_lines())), [(0, FIRST, LAST)])
    assert sorted(places) == [(FIRST - 1, 120), (FIRST, 120)]
    assert [components.label_at(*place) for place in sorted(places)] == [0, 1]
    assert (alone(components, 1)[FIRST:160, 120:126] == 255).all()


def test_a_mark_over_three_lines_falls_into_three() -> None:
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
