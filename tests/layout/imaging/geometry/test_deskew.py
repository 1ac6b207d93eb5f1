"""The skew of a page is measured and the page levelled."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.base.model import Pixels
from pipeline.layout.imaging.geometry import deskew, warp
from pipeline.layout.imaging.geometry.deskew import estimate_skew
from pipeline.layout.imaging.geometry.warp import deskew_matrix, warp_image
from tests.layout.imaging.drawings import dot, middle_of_ink, paper, rule, ruled_page, typed


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("angle", [-4.0, 2.0])
def test_a_deskewed_page_is_level_and_its_matrix_maps_a_dot_to_where_it_went(turn: int, angle: float) -> None:
    upright = ruled_page(angle)
    lying = np.ascontiguousarray(np.rot90(upright, k=turn // 90))
    level = deskew.deskew(lying, 1.0, turn, 20, 150)
    assert level.skew == pytest.approx(angle, abs=0.05)
    dotted = paper(lying.shape[1], lying.shape[0])
    dot(dotted, 300, 500, 3)
    landed = warp.transform_points(level.matrix, np.array([[300.0, 500.0]]))[0]
    assert middle_of_ink(warp.warp_image(dotted, level.matrix, level.size)) == pytest.approx(landed, abs=0.3)
    assert level.grey.shape == level.ink.shape == (level.size[1], level.size[0])


@pytest.mark.parametrize(("level_angle", "upright_angle"), [(1.6, 0.3), (-0.4, 0.8), (2.5, 2.5), (-1.0, 2.2)])
def test_horizontal_and_vertical_rules_of_different_skew_are_both_set_square(
    level_angle: float, upright_angle: float
) -> None:
    leaning, size = warp.deskew_matrix(level_angle, upright_angle, (1000, 1400))
    slanting = np.linalg.inv(leaning).astype(np.float64)
    level = deskew.deskew(warp.warp_image(ruled_page(0), slanting, size), 1.0, 0, 20, 150)
    corner, right, foot = warp.transform_points(
        level.matrix @ slanting, np.array([[170.0, 170], [830, 170], [170, 1230]])
    )
    assert corner == pytest.approx((foot[0], right[1]), abs=1.5)
    axes = deskew.estimate_skew_angles(level.normalized)
    assert (axes.level, axes.upright) == pytest.approx((0, 0), abs=0.06)


def test_the_picture_that_labels_are_read_from_has_no_leaders() -> None:
    picture = ruled_page(0)
    for x in range(200, 800, 9):
        dot(picture, x, 320, 1.8)
    level = deskew.deskew(picture, 1.0, 0, 30, 150)
    assert len(level.leaders.boxes) > 50
    assert (level.print_only[316:325, 205:795] == 255).mean() > 0.99


def of_text(angle: float) -> Pixels:
    """A page of printed lines without rules, turned clockwise by ``angle`` degrees."""
    page = paper(900, 1200)
    words = ["Ủy", "ban", "nhân", "dân", "xã", "Tân", "Lợi,", "ngày", "12", "tháng", "3"]
    for number in range(24):
        first = 7 * number % len(words)
        line = typed(" ".join(words[first:] + words[:first]), "LiberationSerif-Regular.ttf", 24)
        top = 180 + 35 * number
        place = page[top : top + 48, 150 : 150 + line.shape[1]]
        place[:] = np.minimum(place, line)
    turning = cv2.getRotationMatrix2D((450, 600), -angle, 1.0)
    return np.asarray(cv2.warpAffine(page, turning, (900, 1200), borderValue=255), np.uint8)


@settings(max_examples=25, deadline=None)
@given(angle=st.floats(-10, 10))
@example(angle=4.0)
@example(angle=-4.0)
@example(angle=0.0)
def test_the_skew_of_a_ruled_page_is_the_angle_it_was_turned_by(angle: float) -> None:
    assert estimate_skew(ruled_page(angle)) == pytest.approx(angle, abs=0.05)


@pytest.mark.parametrize("angle", [-4.0, 1.3, 4.0])
def test_a_page_larger_than_is_measured_on_gives_the_same_angle(angle: float) -> None:
    assert estimate_skew(ruled_page(angle, 2000, 2800, 340)) == pytest.approx(angle, abs=0.05)


@pytest.mark.parametrize("angle", [-4.0, -1.3, 2.2, 4.0])
def test_a_deskewed_page_has_no_skew_left(angle: float) -> None:
    page = ruled_page(angle)
    angle = estimate_skew(page)
    matrix, size = deskew_matrix(angle, angle, (page.shape[1], page.shape[0]))
    assert estimate_skew(warp_image(page, matrix, size)) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("angle", [-4.0, -1.37, 0.21, 3.0])
def test_a_page_of_text_without_rules_is_measured_by_its_lines(angle: float) -> None:
    assert estimate_skew(of_text(angle)) == pytest.approx(angle, abs=0.07)


@pytest.mark.parametrize("angle", [-2.43, 1.16])
def test_leaders_alone_give_the_angle(angle: float) -> None:
    page = paper(900, 1200)
    turn = np.radians(angle)
    for y in range(-400, 401, 50):
        for x in range(-300, 301, 9):
            dot(page, 450 + np.cos(turn) * x - np.sin(turn) * y, 600 + np.sin(turn) * x + np.cos(turn) * y)
    assert estimate_skew(page) == pytest.approx(angle, abs=0.05)


def test_the_edge_of_the_paper_does_not_outvote_the_rules() -> None:
    page = ruled_page(1.5)
    corner = np.array([[0, 0], [60, 0], [20, 1400], [0, 1400]])
    cv2.fillPoly(page, [corner], 15)
    assert estimate_skew(page) == pytest.approx(1.5, abs=0.05)


def test_a_lone_stroke_on_a_page_of_text_is_no_rule() -> None:
    page = of_text(2.0)
    rule(page, (150, 1100), (700, 1040))
    assert estimate_skew(page) == pytest.approx(2.0, abs=0.1)


def test_an_empty_page_has_no_skew() -> None:
    assert estimate_skew(paper(800, 1100)) == 0.0
