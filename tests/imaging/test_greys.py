"""Greys that are counted are spread as they are when they are sorted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.imaging.greys import grey_exceeded_by, grey_percentile
from pipeline.model import Pixels

PICTURES = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(PICTURES, st.floats(0, 1))
def test_the_percentile_is_that_of_the_sorted_pixels(grey: Pixels, share: float) -> None:
    assert grey_percentile(grey, share) == pytest.approx(float(np.percentile(grey, 100 * share)), abs=1e-9)


@given(PICTURES, st.floats(0.01, 0.99))
def test_the_share_that_is_asked_for_is_as_light_as_the_level_and_no_higher_one(
    grey: Pixels, share: float
) -> None:
    level = grey_exceeded_by(grey, share)
    assert (grey >= level).sum() >= share * grey.size
    assert (grey > level).sum() < share * grey.size
