"""Separate the half of a straddle seal on a page's edge from writing, also if it is purple, brownish or pale.

The colour layers define red as an excess over green and blue. Much of a seal that is hardly red, or pale, stays in the
ink layer and looks like writing. If its shape shows a seal, its own colour is measured and subtracted from the ink as
absorbed light, channel by channel::

    absorbed by a pixel   =   amount · absorbed by the seal   +   absorbed by the writing

The amount is the largest that no channel contradicts; the rest is writing. A pixel without the seal's tint, such as a
pen stroke beside or across the seal, keeps its ink.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Pixels, StampKind
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.binarization import ColourLayers
from pipeline.layout.imaging.ink.stamp_shapes import STAMP_DPI, SealCircle, find_seal_circles

log = logging.getLogger(__name__)

TINT = 7
"""Excess of red over the paper's (grey levels) from which a pixel is tinted."""

MOST_TINTED = 0.25
"""Largest tinted share of a picture; more is a red cast."""

LEAST_TINTED_MM2 = 20.0
"""Least tinted area of half a seal."""

MOST_AMOUNT = 1.4
"""Largest density of a seal's ink, in usual densities."""

WEAK_CHANNEL = 20.0
"""Absorption (grey levels) below which a channel does not measure the amount of a seal's ink."""

RIM_MM = 1.5
"""Width of the rim around a seal's circle that may have its ink."""

Absorbed = NDArray[np.float32]


def find_straddle_seals(picture: Pyramid, dpi: float) -> tuple[SealCircle, ...]:
    """Return the seals cut by an edge of the paper, in pixels of the picture.

    Args:
        picture: The picture (h, w, 3).
    """
    scale = min(1.0, STAMP_DPI / dpi)
    tint = _tint(picture.at(scale))
    mask = (tint > TINT).astype(np.uint8)
    mm = dpi * scale / 25.4
    if not LEAST_TINTED_MM2 * mm**2 < mask.sum() < MOST_TINTED * mask.size:
        return ()
    seals = find_seal_circles(mask, mm)
    return tuple(
        (StampKind.STRADDLE, x / scale, y / scale, radius / scale)
        for kind, x, y, radius in seals
        if kind is StampKind.STRADDLE
    )


def without_seals(layers: ColourLayers, rgb: Pixels, seals: Sequence[SealCircle], dpi: float) -> ColourLayers:
    """Return the colour layers with the ink of seals moved from the ink layer to the red layer.

    Args:
        rgb: The picture (h, w, 3).
    """
    if not seals:
        return layers
    ink, red = layers.ink.copy(), layers.red.copy()
    for place, inside in _places(seals, dpi, rgb.shape[:2]):
        part = np.asarray(rgb[place], np.float32)
        paper = np.percentile(part.reshape(-1, 3), 90, axis=0).astype(np.float32)
        absorbed: Absorbed = np.maximum(0.0, paper - part)
        tint = _tint(rgb[place])
        seal = _seal_colour(absorbed[inside], tint[inside])
        if seal is None:
            continue
        amount = _amount(absorbed, tint, *seal) * inside
        colour, _ = seal
        ink[place] = np.maximum(
            ink[place], np.minimum(255, part[..., 0] + amount * colour[0]).astype(np.uint8)
        )
        red[place] = np.minimum(red[place], (255 - np.minimum(255, amount * colour.max())).astype(np.uint8))
    return ColourLayers(ink, red)


def _places(
    seals: Sequence[SealCircle], dpi: float, shape: tuple[int, ...]
) -> Iterator[tuple[tuple[slice, slice], NDArray[np.bool_]]]:
    """Yield the part of the picture around each seal, and the pixels of the part that the seal may have inked."""
    height, width = shape[:2]
    for _, x, y, radius in seals:
        reach = radius + RIM_MM * dpi / 25.4
        box = Box(x - reach, y - reach, x + reach, y + reach).within(width, height)
        left, top, right, bottom = (int(side) for side in (box.left, box.top, box.right, box.bottom))
        if right - left < 2 or bottom - top < 2:
            continue
        down, across = np.mgrid[top:bottom, left:right]
        yield (slice(top, bottom), slice(left, right)), np.hypot(across - x, down - y) <= reach


def _tint(rgb: Pixels) -> NDArray[np.float32]:
    """Return the excess of red of each pixel over the paper's."""
    red, green, blue = cv2.split(rgb)
    redder = red.astype(np.float32) - cv2.max(green, blue).astype(np.float32)
    return np.asarray(redder - np.median(redder), np.float32)


def _seal_colour(absorbed: Absorbed, tint: NDArray[np.float32]) -> tuple[Absorbed, float] | None:
    """Return a seal's absorption in each channel and its tint, measured on its most tinted half."""
    tinted = tint > TINT
    if not tinted.any():
        return None
    dense = tint >= np.median(tint[tinted])
    return np.median(absorbed[dense], axis=0).astype(np.float32), float(np.median(tint[dense]))


def _amount(
    absorbed: Absorbed, tint: NDArray[np.float32], colour: Absorbed, usual: float
) -> NDArray[np.float32]:
    """Return the amount of a seal's ink on each pixel; 1 is its usual density."""
    strong = colour >= WEAK_CHANNEL
    most = (absorbed[..., strong] / colour[strong]).min(axis=-1) if strong.any() else np.zeros(tint.shape)
    share = np.clip(2 * tint / max(usual, 1.0), 0.0, 1.0)
    return np.asarray(np.minimum(most, MOST_AMOUNT) * share, np.float32)
