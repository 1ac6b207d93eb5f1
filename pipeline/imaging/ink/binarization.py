"""Evening out light and telling ink from paper."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.ink.connected_components import ConnectedComponents, find_components
from pipeline.model import Pixels

STRONG_INK = 0.68
"""A mark holds at least one pixel darker than this share of the paper's light, or it is show-through or dirt."""

WEAK_INK = 0.83
"""Pixels darker than this share of the paper's light belong to a mark that is strong somewhere."""


def normalize_illumination(grey: Pixels) -> Pixels:
    """The grey page divided by its own background: paper becomes 255 everywhere, ink keeps its contrast.

    The background is what is left when marks are closed away (a grey closing on a quarter-size copy, smoothed).
    """
    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    background = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8))
    background = cv2.GaussianBlur(background, (0, 0), 6)
    background = cv2.resize(background, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, background, scale=255), np.uint8)


def ink_mask(normalized: Pixels) -> Pixels:
    """Ink of an evened page as 0/255 (h, w): weak pixels that hang together with a strong one (hysteresis)."""
    return binarize(normalized)[0]


def binarize(normalized: Pixels) -> tuple[Pixels, ConnectedComponents]:
    """The mask of ink and its marks, for which the page is looked through once."""
    mask = np.asarray(
        cv2.threshold(normalized, int(255 * WEAK_INK) - 1, 255, cv2.THRESH_BINARY_INV)[1], np.uint8
    )
    components = find_components(mask)
    weak = ~components.darker_than(normalized, int(255 * STRONG_INK))
    mask.ravel()[components.pixel_indices(weak)] = 0
    return mask, components.without(weak)
