"""Matrices and pixels agree: a dot moves where the matrix says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.base.model import Box, Matrix
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.warp import crop_rectified
from tests.layout.imaging.drawings import dot, middle_of_ink, paper

WIDTH, HEIGHT = 300, 220
SPOTS = st.tuples(st.floats(20, WIDTH - 20), st.floats(20, HEIGHT - 20))


def landed(matrix: Matrix, spot: tuple[float, float]) -> tuple[float, float]:
    ((x, y),) = warp.transform_points(matrix, np.array([spot]))
    return float(x), float(y)


@settings(max_examples=30, deadline=None)
@given(spot=SPOTS, turn=st.sampled_from([0, 90, 180, 270]))
def test_a_dot_goes_where_a_quarter_turn_says(spot: tuple[float, float], turn: int) -> None:
    picture = paper(WIDTH, HEIGHT)
    dot(picture, *spot)
    matrix, size = warp.quarter_turn(turn, (WIDTH, HEIGHT))
    turned = np.rot90(picture, k=-(turn // 90))
    assert (turned.shape[1], turned.shape[0]) == size
    assert middle_of_ink(turned) == pytest.approx(landed(matrix, spot), abs=0.2)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_quarter_turn_warped_is_the_same_picture_as_one_turned(turn: int) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (22, 31)).astype(np.uint8)
    matrix, size = warp.quarter_turn(turn, (31, 22))
    assert (warp.warp_image(picture, matrix, size) == np.rot90(picture, k=-(turn // 90))).all()


@settings(max_examples=30, deadline=None)
@given(spot=SPOTS, angle=st.floats(-12, 12))
def test_a_dot_goes_where_a_rotation_says(spot: tuple[float, float], angle: float) -> None:
    picture = paper(WIDTH, HEIGHT)
    dot(picture, *spot)
    matrix, size = warp.deskew_matrix(angle, angle, (WIDTH, HEIGHT))
    assert middle_of_ink(warp.warp_image(picture, matrix, size)) == pytest.approx(
        landed(matrix, spot), abs=0.25
    )


@given(angle=st.floats(-12, 12), corner=st.sampled_from([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)]))
def test_a_rotated_page_keeps_its_corners_on_the_canvas(angle: float, corner: tuple[float, float]) -> None:
    matrix, (width, height) = warp.deskew_matrix(angle, angle, (WIDTH, HEIGHT))
    x, y = landed(matrix, corner)
    assert -1e-6 <= x <= width + 1e-6
    assert -1e-6 <= y <= height + 1e-6


@settings(max_examples=20, deadline=None)
@given(spot=SPOTS, scale=st.floats(0.4, 1.6))
def test_a_dot_goes_where_a_change_of_scale_says(spot: tuple[float, float], scale: float) -> None:
    picture = paper(WIDTH, HEIGHT)
    dot(picture, *spot, radius=4)
    matrix, size = np.diag([scale, scale, 1.0]), (round(WIDTH * scale), round(HEIGHT * scale))
    assert middle_of_ink(warp.warp_image(picture, matrix, size)) == pytest.approx(
        landed(matrix, spot), abs=0.75
    )  # a pixel that a dot of two shares with paper


@settings(max_examples=20, deadline=None)
@given(spot=SPOTS, shifts=st.lists(st.floats(-14, 14), min_size=8, max_size=8))
def test_a_dot_goes_where_a_perspective_says(spot: tuple[float, float], shifts: list[float]) -> None:
    picture = paper(WIDTH, HEIGHT)
    dot(picture, *spot)
    source = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], float)
    target = source + np.array(shifts).reshape(4, 2) + 20
    matrix = warp.homography(source, target)
    assert warp.transform_points(matrix, source) == pytest.approx(target, abs=0.01)
    moved = warp.warp_image(picture, matrix, (WIDTH + 40, HEIGHT + 40))
    assert middle_of_ink(moved) == pytest.approx(landed(matrix, spot), abs=0.3)


def test_new_ground_takes_the_colour_of_the_edge() -> None:
    grey = np.full((100, 140), 200, np.uint8)
    matrix, size = warp.deskew_matrix(4.0, 4.0, (140, 100))
    assert (warp.warp_image(grey, matrix, size) == 200).all()


@pytest.mark.parametrize("scale", [0.34, 0.5])
@pytest.mark.parametrize("angle", [0.0, 2.0])
def test_a_fine_page_made_small_keeps_its_thin_strokes(scale: float, angle: float) -> None:
    picture = paper(600, 600)
    picture[60:540, 100:500:40] = 0
    picture[60:540, 101:501:40] = 0
    rotation, size = warp.deskew_matrix(angle, angle, (600, 600))
    small_size = (round(size[0] * scale), round(size[1] * scale))
    small = warp.warp_image(picture, np.diag([scale, scale, 1.0]) @ rotation, small_size)
    strip = small[round(0.2 * small.shape[0]) : round(0.8 * small.shape[0])]
    darkness = (255.0 - strip).sum(axis=1)
    assert darkness.std() / darkness.mean() < 0.12


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_dot_lies_where_the_box_of_the_rectified_page_says(scale: float, turn: int) -> None:
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


@pytest.mark.parametrize("size", [(40, 30), (41, 30), (40, 31), (41, 31), (1, 7), (1, 1)])
def test_a_halved_picture_is_the_mean_of_four_pixels(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (*size, 3), np.uint8)
    assert np.array_equal(warp.halved(pixels), np.asarray(Image.fromarray(pixels).reduce(2)))


FRAME = np.array([[100.0, 150.0], [900.0, 150.0], [900.0, 1300.0], [100.0, 1300.0]])


@settings(max_examples=30, deadline=None)
@given(shifts=st.lists(st.floats(-20, 20), min_size=8, max_size=8), limit=st.integers(400, 2000))
def test_the_rectified_frame_is_square_and_the_page_lies_on_the_canvas(
    shifts: list[float], limit: int
) -> None:
    corners = FRAME + np.array(shifts).reshape(4, 2)
    page = (1000, 1450)
    matrix, (width, height), square = warp.rectifying_homography(corners, page, limit)
    assert max(width, height) <= limit + 1
    assert warp.transform_points(matrix, corners) == pytest.approx(square, abs=0.5)
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = square
    assert (x0, y0, x2, y2) == pytest.approx((x3, y1, x1, y3), abs=1e-6)
    outline = warp.transform_points(matrix, np.array([[0.0, 0], [1000, 0], [1000, 1450], [0, 1450]]))
    assert outline.min() >= -1
    assert (outline <= np.array([width, height]) + 1).all()


def test_a_frame_far_off_the_page_makes_no_boundless_canvas() -> None:
    corners = FRAME / 4
    _, (width, height), _ = warp.rectifying_homography(corners, (1000, 1450), 5000)
    assert width <= 1.5 * 200 + 2
    assert height <= 1.5 * 287.5 + 2
