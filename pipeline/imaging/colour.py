"""Telling seals and stamps from ink by colour."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.model import Pixels

PAPER_WARMTH = 8
"""How much redder than green and blue old paper may be (grey levels) before a pixel counts as reddish."""

BAND = 128
"""How many rows are parted at a time: they stay in the processor's own memory."""


@dataclass(frozen=True, slots=True)
class ColourLayers:
    """A page parted by colour, two grey pictures (h, w): ``ink`` without red seals and stamps, ``red`` with nothing
    else (paper and other ink are white, full red is dark)."""

    ink: Pixels
    red: Pixels


def split_colour_layers(rgb: Pixels) -> ColourLayers:
    """Both layers of a page (h, w, 3).

    The red channel alone already shows blue ink dark and red ink light; what a dark red stamp leaves in it is
    lifted by how much redder the pixel is than its other channels. Where a stroke crosses a seal the red channel
    is dark and the pixel is not red, so the stroke stays.
    """
    ink, red = np.empty((2, *rgb.shape[:2]), np.uint8)
    warmth = np.full((BAND, rgb.shape[1]), PAPER_WARMTH, np.uint8)
    for top in range(0, len(rgb), BAND):
        band = slice(top, top + BAND)
        own, green, blue = cv2.split(rgb[band])
        reddish = cv2.subtract(cv2.subtract(own, cv2.max(green, blue)), warmth[: len(own)])
        cv2.add(own, reddish, dst=ink[band])
        redness = cv2.subtract(reddish, warmth[: len(own)])
        cv2.bitwise_not(cv2.add(redness, redness), dst=red[band])
    return ColourLayers(ink, red)


def ink_layer(rgb: Pixels) -> Pixels:
    """The layer of ink alone."""
    return split_colour_layers(rgb).ink
