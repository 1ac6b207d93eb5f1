"""Telling seals and stamps from ink by colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.model import Pixels

PAPER_WARMTH = 8
"""How much redder than green and blue old paper may be (grey levels) before a pixel counts as reddish."""


@dataclass(frozen=True, slots=True)
class Layers:
    """A page parted by colour, two grey pictures (h, w): ``ink`` without red seals and stamps, ``red`` with nothing
    else (paper and other ink are white, full red is dark)."""

    ink: Pixels
    red: Pixels


def layers_of(rgb: Pixels) -> Layers:
    """Both layers of a page (h, w, 3).

    The red channel alone already shows blue ink dark and red ink light; what a dark red stamp leaves in it is
    lifted by how much redder the pixel is than its other channels. Where a stroke crosses a seal the red channel
    is dark and the pixel is not red, so the stroke stays.
    """
    red, green, blue = cv2.split(rgb)
    over = cv2.subtract(red, cv2.max(green, blue))
    reddish = cv2.subtract(over, np.full_like(over, PAPER_WARMTH))
    ink = cv2.add(red, reddish)
    redness = cv2.subtract(reddish, np.full_like(over, PAPER_WARMTH))
    return Layers(np.asarray(ink, np.uint8), np.asarray(cv2.bitwise_not(cv2.add(redness, redness)), np.uint8))


def ink_grey(rgb: Pixels) -> Pixels:
    """The layer of ink alone."""
    return layers_of(rgb).ink
