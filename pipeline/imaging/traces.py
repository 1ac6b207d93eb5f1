"""What of a page is not paper and belongs to no line that was found: pale ink, ink taken for print or edges, stamps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.model import Box, Pixels


def darker_than(normalized: Pixels, share: float) -> Pixels:
    """Mask (0/255) of what is darker than that share of the paper's light on an evened page."""
    return np.asarray(
        cv2.threshold(normalized, int(255 * share) - 1, 255, cv2.THRESH_BINARY_INV)[1], np.uint8
    )


def without_assigned_ink(
    mask: Pixels, components: ConnectedComponents, told: Iterable[NDArray[np.int64]], print_: Sequence[Box]
) -> Pixels:
    """The mask without the marks told, their soft edges, and what lies in boxes of print."""
    chosen = np.zeros(len(components.area), bool)
    for numbers in told:
        chosen[numbers] = True
    result = mask
    if chosen.any():
        own = np.zeros_like(mask)
        own.ravel()[components.pixel_indices(chosen)] = 255
        result = np.asarray(cv2.subtract(mask, cv2.dilate(own, np.ones((5, 5), np.uint8))), np.uint8)
    if print_ and result is mask:
        result = mask.copy()
    for box in print_:
        result[_slices(box.grown(2, 2))] = 0
    return result


def count_ink(mask: Pixels, place: Box, circles: Sequence[tuple[float, float, float]] = ()) -> int:
    """How many pixels of a place are set, those in ``circles`` (x, y, radius) left out."""
    rows, columns = _slices(place)
    part = mask[rows, columns]
    if not part.size:
        return 0
    if circles:
        part = part.copy()
        for x, y, radius in circles:
            cv2.circle(part, (round(x - columns.start), round(y - rows.start)), round(radius), 0, -1)
    return int(cv2.countNonZero(part))


def _slices(box: Box) -> tuple[slice, slice]:
    top, left = max(0, round(box.top)), max(0, round(box.left))
    return slice(top, max(top, round(box.bottom))), slice(left, max(left, round(box.right)))
