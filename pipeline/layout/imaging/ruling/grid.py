r"""The ruled grid of a table page, found without knowing where its rules should be.

Long runs of ink are summed along courses. A family of rules leans as a whole (``lean``), and under a slanting view
rules at one side lean more than at the other (``fan``):

    lean 0, fan 0      lean > 0         fan > 0
     |  |  |  |        \  \  \  \       / |  |  \
     |  |  |  |         \  \  \  \     /  |  |   \
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Matrix, Pixels

BANDS = 16
"""Bands into which a page is cut to see how its rules lean."""

LEAN_STEPS = (0.006, 7)
"""Step of the lean of all rules together, and how many steps to either side are tried."""

FAN_STEPS = (0.014, 5)
"""The same of how much more rules at the far side lean than those at the near one."""

COARSE_STRIDE = 4
"""Every so many positions are looked at when lean and fan are sought."""

MIN_GAIN = 1.04
"""How many times as well leaning rules must stand out as straight ones to be believed."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RuleFamily:
    """A family of long rules that are nearly parallel.

    Attributes:
        at: (n,) where they cross the middle of the page, in pixels, ascending.
        lean: How far a rule in the middle of the page moves aside for each pixel along it.
        fan: How much more that is at the far end of the positions than at the near end.
        size: Pixels of the page (across the rules, along the rules).
    """

    at: Values
    lean: float
    fan: float
    size: tuple[int, int]

    def slope(self, at: Values | float) -> Values:
        """Return how far a rule at a position moves aside for each pixel along it."""
        return np.asarray(self.lean + self.fan * (np.asarray(at) / self.size[0] - 0.5), np.float64)

    def position_along(self, at: Values | float, along: Values | float) -> Values:
        """Return where a rule that crosses the middle at ``at`` is so far along."""
        return np.asarray(at + (np.asarray(along) - self.size[1] / 2) * self.slope(at), np.float64)

    def without_perspective(self, at: Values | float, others: RuleFamily) -> Values:
        """Return positions as they would be without the slanting view.

        Towards the side at which the ``others`` converge, these are bunched as well.
        """
        away = np.asarray(at) - self.size[0] / 2
        return np.asarray(away / (1 + others.divergence * away) + self.size[0] / 2, np.float64)

    def with_perspective(self, at: Values | float, others: RuleFamily) -> Values:
        """Return positions under the slanting view: the inverse of ``without_perspective``."""
        away = np.asarray(at) - self.size[0] / 2
        return np.asarray(away / (1 - others.divergence * away) + self.size[0] / 2, np.float64)

    @property
    def divergence(self) -> float:
        """By which share of their distance these rules part for each pixel along them."""
        return self.fan / self.size[0]


def find_rule_families(ink: Pixels, runs: Pixels) -> tuple[RuleFamily, RuleFamily]:
    """Return the long vertical and the long horizontal rules of a levelled page.

    Runs of ink longer than 1/28 of the page's side are rules. Those that share a course are added up, so gaps do no
    harm; a course counts when its runs cover three tenths of the side.

    Args:
        ink: Mask (0/255) of the page.
        runs: Its ``vertical_runs``.
    """
    return _find_family(runs), _find_family(vertical_runs(np.asarray(cv2.transpose(ink), np.uint8)))


