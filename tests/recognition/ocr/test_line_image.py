from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pipeline.base.model import Pixels
from pipeline.recognition.ocr.line_image import HEIGHT, WIDEST, line_image


def _written(height: int = 70, width: int = 420, paper: int = 230, ink: int = 40) -> Pixels:
    """A crop with a row of letter-like strokes, an accent above and a loop below."""
    grey = np.full((height, width), paper, np.uint8)
    for left in range(30, width - 60, 22):
        grey[28:46, left : left + 3] = ink
        grey[28:31, left : left + 12] = ink
        grey[44:47, left : left + 12] = ink
    grey[18:22, 60:66] = ink
    grey[46:56, 140:143] = ink
    return grey


def _likeness(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Correlation of two pictures whose widths differ by a few in a hundred at most."""
    assert abs(first.shape[1] - second.shape[1]) < 0.06 * first.shape[1]
    fitted = Image.fromarray(second).resize((first.shape[1], HEIGHT), Image.Resampling.BILINEAR)
    return float(np.corrcoef(first.ravel(), np.asarray(fitted).ravel())[0, 1])


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 140), st.integers(1, 3000), st.integers(0, 2**31))
def test_any_crop_gives_a_picture_of_the_network_s_height(height: int, width: int, seed: int) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    picture = line_image(grey)
    assert picture.shape[0] == HEIGHT
    assert 1 <= picture.shape[1] <= WIDEST
    assert picture.dtype == np.float32
    assert 0 <= picture.min() <= picture.max() <= 1


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_crop_without_ink_gives_an_empty_picture(level: int) -> None:
    assert line_image(np.full((60, 300), level, np.uint8)).max() == 0


def test_dim_paper_and_pale_ink_give_the_same_picture_as_bright_paper_and_dark_ink() -> None:
    assert _likeness(line_image(_written()), line_image(_written(paper=120, ink=60))) > 0.97


def test_paper_that_darkens_along_the_line_is_taken_out() -> None:
    shaded = (_written() * np.linspace(1.0, 0.5, 420)).astype(np.uint8)
    assert _likeness(line_image(_written()), line_image(shaded)) > 0.95


def test_a_whole_cell_gives_the_same_picture_as_a_tight_cut() -> None:
    cell = np.full((110, 560), 230, np.uint8)
    cell[20:90, 60:480] = _written()
    cell[4:6] = cell[104:106] = 60
    cell[:, 3:5] = cell[:, 550:552] = 60
    assert _likeness(line_image(_written()), line_image(cell)) > 0.8


def test_double_resolution_gives_the_same_picture() -> None:
    twice = np.kron(_written(), np.ones((2, 2), np.uint8)).astype(np.uint8)
    one, two = line_image(_written()), line_image(twice)
    assert _likeness(one, two) > 0.9


def test_more_reach_shows_more_above_and_below() -> None:
    tight, wide = line_image(_written()), line_image(_written(), HEIGHT, 1.4)
    assert (wide > 0.3).any(axis=1).sum() < (tight > 0.3).any(axis=1).sum()
