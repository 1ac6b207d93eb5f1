"""The ruled lines of a table page, found without knowing where they should be."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Pixels


def ruled_lines(ink: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions of long upright and long level rules of a levelled page: x (n,) and y (m,) in pixels, ascending.

    Runs of ink longer than 1/28 of the page's side are rules; those that share a position are added up, gaps do
    no harm; a position counts when its runs cover three tenths of the side.
    """
    return _positions(ink), _positions(np.asarray(cv2.transpose(ink), np.uint8))


def _positions(ink: Pixels) -> NDArray[np.float64]:
    height, width = ink.shape
    runs = _runs(ink)
    reach = max(3, width // 300)
    # perspective tilts rules against one another: a rule counts in the columns beside it as well
    tilted = cv2.dilate(runs, np.ones((1, 2 * reach + 1), np.uint8))
    covered = cv2.reduce(tilted, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F)[0] / (255 * height)
    smooth = cv2.GaussianBlur(covered[None, :], (0, 0), reach / 2)[0]
    peaks: list[int] = []
    for x in np.nonzero(smooth > 0.3)[0]:
        part = smooth[max(0, x - reach) : x + reach + 1]
        if smooth[x] == part.max() and (not peaks or x - peaks[-1] > 2 * reach):
            peaks.append(int(x))
    return np.array(peaks, float)


def upright_reach(ink: Pixels, upright: NDArray[np.float64]) -> tuple[float, float] | None:
    """From which y to which y the upright rules at ``upright`` (x) run: where three tenths more of them are seen than
    of as many lines between them, so that streaks beside the paper are none; ``None`` where they are nowhere."""
    height, width = ink.shape
    if len(upright) < 2:
        return None
    beside = 2 * max(3, width // 300)
    runs = _runs(ink)

    def seen(lines: NDArray[np.float64]) -> NDArray[np.float64]:
        each = [runs[:, max(0, round(x) - beside) : round(x) + beside + 1].any(axis=1) for x in lines]
        return np.asarray(np.mean(each, axis=0), np.float64)

    rows = np.flatnonzero(seen(upright) - seen((upright[1:] + upright[:-1]) / 2) >= 0.3)
    if not len(rows):
        return None
    stretches = np.split(rows, np.flatnonzero(np.diff(rows) > height // 20) + 1)
    longest = max(stretches, key=len)
    return float(longest[0]), float(longest[-1])


def written_rows(ink: Pixels, left: float, right: float, letter: float) -> NDArray[np.float64]:
    """The y (m,) at which lines are written between two x, ascending: rows of a table that has no level rules.

    ``letter`` is the height of a written small letter in pixels. Long runs of ink (rules, edges) do not count; a line
    is where the ink across the column, smoothed over a letter, is densest.
    """
    strip = ink[:, max(0, round(left)) : max(0, round(right))]
    if strip.shape[1] < letter:
        return np.empty(0)
    upright = cv2.morphologyEx(strip, cv2.MORPH_OPEN, np.ones((max(3, round(5 * letter)), 1), np.uint8))
    level = cv2.morphologyEx(
        strip, cv2.MORPH_OPEN, np.ones((1, max(3, round(0.6 * strip.shape[1]))), np.uint8)
    )
    written = (strip > 0) & (cv2.dilate(cv2.max(upright, level), np.ones((5, 5), np.uint8)) == 0)
    height = cv2.GaussianBlur(written.sum(axis=1).astype(np.float32)[None, :], (0, 0), 0.5 * letter)[0]
    reach = max(1, round(0.8 * letter))
    tallest = cv2.dilate(height[:, None], np.ones((2 * reach + 1, 1), np.uint8))[:, 0]
    tops = np.flatnonzero((height >= tallest) & (height > 0.2 * letter))
    if not len(tops):
        return np.empty(0)
    usual = float(np.median(height[tops]))
    return np.array([float(y) for y in tops if height[y] > 0.25 * usual])


def _runs(ink: Pixels) -> Pixels:
    """Runs of ink longer than 1/28 of the height, down."""
    wide = cv2.dilate(ink, np.ones((1, 3), np.uint8))
    run = max(15, ink.shape[0] // 28)
    before, behind = run // 2, run - 1 - run // 2
    # an opening in steps that double, what lies beyond the picture counts as ink: seven steps in place of 118
    held = cv2.copyMakeBorder(wide, before, behind, 0, 0, cv2.BORDER_CONSTANT, value=(255.0,))
    for step in _doubling(run):
        held = cv2.bitwise_and(held[:-step], held[step:])
    held = cv2.copyMakeBorder(held, behind, before, 0, 0, cv2.BORDER_CONSTANT, value=(0.0,))
    for step in _doubling(run):
        held = cv2.bitwise_or(held[:-step], held[step:])
    return np.asarray(held, np.uint8)


def _doubling(length: int) -> Iterator[int]:
    """The shifts after which each pixel holds what ``length`` pixels on end held."""
    reached = 1
    while reached < length:
        step = min(reached, length - reached)
        yield step
        reached += step


def nearest_level(even: Pixels, left: float, right: float, expected: float, reach: float) -> float:
    """The y of the level rule nearest to ``expected`` between two x positions; ``expected`` when none is seen."""
    height, width = even.shape
    top, bottom = max(0, round(expected - reach)), max(0, min(height, round(expected + reach)))
    part = 255 - even[top:bottom, max(0, round(left)) : min(width, round(right))]
    if part.shape[0] < 3 or part.shape[1] < 10:
        return expected
    darkness = np.minimum(part, 120).mean(axis=1)
    y = np.arange(top, bottom)
    merit = darkness - 18 * np.abs(y - expected) / reach
    best = int(merit.argmax())
    return float(y[best]) if darkness[best] > 42 else expected
