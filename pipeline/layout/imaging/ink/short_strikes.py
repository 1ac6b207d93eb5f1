"""Strokes that may strike a figure or two out: they stick out of the writing at both ends.

Such a value is no longer than the strokes that ``pipeline.layout.imaging.ink.strikethrough`` weighs, and the stroke
crosses as little as one line of it. What hardly any figure has is a level stroke through its middle with bare ends::

         /|                 _____             |                    bar of a 7, of a 4: it ends within the figure's width
      ==/=|=====           /  --/--        ---+-                   or hardly outside of it
          |                  /                |
      struck                 7                4

One 4 in some hundred has such a bar: what is found says that a value is doubtful, not that it is struck out.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from pipeline.base.model import Pixels

WIDEST = 1.9
"""How wide writing is at most, in pitches of its line, that is looked at."""

SHORTEST = 0.35
"""How long a stroke is at least."""

STICKS_OUT = 0.07
"""How far it sticks out of the writing at either end at least: bars of figures hardly ever do."""

IN_MIDDLE = 0.22
"""Which share of the writing's height lies above it, and below it, at least: an underline has hardly any below."""

SLOPES = np.arange(-0.5, 0.51, 0.1)
"""Rise over run of the strokes looked for."""


def may_be_struck(part: Pixels, pitch: float) -> bool:
    """Return whether a stroke sticks out at both ends of a short piece of writing that it crosses.

    Args:
        part: Mask (h, w), cut to the writing.
        pitch: The line's pitch in pixels.
    """
    mask = (part > 0).astype(np.uint8)
    wide = mask.shape[1]
    if not mask.any() or not SHORTEST * pitch <= wide <= WIDEST * pitch:
        return False
    depth = cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 3)
    reach = round(float(np.percentile(depth[depth > 0], 80))) + 2
    for slope in SLOPES:
        room = int(np.ceil(abs(slope) * wide / 2)) + 1
        shear = np.array([[1, 0, 0], [-slope, 1, slope * wide / 2 + room]], np.float32)
        size = (wide, len(mask) + 2 * room)
        straight = np.asarray(cv2.warpAffine(mask, shear, size, flags=cv2.INTER_NEAREST), np.uint8)
        # a pixel upwards and downwards lets an uneven stroke count
        thick = np.asarray(cv2.dilate(straight, np.ones((3, 1), np.uint8)), np.uint8)
        for row, run in _longest_runs(thick, SHORTEST * pitch):
            if _sticks_out(straight, row, run, reach) >= STICKS_OUT * pitch:
                return True
    return False


def _sticks_out(straight: Pixels, row: int, run: tuple[int, int], reach: int) -> float:
    """Return how far a run sticks out of the rest of the writing where it does less; 0 where it does not cross it."""
    first, last = run
    rest = straight.copy()
    rest[max(0, row - reach) : row + reach + 1, first:last] = 0
    rows, columns = np.flatnonzero(rest.any(axis=1)), np.flatnonzero(rest.any(axis=0))
    if not len(rows):
        return 0.0
    above, below = row - int(rows[0]), int(rows[-1]) - row
    if min(above, below) < max(reach, IN_MIDDLE * (above + below)):
        return 0.0
    return float(min(int(columns[0]) - first, last - 1 - int(columns[-1])))


def _longest_runs(thick: Pixels, least: float) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield each row with a run that is long enough, with the first column and the one behind the last of its longest.

    Args:
        thick: Mask (h, w).
        least: The least length of a run.
    """
    rows = np.flatnonzero(thick.sum(axis=1) >= least)
    padded = np.zeros((len(rows), thick.shape[1] + 2), np.int8)
    padded[:, 1:-1] = thick[rows]
    places, turns = np.nonzero(np.diff(padded, axis=1))
    places, starts, ends = places[::2], turns[::2], turns[1::2]
    long = ends - starts >= least
    longest: dict[int, tuple[int, int]] = {}
    for row, first, last in zip(
        rows[places[long]].tolist(), starts[long].tolist(), ends[long].tolist(), strict=True
    ):
        known = longest.get(row)
        if known is None or last - first > known[1] - known[0]:
            longest[row] = first, last
    yield from longest.items()