def _find_family(runs: Pixels) -> RuleFamily:
    height, width = runs.shape
    reach = max(3, width // 300)
    # rules that bend count in the columns beside them as well
    tilted = np.asarray(cv2.dilate(runs, np.ones((1, 2 * reach + 1), np.uint8)), np.uint8)
    bands = np.stack(
        [cv2.reduce(part, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[0] / 255 for part in _split_bands(tilted)]
    )
    lean, fan = _estimate_lean(bands, height)
    covered = _coverage(bands, height, lean, fan)
    smooth = cv2.GaussianBlur(covered[None, :], (0, 0), reach / 2)[0]
    peaks: list[int] = []
    for x in np.nonzero(smooth > 0.3)[0]:
        part = smooth[max(0, x - reach) : x + reach + 1]
        if smooth[x] == part.max() and (not peaks or x - peaks[-1] > 2 * reach):
            peaks.append(int(x))
    return RuleFamily(np.array(peaks, float), lean, fan, (width, height))


def _split_bands(picture: Pixels) -> list[Pixels]:
    return [part for part in np.array_split(picture, BANDS) if len(part)]


def _coverage(bands: NDArray[np.float32], height: float, lean: float, fan: float) -> NDArray[np.float32]:
    """Return how much of the height is ink along each course that crosses the middle at x."""
    width = bands.shape[1]
    x = np.arange(width)
    away = (np.arange(len(bands)) + 0.5) / len(bands) * height - height / 2
    course = np.multiply.outer(away, lean + fan * (x / width - 0.5))
    course += x
    at = np.rint(course, out=course).astype(np.int32)
    np.clip(at, 0, width - 1, out=at)
    at += np.arange(0, bands.size, width, dtype=np.int32)[:, None]
    return np.asarray(bands.ravel().take(at).mean(axis=0), np.float32)


def _estimate_lean(bands: NDArray[np.float32], height: int) -> tuple[float, float]:
    """Return the lean and the fan at which the rules stand out most, coarse to fine, straight ones first."""
    few = np.ascontiguousarray(bands[:, ::COARSE_STRIDE])

    def merit(lean: float, fan: float) -> float:
        covered = _coverage(few, height / COARSE_STRIDE, lean, fan)
        return float((covered**4).sum())

    straight = merit(0.0, 0.0)
    best = straight, 0.0, 0.0
    (lean_step, leans), (fan_step, fans) = LEAN_STEPS, FAN_STEPS
    for _ in range(3):
        _, lean, fan = best
        tried = [
            (merit(tried_lean, tried_fan), tried_lean, tried_fan)
            for tried_lean in lean + lean_step * np.arange(-leans, leans + 1)
            for tried_fan in fan + fan_step * np.arange(-fans, fans + 1)
        ]
        best = max(best, *tried)
        lean_step, fan_step, leans, fans = lean_step / 3, fan_step / 3, 1, 1
    return (float(best[1]), float(best[2])) if best[0] > MIN_GAIN * straight else (0.0, 0.0)


def vertical_extent(runs: Pixels, upright: RuleFamily) -> tuple[float, float] | None:
    """Return from which y to which y the vertical rules run, ``None`` where they are nowhere.

    They run where three tenths more of them are seen than of as many lines between them, so that streaks beside the
    paper do not count.

    Args:
        runs: ``vertical_runs`` of the page.
        upright: Its vertical rules.
    """
    height, width = runs.shape
    if len(upright.at) < 2:
        return None
    margin = 2 * max(3, width // 300)
    bands = _split_bands(runs)

    def seen(lines: Values) -> Values:
        shares, top = [], 0
        for band in bands:
            places = upright.position_along(lines, top + len(band) / 2)
            columns = np.rint(places).astype(int)[:, None] + np.arange(-margin, margin + 1)
            near = band[:, columns.clip(0, width - 1)] > 0
            shares.append((near & (columns >= 0) & (columns < width)).any(axis=2).mean(axis=1))
            top += len(band)
        return np.asarray(np.concatenate(shares), np.float64)

    rows = np.flatnonzero(seen(upright.at) - seen((upright.at[1:] + upright.at[:-1]) / 2) >= 0.3)
    if not len(rows):
        return None
    stretches = np.split(rows, np.flatnonzero(np.diff(rows) > height // 20) + 1)
    longest = max(stretches, key=len)
    return float(longest[0]), float(longest[-1])


def frame_corners(upright: RuleFamily, level: RuleFamily, sides: tuple[float, float, float, float]) -> Matrix:
    """Return the corners (4, 2), clockwise from the top left, of a frame that leans as its rules do.

    Args:
        upright: Vertical rules.
        level: Horizontal rules.
        sides: Where the frame's (left, top, right, bottom) cross the middle of the page, in pixels.
    """
    left, top, right, bottom = sides
    corners = []
    for x, y in ((left, top), (right, top), (right, bottom), (left, bottom)):
        at = np.array([x, y])
        for _ in range(3):
            at = np.array([float(upright.position_along(x, at[1])), float(level.position_along(y, at[0]))])
        corners.append(at)
    return np.array(corners)


def vertical_runs(ink: Pixels) -> Pixels:
    """Return the mask of the vertical runs of ink longer than 1/28 of the height."""
    width = ink.shape[1]
    run = max(15, ink.shape[0] // 28)
    before, behind = run // 2, run - 1 - run // 2
    # eight columns a byte
    held = np.packbits(np.asarray(cv2.dilate(ink, np.ones((1, 3), np.uint8)), np.uint8), axis=1)
    # an opening in steps that double, what lies beyond the picture counts as ink: seven steps in place of 118
    held = np.pad(held, ((before, behind), (0, 0)), constant_values=255)
    for step in _doubling(run):
        held = held[:-step] & held[step:]
    held = np.pad(held, ((behind, before), (0, 0)))
    for step in _doubling(run):
        held = held[:-step] | held[step:]
    return np.asarray(255 * np.unpackbits(held, axis=1, count=width), np.uint8)


def _doubling(length: int) -> Iterator[int]:
    """Yield the shifts after which each pixel holds what ``length`` pixels in a row held."""
    reached = 1
    while reached < length:
        step = min(reached, length - reached)
        yield step
        reached += step


def nearest_horizontal_rule(
    normalized: Pixels, left: float, right: float, expected: float, reach: float
) -> float:
    """Return the y of the horizontal rule nearest to ``expected`` between two x; ``expected`` when none is seen."""
    height, width = normalized.shape
    top, bottom = max(0, round(expected - reach)), max(0, min(height, round(expected + reach)))
    part = 255 - normalized[top:bottom, max(0, round(left)) : min(width, round(right))]
    if part.shape[0] < 3 or part.shape[1] < 10:
        return expected
    darkness = np.minimum(part, 120).mean(axis=1)
    y = np.arange(top, bottom)
    merit = darkness - 18 * np.abs(y - expected) / reach
    best = int(merit.argmax())
    return float(y[best]) if darkness[best] > 42 else expected
