"""The angle of a page is measured as it was turned."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.imaging.skew import skew_of
from pipeline.imaging.warp import rotated, warped
from tests.imaging.drawings import paper, ruled_page, typed


@settings(max_examples=25, deadline=None)
@given(angle=st.floats(-10, 10))
@example(angle=4.0)
@example(angle=-4.0)
@example(angle=0.0)
def test_the_skew_of_a_ruled_page_is_the_angle_it_was_turned_by(angle: float) -> None:
    assert skew_of(ruled_page(angle)) == pytest.approx(angle, abs=0.05)


@pytest.mark.parametrize("angle", [-4.0, 1.3, 4.0])
def test_a_page_larger_than_is_measured_on_gives_the_same_angle(angle: float) -> None:
    assert skew_of(ruled_page(angle, 2000, 2800, 340)) == pytest.approx(angle, abs=0.05)


@pytest.mark.parametrize("angle", [-4.0, -1.3, 2.2, 4.0])
def test_a_page_set_level_has_no_skew_left(angle: float) -> None:
    page = ruled_page(angle)
    matrix, size = rotated(skew_of(page), (page.shape[1], page.shape[0]))
    assert skew_of(warped(page, matrix, size)) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("angle", [-4.0, -1.0, 3.0])
def test_a_page_of_text_without_rules_is_measured_by_its_lines(angle: float) -> None:
    page = paper(900, 1200)
    for number in range(24):
        line = typed("Ủy ban nhân dân xã Tân Lợi, ngày 12 tháng 3", "LiberationSerif-Regular.ttf", 24)
        top = 180 + 35 * number
        page[top : top + 48, 150 : 150 + line.shape[1]] = np.minimum(
            page[top : top + 48, 150 : 150 + line.shape[1]], line
        )
    turning = cv2.getRotationMatrix2D((450, 600), -angle, 1.0)
    turned = cv2.warpAffine(page, turning, (900, 1200), borderValue=255)
    assert skew_of(np.asarray(turned, np.uint8)) == pytest.approx(angle, abs=0.15)


def test_an_empty_page_has_no_skew() -> None:
    assert skew_of(paper(800, 1100)) == 0.0
