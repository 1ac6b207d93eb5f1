"""Each level of a pyramid is the mean of the pixels below it, wherever the picture ends, and is made once."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.layout.imaging.geometry.pyramid import Pyramid


@pytest.mark.parametrize("colours", [(), (3,)])
def test_a_pixel_of_a_level_is_the_mean_of_the_square_below_it(colours: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (38, 45, *colours), np.uint8)
    level = Pyramid(pixels).level(2)
    assert level.shape == (9, 11, *colours)
    wanted = pixels[:36, :44].reshape(9, 4, 11, 4, *colours).mean(axis=(1, 3))
    assert np.abs(level - wanted).max() <= 1


def test_a_level_is_made_once_and_the_first_one_is_the_picture() -> None:
    pyramid = Pyramid(np.zeros((40, 30), np.uint8))
    assert pyramid.level(0) is pyramid.pixels
    assert pyramid.level(2) is pyramid.level(2)


@pytest.mark.parametrize("scale", [1.5, 1.0, 0.8, 0.5, 0.34, 0.25, 0.1, 0.001])
def test_a_picture_has_the_size_of_its_scale_and_its_greys(scale: float) -> None:
    small = Pyramid(np.full((700, 495), 90, np.uint8)).at(scale)
    shares = (min(1.0, scale) * length for length in (700, 495))
    assert small.shape == tuple(max(1, round(length)) for length in shares)
    assert (small == 90).all()


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (3508, 2480), (1001, 400), (999, 20)])
def test_the_longer_side_has_as_many_pixels_as_asked_or_what_there_are(shape: tuple[int, int]) -> None:
    small = Pyramid(np.full(shape, 90, np.uint8)).within(1000)
    assert max(small.shape) == min(1000, max(shape))
    assert (small == 90).all()


@pytest.mark.parametrize("scale", [0.7, 0.5, 0.3, 0.13])
def test_what_is_drawn_stays_in_its_place(scale: float) -> None:
    picture = np.zeros((800, 600), np.uint8)
    picture[400:440, 300:360] = 255
    rows, columns = np.nonzero(Pyramid(picture).at(scale) > 127)
    assert (rows.mean() + 0.5, columns.mean() + 0.5) == pytest.approx((420 * scale, 330 * scale), abs=0.5)
