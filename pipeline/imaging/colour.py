"""Telling seals and stamps from ink by colour."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.model import Pixels

PAPER_WARMTH = 8
"""How much redder than green and blue old paper may be (grey levels) before a pixel counts as reddish."""


def ink_grey(rgb: Pixels) -> Pixels:
    """Grey picture (h, w) of the page in which red seals and stamps vanish and blue or black ink stays dark.

    The red channel alone already shows blue ink dark and red ink light; what a dark red stamp leaves in it is
    lifted by how much redder the pixel is than its other channels. Where a stroke crosses a seal the red channel
    is dark and the pixel is not red, so the stroke stays.
    """
    red = rgb[:, :, 0]
    others = cv2.max(rgb[:, :, 1], rgb[:, :, 2])
    redness = cv2.subtract(cv2.subtract(red, others), np.full_like(red, PAPER_WARMTH))
    return np.asarray(cv2.add(red, redness), np.uint8)


def red_ink(rgb: Pixels) -> Pixels:
    """Grey picture (h, w) of the red stamps alone: paper and other ink are white, full red is dark."""
    others = cv2.max(rgb[:, :, 1], rgb[:, :, 2])
    redness = cv2.subtract(cv2.subtract(rgb[:, :, 0], others), np.full_like(others, 2 * PAPER_WARMTH))
    return np.asarray(cv2.bitwise_not(cv2.multiply(redness, np.full_like(redness, 2))), np.uint8)
