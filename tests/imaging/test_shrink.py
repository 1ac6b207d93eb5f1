"""Small copies keep what stands where, whatever the size of the page."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.imaging.shrink import downsample, downsample_to


def test_each_square_of_pixels_becomes_its_mean() -> None:
    grey = np.arange(7 * 10, dtype=np.uint8).reshape(7, 10)
    small = downsample(grey, 3)
    assert small.shape == (2, 3)
    assert small[0, 0] == round(grey[:3, :3].mean())
    assert downsample(grey, 1) is grey


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (3508, 2480), (1001, 400), (999, 20)])
def test_the_longer_side_has_as_many_pixels_as_asked_or_what_there_are(shape: tuple[int, int]) -> None:
    small = downsample_to(np.full(shape, 90, np.uint8), 1000)
    assert max(small.shape) == min(1000, max(shape))
    assert (small == 90).all()
