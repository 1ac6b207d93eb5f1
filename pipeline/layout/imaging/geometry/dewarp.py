"""How the rules of a table run on a page that is bent or still skewed: a mesh of curves.

Horizontal rules are followed through vertical strips of the page. In each strip two numbers are enough: how far the
first and the last rule are shifted from where a flat page has them; the rules between are shifted in proportion.
Vertical rules are measured the same way on the transposed page, and both families together are a mesh.

    flat page          bent page
    ------------       --.
    ------------       ---`-.__.--     first rule: shifts first_shift[x]
    ------------       ------.__.-
    ------------       ----------.     last rule: shifts last_shift[x]
                       |  |  |  |      strips
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Matrix, Pixels

Values = NDArray[np.float64]

STRIPS = 32
"""Strips across a page in which its horizontal rules are measured."""

MAX_SLOPE = 0.08
"""How much a rule may rise or fall at most: a page bound at its side rises by 3 in 100 beside the gutter."""

MAX_DARKNESS = 120
"""The most darkness (grey levels) that counts, so that black ink has no more say than a grey rule."""

MIN_CONTRAST = 8.0
"""How much darker (grey levels) all rules together must be than what lies above and below them to be followed."""


@dataclass(frozen=True, slots=True)
class RuleCurvature:
    """Curvature of the horizontal rules of a table (of its vertical ones with x and y exchanged).

    Attributes:
        x: (n,) middles of the strips in pixels.
        first_shift: (n,) how far the first rule lies below its level there, in pixels.
        last_shift: (n,) the same of the last rule; rules between are shifted in proportion.
        levels: (m,) the y of the rules on a flat page.
    """

    x: Values
    first_shift: Values
    last_shift: Values
    levels: Values

    @property
    def first(self) -> float:
        return float(self.levels[0])

    @property
    def last(self) -> float:
        return float(self.levels[-1])

    def curved(self, x: Values | float, level: Values | float) -> Values:
        """Return the y on the bent page of what lies on ``level`` of the flat page, at x."""
        first_shift, last_shift = self._at(x)
        share = (np.asarray(level) - self.first) / (self.last - self.first)
        return np.asarray(level + first_shift + share * (last_shift - first_shift), np.float64)

    def flattened(self, x: Values | float, y: Values | float) -> Values:
        """Return the y on the flat page of what lies at (x, y) on the bent page."""
        first_shift, last_shift = self._at(x)
        high = self.last - self.first
        return np.asarray(
            self.first + (y - self.first - first_shift) * high / (high + last_shift - first_shift), np.float64
        )

    def _at(self, x: Values | float) -> tuple[Values, Values]:
        first_shift, last_shift = (
            np.interp(x, self.x, self.first_shift),
            np.interp(x, self.x, self.last_shift),
        )
        return np.asarray(first_shift, np.float64), np.asarray(last_shift, np.float64)

    def trace(self, level: float, left: float, right: float) -> Matrix:
        """Return the points (n, 2) of the rule of a level from ``left`` to ``right``."""
        x = np.array([left, *self.x[(self.x > left) & (self.x < right)], right])
        return np.column_stack([x, self.curved(x, level)])

    @property
    def max_shift(self) -> float:
        """The largest shift in pixels."""
        return float(np.abs([self.first_shift, self.last_shift]).max())


def measure_horizontal_curvature(
    normalized: Pixels, left: float, right: float, levels: Sequence[float] | Values, reach: float
) -> RuleCurvature:
    """Return the curvature of a table's horizontal rules between two x of a page.

    A slanting view moves the middle rules against the outer ones; that bow is taken from the page as a whole first. In
    each strip the shifts are those at which all rules together stand out most, beginning in the middle and going on
    from strip to strip. Where they do not stand out the shifts stay as they were.

    Args:
        normalized: The page (h, w), paper 255.
        left: First x of the table in pixels.
        right: Last x of the table in pixels.
        levels: The y of the rules as expected on a flat page.
        reach: How far in pixels rules may be off in the middle strip.
    """
    dark = np.asarray(
        cv2.threshold(cv2.bitwise_not(normalized), MAX_DARKNESS, 0, cv2.THRESH_TRUNC)[1], np.uint8
    )
    levels = _spread_levels(dark, left, right, np.asarray(levels), reach)
    edges = np.linspace(left, right, STRIPS + 1)
    step = max(2, round(MAX_SLOPE * float(edges[1] - edges[0])))
    shifts = np.zeros((STRIPS, 2))
    half = STRIPS // 2
    places = [_PageStrip(dark, float(a), float(b), levels) for a, b in pairwise(edges)]
    shifts[half] = places[half].shifts((0.0, 0.0), round(reach))
    for order in (range(half + 1, STRIPS), range(half - 1, -1, -1)):
        before = shifts[half]
        for at in order:
            before = shifts[at] = places[at].shifts((float(before[0]), float(before[1])), step)
    middles = (edges[:-1] + edges[1:]) / 2
    return RuleCurvature(middles, shifts[:, 0], shifts[:, 1], levels)


def _spread_levels(dark: Pixels, left: float, right: float, levels: Values, reach: float) -> Values:
    """Return the levels with those in the middle moved against the outer ones so that all stand out most."""
    share = (levels - levels[0]) / (levels[-1] - levels[0])
    middle, wide = (left + right) / 2, (right - left) / STRIPS
    place = _PageStrip(dark, middle - wide, middle + wide, levels)
    bows = np.arange(-round(reach), round(reach) + 1)
    merits = [place.merit(levels + 4 * bow * share * (1 - share)) - 2.0 * abs(bow) / reach for bow in bows]
    best = int(np.argmax(merits))
    return levels + 4 * bows[best] * share * (1 - share) if merits[best] > MIN_CONTRAST else levels


def measure_vertical_curvature(
    normalized: Pixels, top: float, bottom: float, uprights: Sequence[float] | Values, reach: float
) -> RuleCurvature:
    """Return the curvature of a table's vertical rules between two y, with x and y exchanged."""
    return measure_horizontal_curvature(
        np.asarray(cv2.transpose(normalized), np.uint8), top, bottom, uprights, reach
    )


