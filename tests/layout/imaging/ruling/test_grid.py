"""The rules of a table are found without knowing where they should be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import Matrix, Pixels
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.ruling.grid import (
    RuleFamily,
    find_rule_families,
    frame_corners,
    nearest_horizontal_rule,
    vertical_extent,
    vertical_runs,
)
from tests.layout.imaging.drawings import ink_of, paper, rule, typed
from tests.layout.imaging.ruled_tables import HEIGHT, WIDTH, X, Y, table


def ruled(picture: Pixels) -> tuple[RuleFamily, RuleFamily]:
    ink = ink_of(picture)
    return find_rule_families(ink, vertical_runs(ink))


def rules_at(x: Sequence[float]) -> RuleFamily:
    return RuleFamily(np.array(x, float), 0.0, 0.0, (WIDTH, HEIGHT))


def test_all_rules_of_a_table_are_found() -> None:
    across, down = ruled(table())
    assert across.at == pytest.approx(X, abs=1.5)
    assert down.at == pytest.approx(Y, abs=1.5)


@settings(max_examples=8, deadline=None)
@given(gaps=st.lists(st.integers(130, 860), min_size=1, max_size=4))
def test_gaps_in_a_rule_do_no_harm(gaps: list[int]) -> None:
    picture = table()
    for y in gaps:
        picture[y : y + 20, 250:1200] = 255
    across, _ = ruled(picture)
    assert across.at == pytest.approx(X, abs=1.5)


def test_writing_is_no_rule() -> None:
    picture = table()
    text = typed("Nguyễn Thị Hồng Hạnh", "LiberationSerif-Regular.ttf", 26)
    for y in range(250, 820, 60):
        for x in (330, 720):
            part = picture[y : y + text.shape[0], x : x + text.shape[1]]
            part[:] = np.minimum(part, text)
    across, down = ruled(picture)
    assert across.at == pytest.approx(X, abs=1.5)
    assert down.at == pytest.approx(Y, abs=1.5)


def test_a_page_without_rules_has_none() -> None:
    across, down = ruled(paper(WIDTH, HEIGHT))
    assert len(across.at) == len(down.at) == 0


def test_vertical_rules_run_as_far_as_most_of_them_are_seen() -> None:
    picture = table()
    rule(picture, (X[2], 20), (X[2], Y[-1] + 90))
    for x in (X[1], X[4]):
        picture[: int(Y[1]), int(x) - 3 : int(x) + 4] = 255
    reach = vertical_extent(vertical_runs(ink_of(picture)), rules_at(X))
    assert reach == pytest.approx((Y[0], Y[-1]), abs=3)


def aslant(corners: list[list[float]]) -> tuple[Pixels, Matrix]:
    """The table as a camera sees it that looks at it aslant, and where the corners of its frame are then."""
    outline = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], float)
    look = warp.homography(outline, outline + np.array(corners))
    frame = np.array([[X[0], Y[0]], [X[-1], Y[0]], [X[-1], Y[-1]], [X[0], Y[-1]]])
    return warp.warp_image(table(), look, (WIDTH, HEIGHT)), warp.transform_points(look, frame)


@settings(max_examples=12, deadline=None)
@given(corners=st.lists(st.lists(st.floats(-18, 18), min_size=2, max_size=2), min_size=4, max_size=4))
def test_the_frame_of_a_table_is_found_under_a_slanting_view(corners: list[list[float]]) -> None:
    picture, frame = aslant(corners)
    across, down = ruled(picture)
    assert len(across.at) == len(X)
    assert len(down.at) == len(Y)
    found = frame_corners(across, down, (across.at[0], down.at[0], across.at[-1], down.at[-1]))
    assert np.abs(found - frame).max() < 8


def test_rules_bunched_by_a_slanting_view_are_spread_again() -> None:
    picture, _ = aslant([[0, 0], [0, 40], [0, -40], [0, 0]])
    across, down = ruled(picture)
    places, seen = np.array(X), across.without_perspective(across.at, down)

    def off(found: Matrix) -> float:
        return float(np.abs(np.polyval(np.polyfit(places, found, 1), places) - found).max())

    assert off(across.at) > 7
    assert off(seen) < 3
    assert across.with_perspective(seen, down) == pytest.approx(across.at)


def test_a_page_without_vertical_rules_has_no_extent_of_them() -> None:
    assert vertical_extent(vertical_runs(ink_of(paper(WIDTH, HEIGHT))), rules_at(X)) is None
    assert vertical_extent(vertical_runs(ink_of(table())), rules_at([])) is None


@given(expected=st.floats(235, 245))
def test_the_horizontal_rule_near_a_place_is_found(expected: float) -> None:
    assert nearest_horizontal_rule(table(), 100, 1280, expected, 30) == pytest.approx(240, abs=1.5)


def test_without_a_horizontal_rule_the_expected_place_is_kept() -> None:
    assert nearest_horizontal_rule(table(), 100, 1280, 330.0, 30) == 330.0


def test_a_level_above_the_picture_stays_where_it_is_expected() -> None:
    assert nearest_horizontal_rule(table(), 100, 1280, -40.0, 30) == -40.0


def test_a_level_below_the_picture_stays_where_it_is_expected() -> None:
    assert nearest_horizontal_rule(table(), 100, 1280, HEIGHT + 40.0, 30) == HEIGHT + 40.0
