"""Ink as high as the figures of a printed line that stands close beside it and is not the line's own.

A figure that was taken for the end of a label, or lay outside its blank, stands there::

    Trang |1| 5      "5" was cut by itself; "1" is as high, on the same feet, a figure's width away
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.base.model import Box, Pixels

DARK = 150
"""Grey from which a pixel of a normalized page is print."""

OFF = 0.2
"""How far head and feet of such ink may lie from those of the line, in heights of the line."""

WIDEST = 1.0
"""How wide a figure is at most, in heights of the line."""

GAP = 0.8
"""How far apart the figures of one number lie at most, in heights of the line."""

REACH = 3.0
"""How far beside a line is looked, in its heights: three figures."""


def crop_with_figures_beside(normalized: Pixels, line: Box, pad: int) -> Pixels | None:
    """Return the picture of a line with the ink beside it that may be figures of it; ``None`` where there is none.

    Args:
        normalized: The page (h, w), paper 255, without the dots of leaders.
        line: The box of the line's ink.
        pad: Pixels around it that are shown as well.
    """
    height, width = normalized.shape
    high = line.height
    whole = line.grown(REACH * high, OFF * high + 2).within(width, height)
    left, top, right, bottom = (round(side) for side in (whole.left, whole.top, whole.right, whole.bottom))
    part = normalized[top:bottom, left:right]
    if not part.size or high < 4:
        return None
    dark = (part < DARK).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    boxes = [
        (number, Box(float(x + left), float(y + top), float(x + wide + left), float(y + tall + top)))
        for number, (x, y, wide, tall, _) in enumerate(stats)
        if number
    ]
    beside = {
        number: box
        for number, box in boxes
        if abs(box.top - line.top) <= OFF * high
        and abs(box.bottom - line.bottom) <= OFF * high
        and box.width <= WIDEST * high
        and (box.right <= line.left or box.left >= line.right)
        and left < box.left
        and box.right < right
    }
    found, reached = set[int](), line
    while near := {
        number: box
        for number, box in beside.items()
        if number not in found and max(box.left - reached.right, reached.left - box.right) <= GAP * high
    }:
        number, box = min(near.items(), key=lambda one: one[0])
        found.add(number)
        reached = reached.union(box)
    if not found:
        return None
    own = {
        number
        for number, box in boxes
        if box.left < line.right and box.right > line.left and box.width <= line.width + 2 * pad
    }
    kept = cv2.dilate(np.isin(labels, [*found, *own]).astype(np.uint8), np.ones((5, 5), np.uint8))
    foreign = cv2.dilate(dark, np.ones((5, 5), np.uint8)) * (1 - kept)
    shown = np.where(foreign > 0, 255, part).astype(np.uint8)
    window = reached.grown(pad, pad).within(width, height)
    return np.ascontiguousarray(
        shown[
            max(0, round(window.top) - top) : round(window.bottom) - top,
            round(window.left) - left : round(window.right) - left,
        ]
    )
