"""Ink of a neighbouring line, or of a signature, that touches a value: a hat or a dot may have gone with it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.model import Box

NEAR = 0.055
"""How close, in pitches of the line, ink of another line stands above or below a letter when they may be one."""

SMALL = 0.62
"""How far small letters reach above their writing line, in pitches. What is higher bears no hat that could be lost."""

ABOVE = 0.1
"""How far above a line, in its pitches, the ink of a signature may hold a hat of it."""

Numbers = NDArray[np.int64]


def is_near_signature(components: ConnectedComponents, signatures: Numbers, box: Box, pitch: float) -> bool:
    """Whether ink of the marks ``signatures`` stands within the ``box`` of a line or right above it: a tone mark or a
    hat may have gone with it, or a piece of it may look like one. ``pitch``: of the line, in pixels."""
    height, width = components.shape
    grown = Box(box.left, box.top - ABOVE * pitch, box.right, box.bottom).within(width, height)
    left, top, right, bottom = (round(side) for side in (grown.left, grown.top, grown.right, grown.bottom))
    if right <= left or bottom <= top or not len(signatures):
        return False
    strange = np.zeros(len(components.area), bool)
    strange[signatures] = True
    return bool(components.mask_in(strange, left, top, right, bottom).any())


def touches_other_line(
    components: ConnectedComponents, own: Numbers, others: Numbers, box: Box, baseline: float, pitch: float
) -> bool:
    """Whether one of the marks ``others``, of other values, stands right above or below a small letter among the
    ``own`` marks of a line. ``box``: around the line; ``baseline``: the y it is written on; ``pitch``: its own, in
    pixels."""
    gap = max(2, round(NEAR * pitch))
    height, width = components.shape
    left, right = max(0, round(box.left)), min(width, round(box.right))
    top, bottom = max(0, round(max(box.top, baseline - SMALL * pitch))), min(height, round(box.bottom) + gap)
    first = max(0, top - gap)
    if right <= left or bottom <= top or not len(others):
        return False
    mine, strange = np.zeros((2, len(components.area)), bool)
    mine[own] = strange[others] = True
    beside = components.mask_in(strange, left, first, right, bottom)
    if not beside.any():
        return False
    letters = components.mask_in(mine, left, first, right, bottom)
    # what is cut off above is a tall letter: its columns are out
    letters[:, letters[: top - first].any(axis=0)] = 0
    close = cv2.dilate(letters, np.ones((2 * gap + 1, 1), np.uint8))
    return bool(cv2.hasNonZero(cv2.bitwise_and(close, beside)))
