"""Ink of a neighbouring line that touches a value: a hat or a dot may have gone to the other line with it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.marks import Marks
from pipeline.model import Box

NEAR = 0.08
"""How close, in pitches of the line, ink of another line stands above or below a letter when they may be one."""

Numbers = NDArray[np.int64]


def is_touched(marks: Marks, own: Numbers, others: Numbers, box: Box, pitch: float) -> bool:
    """Whether one of the marks ``others``, of other values, stands right above or below one of the ``own`` marks of a
    line. ``box``: around the line; ``pitch``: its own, in pixels."""
    gap = max(2, round(NEAR * pitch))
    height, width = marks.shape
    left, right = max(0, round(box.left)), min(width, round(box.right))
    top, bottom = max(0, round(box.top) - gap), min(height, round(box.bottom) + gap)
    if right <= left or bottom <= top or not len(others):
        return False
    numbers = marks.numbers_in(left, top, right, bottom)
    mine, strange = np.zeros((2, len(marks.area) + 1), bool)
    mine[own + 1] = strange[others + 1] = True
    close = cv2.dilate(mine[numbers].astype(np.uint8), np.ones((2 * gap + 1, 1), np.uint8))
    return bool((np.asarray(close, bool) & strange[numbers]).any())
