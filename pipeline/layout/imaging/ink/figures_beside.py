"""Ink close beside a printed line, as high as its figures, that may be further figures of the line.

A figure that was taken for the end of a label, or lies outside its blank, is there::

    Trang |1| 5      "5" was cropped alone; "1" is as high, on the same baseline, a figure's width away
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.base.model import Box, Pixels

DARK = 150
"""Largest grey level of print on a normalized page."""

OFF = 0.2
"""Largest difference of the upper and lower edges from those of the line, in heights of the line."""

WIDEST = 1.0
"""Largest width of a figure, in heights of the line."""

GAP = 0.8
"""Largest gap between the figures of a number, in heights of the line."""

REACH = 3.0
"""Search distance beside a line, in heights of the line: three figures."""


def crop_with_figures_beside(normalized: Pixels, line: Box, pad: int) -> Pixels | None:
    """Return the picture of a line with the possible figures beside it, ``None`` without such ink.

    Args:
        normalized: The page (h, w), paper 255, without leader dots.
        line: The box of the line's ink.
        pad: Margin around the picture in pixels.
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
    figures, reached = set[int](), line
    while near := {
        number: box
        for number, box in beside.items()
        if number not in figures and max(box.left - reached.right, reached.left - box.right) <= GAP * high
    }:
        number, box = min(near.items(), key=lambda item: item[0])
        figures.add(number)
        reached = reached.union(box)
    if not figures:
        return None
    own = {
        number
        for number, box in boxes
        if box.left < line.right and box.right > line.left and box.width <= line.width + 2 * pad
    }
    kept = cv2.dilate(np.isin(labels, [*figures, *own]).astype(np.uint8), np.ones((5, 5), np.uint8))
    foreign = cv2.dilate(dark, np.ones((5, 5), np.uint8)) * (1 - kept)
    shown = np.where(foreign > 0, 255, part).astype(np.uint8)
    window = reached.grown(pad, pad).within(width, height)
    return np.ascontiguousarray(
        shown[
            max(0, round(window.top) - top) : round(window.bottom) - top,
            round(window.left) - left : round(window.right) - left,
        ]
    )
