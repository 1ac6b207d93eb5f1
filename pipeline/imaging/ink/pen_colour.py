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

from pipeline.imaging.ink.binarization import COLOUR_BAND
from pipeline.model import Box, Pixels

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

LEAST_PRINT = 400
"""How many pixels of print its colour is measured on at least."""


def blueness(rgb: Pixels) -> Pixels:
    """Return by how much each pixel of a picture (h, w, 3) is bluer than it is red, from ``NEUTRAL`` on."""
    bluer = np.empty(rgb.shape[:2], np.uint8)
    for top in range(0, len(rgb), COLOUR_BAND):
        band = slice(top, top + COLOUR_BAND)
        red, blue = cv2.extractChannel(rgb[band], 0), cv2.extractChannel(rgb[band], 2)
        cv2.addWeighted(blue, 1.0, red, -1.0, NEUTRAL, dst=bluer[band])
    return bluer


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
        at = np.flatnonzero(seen)
        mean, share = (_mean(sums.ravel()[at]) for sums in (total, around))
        pen = np.zeros(ink.shape, np.uint8)
        pen.ravel()[at[mean >= self.least * share]] = 255
        return pen


def _mean(sums: NDArray[Any]) -> NDArray[np.float32]:
    """Return the mean of each sum over the pixels around one, rounded as ``cv2.blur`` does."""
    return np.asarray(sums.astype(np.float64) * (1 / AROUND**2), np.float32)


def find_pen_colour(bluer: Pixels, ink: Pixels, labels: Sequence[Box]) -> PenColour | None:
    """Return what tells the pens of a page from its print; ``None`` where their colours are too much alike.

    Args:
        bluer: Blueness of the page (h, w).
        ink: Its ink mask (0/255), without rules and leaders.
        labels: Boxes of printed labels that were read.
    """
    if not labels:
        return None
    printed = np.concatenate([_values(bluer, ink, box) for box in labels])
    rest = ink.copy()
    for box in labels:
        rows, columns = _part(box.grown(2, 2))
        rest[rows, columns] = 0
    written = bluer[rest > 0]
    if len(printed) < LEAST_PRINT or len(written) < LEAST_PRINT:
        return None
    usual = float(np.median(printed))
    spread = 1.48 * float(np.median(np.abs(printed - usual)))
    pen = float(np.median(written[written > usual + 0.5 * APART])) if (written > usual + APART).any() else 0.0
    if pen - usual < max(APART, SPREADS_APART * spread):
        return None
    return PenColour(usual + max(PEN_SIDE * (pen - usual), 0.6 * APART))


def _values(bluer: Pixels, ink: Pixels, box: Box) -> NDArray[np.float32]:
    rows, columns = _part(box)
    return np.asarray(bluer[rows, columns][ink[rows, columns] > 0], np.float32)


def _part(box: Box) -> tuple[slice, slice]:
    top, left = max(0, round(box.top)), max(0, round(box.left))
    return slice(top, max(top, round(box.bottom))), slice(left, max(left, round(box.right)))
