"""A hand leans back without losing ink."""

from __future__ import annotations

import numpy as np

from benchmarks.learning.hand_trials import leaning
from pipeline.base.model import Pixels


def stroke() -> Pixels:
    pixels = np.full((40, 100), 230, np.uint8)
    pixels[5:35, 48:52] = 20
    return pixels


def test_the_top_of_a_stroke_comes_to_stand_left_of_its_foot() -> None:
    found = leaning(stroke(), 0.8)
    top, foot = (np.flatnonzero(found[row] < 128).mean() for row in (8, 32))
    assert 0.6 * 24 < foot - top < 1.0 * 24
    assert (found < 128).sum() > 0.8 * (stroke() < 128).sum()
    assert leaning(stroke(), 0.0).shape == (40, 100)
