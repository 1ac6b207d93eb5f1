"""The outermost frame of a page of which nothing is known."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ruling.outer_frame import find_outer_frame


def page() -> Pixels:
    return np.full((1200, 900), 255, np.uint8)


def ruled(grey: Pixels, left: int, top: int, right: int, bottom: int, thick: int = 3) -> Pixels:
    for y in (top, bottom):
        grey[y : y + thick, left : right + thick] = 30
    for x in (left, right):
        grey[top : bottom + thick, x : x + thick] = 30
    return grey


def sides(grey: Pixels) -> tuple[float, ...] | None:
    found = find_outer_frame(grey, np.where(grey < 160, np.uint8(255), np.uint8(0)))
    return None if found is None else (*found.min(axis=0), *found.max(axis=0))


def test_the_frame_is_found_and_what_is_ruled_inside_is_not_it() -> None:
    grey = ruled(page(), 100, 150, 780, 1080)
    grey[150:1080, 600:603] = 30
    assert sides(grey) == pytest.approx((101, 151, 781, 1081), abs=3)


def test_the_edge_of_the_paper_beside_it_is_no_side_of_it() -> None:
    grey = ruled(page(), 100, 150, 780, 1080)
    grey[:, 40:43] = 60
    grey[:, 850:853] = 60
    assert sides(grey) == pytest.approx((101, 151, 781, 1081), abs=3)


def test_of_a_double_frame_the_outer_one_is_taken() -> None:
    grey = ruled(ruled(page(), 100, 150, 780, 1080), 86, 136, 794, 1094)
    assert sides(grey) == pytest.approx((87, 137, 795, 1095), abs=3)


def test_a_page_without_rules_has_no_frame() -> None:
    assert sides(page()) is None
    lonely = page()
    lonely[600:603, 100:800] = 30
    assert sides(lonely) is None
