"""From a colour picture to a mask of ink: colour layers, even illumination, hysteresis thresholding."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.base.model import Pixels
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents, find_components

STRONG_INK = 0.68
"""A component is ink when at least one of its pixels is darker than this share of the paper's light; else it is
show-through or dirt."""

WEAK_INK = 0.83
"""Pixels darker than this share of the paper's light belong to the component of a strong pixel they hang together with.
"""


def normalize_illumination(grey: Pixels) -> Pixels:
    """Return the grey page divided by its background: paper becomes 255 everywhere, ink keeps its contrast.

    The background is what a grey closing leaves on a copy of a quarter of the size, smoothed. A copy that is halved
    twice is less even: of that the closing takes lighter greys, and lines of ink come out thicker.
    """
    height, width = grey.shape
    size = (max(1, width // 4), max(1, height // 4))
    small = cv2.resize(Pyramid(grey).level(1), size, interpolation=cv2.INTER_AREA)
    background = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8))
    background = cv2.GaussianBlur(background, (0, 0), 6)
    background = cv2.resize(background, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, background, scale=255), np.uint8)


def binarize(normalized: Pixels) -> tuple[Pixels, ConnectedComponents]:
    """Return the ink mask (0/255) of a page of even illumination and the mask's components.

    Hysteresis thresholding: a component of weak pixels (``WEAK_INK``) counts when it holds a strong one
    (``STRONG_INK``).
    """
    mask = np.asarray(
        cv2.threshold(normalized, int(255 * WEAK_INK) - 1, 255, cv2.THRESH_BINARY_INV)[1], np.uint8
    )
    components = find_components(mask)
    weak = ~components.darker_than(normalized, int(255 * STRONG_INK))
    mask.ravel()[components.pixel_indices(weak)] = 0
    return mask, components.without(weak)


PAPER_WARMTH = 8
"""How much redder than green and blue old paper may be (grey levels) before a pixel counts as reddish."""

COLOUR_BAND = 128
"""Rows that are separated at a time, so that they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class ColourLayers:
    """A page separated by colour into two grey pictures (h, w).

    Attributes:
        ink: The page without red seals and stamps.
        red: Seals and stamps alone: paper and other ink are white, full red is dark.
    """

    ink: Pixels
    red: Pixels


def split_colour_layers(rgb: Pixels) -> ColourLayers:
    """Return the ink and the red layer of a page.

    The red channel alone already shows blue ink dark and red ink light. What a dark red stamp leaves in it is lifted by
    how much redder the pixel is than its other channels. Where a stroke crosses a seal the red channel is dark and the
    pixel is not red, so the stroke stays.

    Args:
        rgb: The page (h, w, 3).
    """
    ink, red = np.empty((2, *rgb.shape[:2]), np.uint8)
    warmth = np.full((COLOUR_BAND, rgb.shape[1]), PAPER_WARMTH, np.uint8)
    for top in range(0, len(rgb), COLOUR_BAND):
        band = slice(top, top + COLOUR_BAND)
        own, green, blue = cv2.split(rgb[band])
        reddish = cv2.subtract(cv2.subtract(own, cv2.max(green, blue)), warmth[: len(own)])
        cv2.add(own, reddish, dst=ink[band])
        redness = cv2.subtract(reddish, warmth[: len(own)])
        cv2.bitwise_not(cv2.add(redness, redness), dst=red[band])
    return ColourLayers(ink, red)


def ink_layer(rgb: Pixels) -> Pixels:
    """Return the ink layer (h, w) of a page (h, w, 3) alone."""
    return split_colour_layers(rgb).ink


def small_ink_layer(pixels: Pixels, scale: float) -> Pixels:
    """Return the ink layer of a page, scaled down by ``scale`` (above 1 it keeps its size)."""
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    return ink_layer(np.asarray(small, np.uint8))
