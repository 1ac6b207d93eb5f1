"""The angle of a page is measured as it was turned."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.imaging.geometry.skew import estimate_skew
from pipeline.imaging.geometry.warp import deskew_matrix, warp_image
from pipeline.model import Pixels
from tests.imaging.drawings import dot, paper, rule, ruled_page, typed


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
def test_a_page_set_level_has_no_skew_left(angle: float) -> None:
    page = ruled_page(angle)
    angle = estimate_skew(page)
    matrix, size = deskew_matrix(angle, angle, (page.shape[1], page.shape[0]))
    assert estimate_skew(warp_image(page, matrix, size)) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("angle", [-4.0, -1.37, 0.21, 3.0])
def test_a_page_of_text_without_rules_is_measured_by_its_lines(angle: float) -> None:
    assert estimate_skew(of_text(angle)) == pytest.approx(angle, abs=0.07)


@pytest.mark.parametrize("angle", [-2.43, 1.16])
def test_leaders_alone_tell_the_angle(angle: float) -> None:
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
