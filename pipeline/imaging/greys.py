"""How the greys of a picture are spread, by counting them: far quicker than sorting pixels, and the same."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Pixels


def cumulative_histogram(grey: Pixels) -> NDArray[np.int64]:
    """How many pixels (256,) have each grey level or a darker one."""
    levels = cv2.calcHist([grey], [0], None, [256], [0.0, 256.0]).ravel()
    return np.asarray(np.cumsum(levels.astype(np.int64)), np.int64)


def grey_percentile(grey: Pixels, share: float) -> float:
    """The grey level below which that share (0..1) of the pixels lies, between two levels as
    ``numpy.grey_percentile``."""
    levels = cumulative_histogram(grey)
    place = share * (int(levels[-1]) - 1)
    low = int(place)
    dark, light = (
        int(np.searchsorted(levels, rank, side="right")) for rank in (low, min(low + 1, int(levels[-1]) - 1))
    )
    return dark + (light - dark) * (place - low)


def grey_exceeded_by(grey: Pixels, share: float) -> float:
    """The grey level that so much of the picture reaches or exceeds."""
    levels = cumulative_histogram(grey)
    lighter = levels[-1] - np.concatenate([[0], levels[:-1]])
    return float(255 - np.searchsorted(lighter[::-1], share * grey.size))
