"""The half of a straddle seal on a page's edge, whatever its red: purple, brownish or pale ones are taken apart too.

The colour layers of a page know red by how much redder than green and blue a pixel is. Of a seal that is hardly red,
or pale, much stays in the ink layer and passes for writing. Where the shape tells that it is a seal, its own colour is
measured and taken off the ink as light takes it off the paper, channel by channel::

    absorbed by a pixel   =   amount · absorbed by the seal   +   absorbed by what is written there

The amount is as much as no channel contradicts; what is left is writing. A pixel without the seal's tint, as any
stroke of a pen beside or across it is, keeps its ink.
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
from pipeline.layout.imaging.ink.stamps import STAMP_DPI, SealCircle, find_seal_circles

log = logging.getLogger(__name__)

TINT = 7
"""From how much redder than the paper on (grey levels) a pixel is tinted."""

MOST_TINTED = 0.25
"""The greatest share of a picture that may be tinted: more is a red cast."""

LEAST_TINTED_MM2 = 20.0
"""How much is tinted at least where half a seal is."""

MOST_AMOUNT = 1.4
"""How much denser than usual the ink of a seal may lie in places."""

WEAK_CHANNEL = 20.0
"""A channel of which a seal absorbs less (grey levels) says nothing of how much of it is there."""

RIM_MM = 1.5
"""How far around its circle ink of a seal is found."""

Absorbed = NDArray[np.float32]


def find_straddle_seals(picture: Pyramid, dpi: float) -> tuple[SealCircle, ...]:
    """Return the seals that an edge of the paper cuts, in pixels of the picture.

    Args:
        picture: The picture (h, w, 3).
        dpi: Its pixels an inch.
    """
    scale = min(1.0, STAMP_DPI / dpi)
    tint = _tint(picture.at(scale))
    mask = (tint > TINT).astype(np.uint8)
    mm = dpi * scale / 25.4
    if not LEAST_TINTED_MM2 * mm**2 < mask.sum() < MOST_TINTED * mask.size:
        return ()
    found = find_seal_circles(mask, mm)
    return tuple(
        (StampKind.STRADDLE, x / scale, y / scale, radius / scale)
        for kind, x, y, radius in found
        if kind is StampKind.STRADDLE
    )


def without_seals(layers: ColourLayers, rgb: Pixels, seals: Sequence[SealCircle], dpi: float) -> ColourLayers:
    """Return the colour layers with the ink of seals moved from the ink layer to the red one.

    Args:
        layers: The layers of the picture.
        rgb: The picture (h, w, 3).
        seals: The seals on it.
        dpi: Its pixels an inch.
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
    """Yield the part of the picture around each seal, and which of its pixels the seal may have inked."""
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
    """Return how much redder than the paper each pixel of a picture is."""
    red, green, blue = cv2.split(rgb)
    redder = red.astype(np.float32) - cv2.max(green, blue).astype(np.float32)
    return np.asarray(redder - np.median(redder), np.float32)


def _seal_colour(absorbed: Absorbed, tint: NDArray[np.float32]) -> tuple[Absorbed, float] | None:
    """Return what a seal absorbs of each channel, and its tint, measured on its most tinted half."""
    tinted = tint > TINT
    if not tinted.any():
        return None
    dense = tint >= np.median(tint[tinted])
    return np.median(absorbed[dense], axis=0).astype(np.float32), float(np.median(tint[dense]))


def _amount(
    absorbed: Absorbed, tint: NDArray[np.float32], colour: Absorbed, usual: float
) -> NDArray[np.float32]:
    """Return how much of a seal's ink lies on each pixel: 1 where it lies as densely as usual."""
    strong = colour >= WEAK_CHANNEL
    most = (absorbed[..., strong] / colour[strong]).min(axis=-1) if strong.any() else np.zeros(tint.shape)
    share = np.clip(2 * tint / max(usual, 1.0), 0.0, 1.0)
    return np.asarray(np.minimum(most, MOST_AMOUNT) * share, np.float32)
