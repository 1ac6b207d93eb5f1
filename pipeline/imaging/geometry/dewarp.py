"""How the rules of a table run on a page that is bent or still leans: level ones through upright strips of the page,
upright ones, on the page laid on its side, through level strips, which together are a mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Matrix, Pixels

Values = NDArray[np.float64]

STATIONS = 32
"""At how many places across a page the course of its level rules is measured."""

STEEP = 0.08
"""How much a rule may rise or fall at most: a page bound at its side rises by 3 in 100 beside the gutter."""

MOST = 120
"""The most darkness (grey levels) that counts, so that black ink has no more say than a grey rule."""

CLEAR = 8.0
"""How much darker (grey levels) all rules must be together than what lies above and below them to be followed."""


@dataclass(frozen=True, slots=True)
class RuleCurvature:
    """``x`` (n,) in pixels; ``levels`` (m,) the y of the rules on a straight page; ``upper`` and ``lower`` (n,): how
    far the first and the last of them lie below that; those between go along."""

    x: Values
    upper: Values
    lower: Values
    levels: Values

    @property
    def first(self) -> float:
        return float(self.levels[0])

    @property
    def last(self) -> float:
        return float(self.levels[-1])

    def bent(self, x: Values | float, level: Values | float) -> Values:
        """The y at which something of ``level`` on the straight page lies at x."""
        upper, lower = self._at(x)
        share = (np.asarray(level) - self.first) / (self.last - self.first)
        return np.asarray(level + upper + share * (lower - upper), np.float64)

    def level(self, x: Values | float, y: Values | float) -> Values:
        """The level on the straight page of what lies at (x, y)."""
        upper, lower = self._at(x)
        high = self.last - self.first
        return np.asarray(self.first + (y - self.first - upper) * high / (high + lower - upper), np.float64)

    def _at(self, x: Values | float) -> tuple[Values, Values]:
        upper, lower = np.interp(x, self.x, self.upper), np.interp(x, self.x, self.lower)
        return np.asarray(upper, np.float64), np.asarray(lower, np.float64)

    def course(self, level: float, left: float, right: float) -> Matrix:
        """The points (n, 2) of the rule of a level from ``left`` to ``right``."""
        x = np.array([left, *self.x[(self.x > left) & (self.x < right)], right])
        return np.column_stack([x, self.bent(x, level)])

    @property
    def most(self) -> float:
        """The largest shift in pixels."""
        return float(np.abs([self.upper, self.lower]).max())


def measure_horizontal_curvature(
    normalized: Pixels, left: float, right: float, levels: Sequence[float] | Values, reach: float
) -> RuleCurvature:
    """The course of a table's level rules between two x of an evened page.

    ``levels`` are their y on a straight page, but for what a slanting look makes of their distances: that bow is taken
    from the page as a whole. At each place the shifts of the first and the last rule are those at which all of them
    together stand out most, beginning in the middle, within ``reach`` pixels, and going on from place to place; where
    they do not stand out the shifts stay as they were.
    """
    dark = np.asarray(cv2.threshold(cv2.bitwise_not(normalized), MOST, 0, cv2.THRESH_TRUNC)[1], np.uint8)
    levels = _bowed(dark, left, right, np.asarray(levels), reach)
    edges = np.linspace(left, right, STATIONS + 1)
    step = max(2, round(STEEP * float(edges[1] - edges[0])))
    shifts = np.zeros((STATIONS, 2))
    half = STATIONS // 2
    places = [_PageStrip(dark, float(a), float(b), levels) for a, b in pairwise(edges)]
    shifts[half] = places[half].shifts((0.0, 0.0), round(reach))
    for order in (range(half + 1, STATIONS), range(half - 1, -1, -1)):
        before = shifts[half]
        for at in order:
            before = shifts[at] = places[at].shifts((float(before[0]), float(before[1])), step)
    middles = (edges[:-1] + edges[1:]) / 2
    return RuleCurvature(middles, shifts[:, 0], shifts[:, 1], levels)


def _bowed(dark: Pixels, left: float, right: float, levels: Values, reach: float) -> Values:
    """The levels with those in the middle moved against the outer ones so that all stand out most."""
    share = (levels - levels[0]) / (levels[-1] - levels[0])
    middle, wide = (left + right) / 2, (right - left) / STATIONS
    place = _PageStrip(dark, middle - wide, middle + wide, levels)
    bows = np.arange(-round(reach), round(reach) + 1)
    merits = [place.merit(levels + 4 * bow * share * (1 - share)) - 2.0 * abs(bow) / reach for bow in bows]
    best = int(np.argmax(merits))
    return levels + 4 * bows[best] * share * (1 - share) if merits[best] > CLEAR else levels


def measure_vertical_curvature(
    normalized: Pixels, top: float, bottom: float, uprights: Sequence[float] | Values, reach: float
) -> RuleCurvature:
    """As ``measure_horizontal_curvature``, of a table's upright rules between two y: the course with x and y changed
    over."""
    return measure_horizontal_curvature(
        np.asarray(cv2.transpose(normalized), np.uint8), top, bottom, uprights, reach
    )


class _PageStrip:
    """What is seen of level rules between two x of a page: ``dark``, how dark each pixel is, up to ``MOST``."""

    def __init__(self, dark: Pixels, left: float, right: float, levels: Values) -> None:
        height, width = dark.shape
        first = min(width - 1, max(0, round(left)))
        part = dark[:, first : max(first + 1, min(width, round(right)))]
        mean = cv2.reduce(part, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0] / part.shape[1]
        rows = np.arange(height)
        # a rule is darker than what lies a little above and below it; writing is not
        beside = np.maximum(mean[(rows - 7).clip(0)], mean[(rows + 7).clip(max=height - 1)])
        self._clear = np.clip(mean - beside, 0.0, 60.0)
        self._levels = np.asarray(levels)
        self._share = (self._levels - levels[0]) / (levels[-1] - levels[0])

    def merit(self, levels: Values) -> float:
        """How much all rules stand out together at those levels, the outer ones within a few pixels."""
        offsets = np.arange(-8, 9)
        at = np.rint(levels[:, None] + offsets).astype(int).clip(0, len(self._clear) - 1)
        return float(self._clear[at].mean(axis=0).max())

    def shifts(self, before: tuple[float, float], reach: int) -> tuple[float, float]:
        offsets = np.arange(-reach, reach + 1)
        upper, lower = (offset[..., None] for offset in np.meshgrid(offsets + before[0], offsets + before[1]))
        at = np.rint(self._levels + upper + self._share * (lower - upper)).astype(int)
        merit = self._clear[at.clip(0, len(self._clear) - 1)].mean(axis=2)
        # of courses that stand out alike the one that goes on as before
        away = np.abs(offsets)[:, None] + np.abs(offsets)[None, :]
        merit = merit - 0.5 * away / max(1, reach)
        best = np.unravel_index(int(merit.argmax()), merit.shape)
        if merit[best] < CLEAR:
            return before
        return float(upper[best][0]), float(lower[best][0])