class _PageStrip:
    """What is seen of horizontal rules between two x of a page."""

    def __init__(self, dark: Pixels, left: float, right: float, levels: Values) -> None:
        height, width = dark.shape
        first = min(width - 1, max(0, round(left)))
        part = dark[:, first : max(first + 1, min(width, round(right)))]
        mean = cv2.reduce(part, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0] / part.shape[1]
        rows = np.arange(height)
        # a rule is darker than what lies a little above and below it; writing is not
        around = np.maximum(mean[(rows - 7).clip(0)], mean[(rows + 7).clip(max=height - 1)])
        self._clear = np.clip(mean - around, 0.0, 60.0)
        self._levels = np.asarray(levels)
        self._share = (self._levels - levels[0]) / (levels[-1] - levels[0])

    def merit(self, levels: Values) -> float:
        """Return how much all rules stand out together at those levels, the outer ones within a few pixels."""
        offsets = np.arange(-8, 9)
        at = np.rint(levels[:, None] + offsets).astype(int).clip(0, len(self._clear) - 1)
        return float(self._clear[at].mean(axis=0).max())

    def shifts(self, before: tuple[float, float], reach: int) -> tuple[float, float]:
        offsets = np.arange(-reach, reach + 1)
        first_shift, last_shift = (
            offset[..., None] for offset in np.meshgrid(offsets + before[0], offsets + before[1])
        )
        at = np.rint(self._levels + first_shift + self._share * (last_shift - first_shift)).astype(int)
        merit = self._clear[at.clip(0, len(self._clear) - 1)].mean(axis=2)
        # of courses with the same contrast, the nearest to the strip before
        away = np.abs(offsets)[:, None] + np.abs(offsets)[None, :]
        merit = merit - 0.5 * away / max(1, reach)
        best = np.unravel_index(int(merit.argmax()), merit.shape)
        if merit[best] < MIN_CONTRAST:
            return before
        return float(first_shift[best][0]), float(last_shift[best][0])
