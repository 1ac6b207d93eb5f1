"""Writing over print, told apart by colour: pens are blue or violet, print is black.

::

    blueness of a page's ink      print ▂█▂                 ▂▅▅▂ pen
                              ----------+-------+----------------->
                                        print   halfway: a pixel beyond is the pen's

What a black pen writes cannot be told apart so. The blueness of a pixel is averaged over the ink around it, so that
the coloured fringes which scanners leave at the edges of print cancel out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Matrix, Pixels
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents

NEUTRAL = 128
"""The blueness of a pixel that is as blue as it is red."""

APART = 10.0
"""How much bluer than print (grey levels) a page's pens are at least."""

SPREADS_APART = 5.0
"""How many times the spread of the print's blueness that is at least."""

PEN_SIDE = 0.4
"""From which share of the way between the two on a pixel is the pen's."""

AROUND = 3
"""Over how many pixels across blueness is averaged."""

LOOKED_UP_AT_ONCE = 1024
"""Pixels that are looked up in one go."""

LEAST_PRINT = 400
"""How many pixels of print its colour is measured on at least."""


@dataclass(frozen=True, slots=True)
class InkBlueness:
    """By how much each pixel of a page's ink is bluer than it is red, from ``NEUTRAL`` on.

    Attributes:
        values: (n,) by pixel of ink.
        pixels: (n,) the flat indices of these pixels.
        shape: (h, w) of the page.
    """

    values: NDArray[np.uint8]
    pixels: NDArray[np.int64]
    shape: tuple[int, int]

    @classmethod
    def measured(cls, rgb: Pixels, matrix: Matrix, components: ConnectedComponents) -> InkBlueness:
        """Look up the colour of a page's ink in the picture that it was warped from.

        Ink is a twentieth of a page: to warp the colours of all of it takes five times as long.

        Args:
            rgb: The picture (h, w, 3).
            matrix: (3, 3) from the picture to the page.
            components: The ink of the page.
        """
        pixels = components.pixel_indices(np.ones(len(components.area), bool))
        y, x = np.divmod(pixels, components.shape[1])
        back = np.linalg.inv(matrix).astype(np.float64)
        side = LOOKED_UP_AT_ONCE
        places = np.zeros((3, -(-len(pixels) // side) * side), np.float32)
        for place, row in zip(places, back, strict=True):
            place[: len(pixels)] = row[0] * x + row[1] * y + row[2]
        places[:2, : len(pixels)] /= places[2, : len(pixels)]
        across, down = (place.reshape(-1, side) for place in places[:2])
        bluer = np.empty(0, np.uint8)
        if len(pixels):
            seen = np.asarray(cv2.remap(rgb, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
            red, blue = cv2.extractChannel(seen, 0), cv2.extractChannel(seen, 2)
            bluer = np.asarray(cv2.addWeighted(blue, 1.0, red, -1.0, NEUTRAL), np.uint8).ravel()
        return cls(bluer[: len(pixels)], pixels, components.shape)

    def painted(self) -> Pixels:
        """Return it as a picture (h, w), 0 where no ink is."""
        picture = np.zeros(self.shape, np.uint8)
        picture.ravel()[self.pixels] = self.values
        return picture


@dataclass(frozen=True, slots=True)
class PenColour:
    """What tells the pens of a page from its print.

    Attributes:
        least: The blueness from which on ink is a pen's.
    """

    least: float

    def mask(self, bluer: Pixels, ink: Pixels) -> Pixels:
        """Return which pixels of a part of the page are a pen's (0/255).

        Args:
            bluer: Blueness of the part (h, w).
            ink: Its ink mask (0/255).
        """
        seen = cv2.threshold(ink, 0, 1, cv2.THRESH_BINARY)[1]
        total = cv2.boxFilter(cv2.multiply(bluer, seen), cv2.CV_16U, (AROUND, AROUND), normalize=False)
        around = cv2.boxFilter(seen, cv2.CV_8U, (AROUND, AROUND), normalize=False)
        at = np.flatnonzero(np.asarray(seen, np.uint8).view(np.bool_))
        mean, share = (_mean(sums.ravel()[at]) for sums in (total, around))
        pen = np.zeros(ink.shape, np.uint8)
        pen.ravel()[at[mean >= self.least * share]] = 255
        return pen


def _mean(sums: NDArray[Any]) -> NDArray[np.float32]:
    """Return the mean of each sum over the pixels around one, rounded as ``cv2.blur`` does."""
    return np.asarray(sums.astype(np.float64) * (1 / AROUND**2), np.float32)


def find_pen_colour(ink: InkBlueness, labels: Sequence[Box]) -> PenColour | None:
    """Return what tells the pens of a page from its print; ``None`` where their colours are too much alike.

    Args:
        ink: The blueness of its ink, without rules and leaders.
        labels: Boxes of printed labels that were read.
    """
    if not labels:
        return None
    beside = np.zeros(ink.shape, np.uint8)
    for margin, place in ((2, _BESIDE_LABEL), (0, _ON_LABEL)):
        for box in labels:
            rows, columns = _part(box.grown(margin, margin))
            beside[rows, columns] = place
    places = beside.ravel()[ink.pixels]
    printed = ink.values[places == _ON_LABEL].astype(np.float32)
    written = ink.values[places == 0]
    if len(printed) < LEAST_PRINT or len(written) < LEAST_PRINT:
        return None
    usual = float(np.median(printed))
    spread = 1.48 * float(np.median(np.abs(printed - usual)))
    bluest = written[written > usual + 0.5 * APART]
    pen = float(np.median(bluest)) if len(bluest) and bluest.max() > usual + APART else 0.0
    if pen - usual < max(APART, SPREADS_APART * spread):
        return None
    return PenColour(usual + max(PEN_SIDE * (pen - usual), 0.6 * APART))


_BESIDE_LABEL, _ON_LABEL = 1, 2


def _part(box: Box) -> tuple[slice, slice]:
    top, left = max(0, round(box.top)), max(0, round(box.left))
    return slice(top, max(top, round(box.bottom))), slice(left, max(left, round(box.right)))
