"""How usable a picture is."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.quality import quality_of
from pipeline.model import Pixels
from tests.imaging.drawings import paper, typed


def page() -> Pixels:
    picture = paper(850, 1100)
    text = typed("Họ và tên người được khai sinh", "LiberationSerif-Regular.ttf", 30)
    for top in range(80, 1000, 60):
        picture[top : top + text.shape[0], 60 : 60 + text.shape[1]] = text
    return picture


def test_a_blurred_page_is_less_sharp() -> None:
    blurred = np.asarray(cv2.GaussianBlur(page(), (0, 0), 1.6), np.uint8)
    assert quality_of(blurred, 100).sharpness < 0.6 * quality_of(page(), 100).sharpness


def test_a_faint_page_has_less_contrast() -> None:
    faint = np.asarray(255 - (255 - page().astype(int)) // 3, np.uint8)
    assert quality_of(faint, 100).contrast < 0.5 * quality_of(page(), 100).contrast


def test_a_dark_bed_around_the_paper_is_seen() -> None:
    dark = page()
    dark[:, :30] = 20
    dark[-30:] = 20
    assert quality_of(page(), 100).dark_edges == 0.0
    assert 0.3 < quality_of(dark, 100).dark_edges < 0.7


def test_an_empty_picture_is_measured_too() -> None:
    empty = quality_of(paper(400, 500), 100)
    assert (empty.sharpness, empty.contrast, empty.dpi) == (0.0, 0.0, 100)
