"""Dot leaders: the rows of dots that blanks are printed with and people write on.

A dot of a leader is a small, roughly round component with neighbours on its level at one spacing. Dots of letters, full
stops and tone marks have none. Writing hides dots or hangs together with them, so two searches complement each other:
runs of six dots and more (``_dot_runs``), and levels on which dense writing has left dots in ones and twos
(``_dot_rows``). What is out of step with its row is no dot of it:

    printed     . . . . . . . . . . . . . . . .
    written     . . . . ┌─┐ . . .ọ. . . .          o with a dot below: out of step,
                        a b       ^                its dot stays with the letter
    spacing     |-|     |-----| three steps hidden
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.order_statistics import median


@dataclass(frozen=True, slots=True)
class DotLeaders:
    """The dots of a page's leaders.

    Attributes:
        boxes: (n, 4) left, top, right, bottom in pixels.
        centroids: (n, 2) x and y.
        run_ids: (n,) number of the run that each dot belongs to.
        mask: (h, w) 255 where a dot of a leader is.
    """

    boxes: NDArray[np.int32]
    centroids: NDArray[np.float64]
    run_ids: NDArray[np.int32]
    mask: Pixels


MAX_DOT_SIZE = 1.45
"""Area, in usual dots, from which on a component is more than a dot: a dot below or a full stop has run into it."""

MIN_DOTS = 3
"""So many dots must be left in step: one or two of what is no leader are dots of letters."""

MIN_NEIGHBOURS = 6
"""So many dots of a leader beside a component decide whether it is one of them."""

STEP_TOLERANCE = 0.15
"""How far from a whole number of spacings a gap may be, in spacings."""

MIN_SINGLE_STEPS = 0.25
"""The least share of gaps that are one spacing long."""


def find_leaders(components: ConnectedComponents, letter: float) -> DotLeaders:
    """Return the leader dots among the components of a page.

    Args:
        components: Ink of the page.
        letter: Height of the printed letters in pixels.
    """
    centroids, area = components.centroids, components.area
    width, height = (
        components.boxes[:, 2] - components.boxes[:, 0],
        components.boxes[:, 3] - components.boxes[:, 1],
    )
    largest = max(3.0, 0.24 * letter)
    small = (width <= largest) & (height <= largest) & (area <= 0.7 * largest**2)
    number = np.nonzero(small)[0]
    run = _dot_runs(centroids[number], letter)
    row = _dot_rows(centroids[number], area[number].astype(float), letter)
    run = np.where(run >= 0, run, np.where(row >= 0, row + run.max(initial=0) + 1, -1))
    for run_id in np.unique(run[run >= 0]):
        members = np.nonzero(run == run_id)[0]
        off = _irregular_dots(centroids[number[members]], area[number[members]].astype(float), letter)
        run[members if (~off).sum() < MIN_DOTS else members[off]] = -1
    kept = run >= 0
    number, run = number[kept], run[kept]
    chosen = np.zeros(len(area), bool)
    chosen[number] = True
    mask = np.zeros(components.shape, np.uint8)
    mask.ravel()[components.pixel_indices(chosen)] = 255
    return DotLeaders(components.boxes[number], centroids[number], run.astype(np.int32), mask)


def find_missed_dots(
    boxes: NDArray[np.int32], leaders: NDArray[np.int32], letter: float
) -> NDArray[np.bool_]:
    """Return which components (n,) are leader dots that were taken for more: one dot, or two that ran together.

    They are as low as the known dots, on the level of those beside them, and in step with them at both ends.

    Args:
        boxes: (n, 4) boxes of the components in pixels.
        leaders: (m, 4) boxes of the known dots.
        letter: Height of the printed letters in pixels.
    """
    found = np.zeros(len(boxes), bool)
    if len(leaders) < MIN_NEIGHBOURS:
        return found
    wide, high = np.median(leaders[:, 2:] - leaders[:, :2], axis=0)
    dots = leaders[np.argsort(leaders[:, 1] + leaders[:, 3])]
    x, y = (dots[:, 0] + dots[:, 2]) / 2, (dots[:, 1] + dots[:, 3]) / 2
    left, top, right, bottom = boxes.T.astype(float)
    low = (bottom - top <= 1.8 * high) & (right - left <= 0.45 * letter)
    for dot in np.flatnonzero(low & (right - left > 0.6 * wide) & (bottom - top > 0.6 * high)):
        level, middle = (top[dot] + bottom[dot]) / 2, (left[dot] + right[dot]) / 2
        on = slice(*np.searchsorted(y, (level - 0.08 * letter, level + 0.08 * letter)))
        neighbours = np.sort(x[on][np.abs(x[on] - middle) < 4 * letter])
        steps = np.diff(neighbours)
        steps = steps[(steps > 2) & (steps < 0.5 * letter)]
        if len(neighbours) < MIN_NEIGHBOURS or len(steps) < MIN_DOTS:
            continue
        ends = np.array([left[dot] + wide / 2, right[dot] - wide / 2])
        paces = np.abs(neighbours - ends[:, None]) / dot_spacing(steps)
        found[dot] = (np.abs(paces - np.rint(paces)) < 0.25).mean(axis=1).min() >= 0.6
    return found


def _dot_runs(centroids: NDArray[np.float64], letter: float) -> NDArray[np.int64]:
    """Return for each small component the number of its run of at least six on one level, or -1."""
    run = np.full(len(centroids), -1)
    if len(centroids) < 6:
        return run
    level = max(2.0, 0.14 * letter)
    reach = 0.95 * letter
    # link every dot to its nearest neighbour to the right on the same level
    by_x = np.argsort(centroids[:, 0])
    x, y = centroids[by_x, 0], centroids[by_x, 1]
    follower = np.full(len(centroids), -1)
    ahead = np.searchsorted(x, x + reach, side="right") - np.arange(len(x))
    for step in range(1, int(ahead.max())):
        here = np.flatnonzero((follower < 0) & (ahead > step))
        here = here[np.abs(y[here + step] - y[here]) <= level]
        follower[here] = here + step
    seen = np.zeros(len(centroids), bool)
    number = 0
    for i in range(len(by_x)):
        if seen[i]:
            continue
        chain = [i]
        while follower[chain[-1]] >= 0 and not seen[follower[chain[-1]]]:
            chain.append(follower[chain[-1]])
            seen[chain[-1]] = True
        if len(chain) >= 6:
            run[by_x[chain]] = number
            number += 1
    return run


def _dot_rows(centroids: NDArray[np.float64], area: NDArray[np.float64], letter: float) -> NDArray[np.int64]:
    """Return for each small component the number of its level, or -1.

    It finds leaders that dense writing has cut to ones and twos. A level counts when seven or more components of one
    size lie on it within a twentieth of a letter, some of them at the spacing of a leader.
    """
    row = np.full(len(centroids), -1)
    near = max(1.5, 0.045 * letter)
    order = np.argsort(centroids[:, 1])
    y = centroids[order, 1]
    number = 0
    for start in range(len(order)):
        if row[order[start]] >= 0:
            continue
        on = order[start : np.searchsorted(y, y[start] + 2 * near, side="right")]
        on = on[row[on] < 0]
        if len(on) < 7:
            continue
        size = median(area[on])
        on = on[(area[on] > 0.55 * size) & (area[on] < 1.8 * size)]
        paces = np.diff(np.sort(centroids[on, 0]))
        if len(on) >= 7 and (paces < 0.45 * letter).sum() >= 3:
            row[on] = number
            number += 1
    return row


def _irregular_dots(
    centroids: NDArray[np.float64], area: NDArray[np.float64], letter: float
) -> NDArray[np.bool_]:
    """Return which components of a leader's level are none of its dots: out of step, off its level or of another size.

    A dot below a vowel or a full stop that happens to lie on the level is out of step with the dots around it.
    """
    if len(centroids) < 6:
        return np.zeros(len(centroids), bool)
    order = np.argsort(centroids[:, 0])
    x = centroids[order, 0]
    steps = np.diff(x)
    paces = steps[(steps > 2) & (steps < 0.5 * letter)]
    if len(paces) < 3:
        return np.zeros(len(centroids), bool)
    pace = dot_spacing(paces)
    level = np.abs(centroids[:, 1] - median(centroids[:, 1])) > max(2.0, 0.05 * letter)
    usual = median(area)
    size = (area > MAX_DOT_SIZE * usual) | (area < 0.4 * usual)
    distance = np.abs(x[:, None] - x[None, :])
    count = np.rint(distance / pace)
    in_step = (np.abs(distance - count * pace) < 0.2 * pace) & (count > 0) & (count <= 14)
    other = (distance > 0.3 * pace) & (count <= 14)
    agreeing = in_step.sum(axis=1) / np.maximum(1, other.sum(axis=1))
    out = np.zeros(len(centroids), bool)
    out[order] = agreeing < 0.5
    return out | level | size


def dot_spacing(steps: NDArray[np.float64]) -> float:
    """Return the spacing of a leader in pixels.

    It is the gap of which most others are once to four times as long. Where writing hides every other dot the usual gap
    is two spacings. A quarter of the gaps must be of that length: half a spacing explains all gaps, and a dot that is
    out of step as well.

    Args:
        steps: (n,) gaps from one seen dot to the next, in pixels.
    """
    counts = _count_multiples(steps)
    once, agreeing = counts[0], counts.sum(axis=0)
    agreeing = np.where(once >= MIN_SINGLE_STEPS * len(steps), agreeing, 0)
    best = np.flatnonzero(agreeing == agreeing.max())
    best_step = int(best[np.argmax(steps[best])])
    if not agreeing[best_step]:
        return median(steps)
    times = steps / steps[best_step]
    whole = np.rint(times)
    fits = (np.abs(times - whole) < STEP_TOLERANCE) & (whole >= 1) & (whole <= 4)
    return float((steps[fits] / whole[fits]).mean())


def _count_multiples(steps: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each step how many steps are about once, twice, three and four times as long: (4, n).

    Those are neighbours in order. Where they begin and end is found by halving, then put right by the very quotients:
    a limit times a step is rounded otherwise than a quotient.
    """
    whole = np.arange(1, 5)[:, None]
    ordered = np.concatenate([[-np.inf], np.sort(steps), [np.inf]])

    def fits(at: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray(np.abs(ordered[at] / steps - whole) < STEP_TOLERANCE)

    first = np.searchsorted(ordered, (whole - STEP_TOLERANCE) * steps)
    last = np.searchsorted(ordered, (whole + STEP_TOLERANCE) * steps) - 1
    for _ in steps:
        wider = fits(first - 1)
        narrower = ~wider & (first <= last) & ~fits(first)
        if not (wider | narrower).any():
            break
        first = first - wider + narrower
    for _ in steps:
        wider = fits(last + 1)
        narrower = ~wider & (first <= last) & ~fits(last)
        if not (wider | narrower).any():
            break
        last = last + wider - narrower
    return np.asarray(last - first + 1, np.int64)
