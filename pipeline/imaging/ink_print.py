"""Where the ink of a page lies, coarsely: by it a page that was scanned twice is known."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.model import Box, Pixels

ACROSS, DOWN = 20, 28
"""Cells of an ink print: about 10 mm of an A4 page."""

FULL = 0.22
"""The share of a cell's pixels that counts as full of ink."""


def ink_print(ink: Pixels, frame: Box, labels: Sequence[Box]) -> str:
    """The ink within ``frame`` but outside the printed ``labels``, as ``ACROSS`` × ``DOWN`` hexadecimal digits, row by
    row: how much of each cell is ink, softened so that a shift of a millimetre changes little. ``ink``: the mask
    (0/255) of a straight page without frame, rules and leaders."""
    clean = ink.copy()
    height, width = ink.shape
    for box in labels:
        part = box.within(width, height)
        clean[round(part.top) : round(part.bottom), round(part.left) : round(part.right)] = 0
    part = frame.within(width, height)
    inside = clean[round(part.top) : round(part.bottom), round(part.left) : round(part.right)]
    if not inside.size:
        return ""
    cells = cv2.resize(inside, (2 * ACROSS, 2 * DOWN), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    soft = cv2.resize(cv2.GaussianBlur(cells, (0, 0), 0.9), (ACROSS, DOWN), interpolation=cv2.INTER_AREA)
    levels = np.rint(15 * np.sqrt(np.clip(soft / FULL, 0, 1))).astype(int)
    return "".join(f"{level:x}" for level in levels.ravel())
