"""Paper on a dark bed is found by its edges; under a light lid, or beside a shadow, nothing is claimed."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.geometry.paper_edges import find_paper

HIGH, WIDE = 900, 700


def page(left: int = 0, top: int = 0, right: int = WIDE, bottom: int = HIGH, bed: int = 40) -> Pixels:
    """Paper with lines of ink on a bed of that brightness."""
    picture = np.full((HIGH, WIDE), bed, np.uint8)
    picture[top:bottom, left:right] = 235
    picture[top + 60 : bottom - 60 : 30, left + 50 : right - 50 : 3] = 30
    return picture


def test_paper_on_a_dark_bed_is_found_by_its_edges() -> None:
    assert find_paper(page(40, 25, 650, 870)) == Box(40, 25, 650, 870)


@pytest.mark.parametrize("bed", [252, 215])
def test_a_light_lid_is_no_edge(bed: int) -> None:
    assert find_paper(page(40, 25, 650, 870, bed=bed)) is None


def test_a_shadow_on_one_side_is_no_edge_of_the_paper() -> None:
    assert find_paper(page(left=60)) is None


def test_the_side_on_which_no_bed_is_seen_goes_to_the_end_of_the_picture() -> None:
    assert find_paper(page(40, 0, 650, HIGH)) == Box(40, 0, 650, HIGH)


def test_a_dark_page_is_all_of_the_picture() -> None:
    assert find_paper(np.full((HIGH, WIDE), 20, np.uint8)) is None
