"""Quick order statistics are NumPy's, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.layout.imaging.order_statistics import median, percentile_of_levels


@pytest.mark.parametrize("count", [1, 2, 3, 10, 131])
def test_the_median_is_numpys(count: int) -> None:
    rng = np.random.default_rng(count)
    for values in (
        rng.normal(size=count),
        rng.integers(-50, 50, count),
        rng.integers(0, 256, count, np.uint8),
    ):
        assert median(values) == np.median(values)


@pytest.mark.parametrize("count", [1, 2, 40, 1001])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.95, 1.0])
def test_a_percentile_of_counted_greys_is_numpys(count: int, share: float) -> None:
    greys = np.random.default_rng(count).integers(0, 256, count, np.uint8)
    levels = np.bincount(greys, minlength=256).cumsum()
    assert percentile_of_levels(levels, share) == pytest.approx(np.percentile(greys, 100 * share), abs=1e-9)
