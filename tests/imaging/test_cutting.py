from __future__ import annotations

import numpy as np
import pytest

from pipeline.imaging.cutting import crop_rectified
from pipeline.imaging.geometry import warp
from pipeline.model import Box
from tests.imaging.drawings import dot, middle_of_ink, paper


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_dot_lies_where_the_box_of_the_straight_page_says(scale: float, turn: int) -> None:
    picture = paper(400, 300)
    dot(picture, 120, 80, radius=6)
    matrix, _ = warp.quarter_turn(turn, (400, 300))
    x, y = warp.transform_points(matrix, np.array([[120.0, 80.0]]))[0]
    cut = crop_rectified(picture, matrix, Box(x - 30, y - 20, x + 50, y + 20), scale)
    assert cut.shape == (40 * scale, 80 * scale)
    assert middle_of_ink(cut) == pytest.approx((30 * scale, 20 * scale), abs=0.6)


def test_colours_stay_and_ground_beyond_the_page_takes_the_colour_of_its_edge() -> None:
    picture = np.full((50, 50, 3), (200, 180, 160), np.uint8)
    cut = crop_rectified(picture, np.eye(3), Box(-20, -20, 30, 30), 2.0)
    assert cut.shape == (100, 100, 3)
    assert (cut == (200, 180, 160)).all()


def test_a_box_without_any_room_gives_one_pixel() -> None:
    assert crop_rectified(paper(50, 50), np.eye(3), Box(10, 10, 10, 10), 2.0).shape == (1, 1)
