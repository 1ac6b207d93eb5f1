"""The rows of a table that has no level rules, found by what is written in it.

An entry begins where the column of its number (its name, where it has none) is written. Each column is cut for itself
at its sparsest place right above that line, for writing climbs and sinks from column to column::

    No | date | what happened                 a row begins at each line of the first column;
    7  | 3    | written on and on  ------.    each column is cut where it has the least ink
       |      | over several lines        `-- above that line
    8  | 4    | the next entry

What stands below a blank stretch of more than a line and has nothing in the first column is a block of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels

Values = NDArray[np.float64]

BLANK_STRETCH = 1.1
"""How high, in distances of written lines, a stretch without ink is that parts a block from an entry."""

DUST = 0.12
"""How much ink, in heights of a small letter, a level may have across the table and still be blank."""

FAINTEST = 0.25
"""The least ink of a line, as a share of that of the usual one."""

NARROW_NUMBER = 0.06
"""That share where a line may be the one stroke of a figure 1; it is as high as a letter then."""

SECOND_LINE = 1.5
"""How far, in distances of lines, a line of the first column is from the one above it that may be the second one of an
entry's number."""

SAME_LEVEL = 0.6
"""In how many columns, as a share of those in which entries usually begin, something is written beside a line that
begins one."""

NARROW_MARGIN = 0.25
"""How far inside its rules, in heights of a small letter, a column is looked at: what is left of them lies there."""


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """The rows of a table by what is written.

    Attributes:
        bounds: (n + 1, columns) the y at which each row begins in each column, and at which the last one ends.
        begun: (n,) whether a line of the first column begins the row; the others are blocks.
        doubled: (n,) whether another entry may stand further down in the row, whose first column is empty.
        pitch: The distance of written lines in pixels.
    """

    bounds: Values
    begun: NDArray[np.bool_]
    doubled: NDArray[np.bool_]
    pitch: float


def written_lines(
    ink: Pixels, left: float, right: float, letter: float, faintest: float = FAINTEST
) -> Values:
    """Return the y (m,) at which lines are written between two x, ascending.

    Long runs of ink (rules, edges) do not count; a line is where the ink across the column, smoothed over a letter, is
    densest.

    Args:
        ink: Mask (0/255) of the page.
        left: The x from which on the column is looked at.
        right: The x up to which it is.
        letter: The height of a written small letter in pixels.
        faintest: The least ink of a line, as a share of that of the usual one.
    """
    strip = ink[:, max(0, round(left)) : max(0, round(right))]
    if strip.shape[1] < letter:
        return np.empty(0)
    written = _without_rules(strip, letter)
    height = cv2.GaussianBlur(written.sum(axis=1).astype(np.float32)[None, :], (0, 0), 0.5 * letter)[0]
    reach = max(1, round(0.8 * letter))
    tallest = cv2.dilate(height[:, None], np.ones((2 * reach + 1, 1), np.uint8))[:, 0]
    tops = np.flatnonzero((height >= tallest) & (height > min(0.2, faintest) * letter))
    if not len(tops):
        return np.empty(0)
    usual = float(np.median(height[tops]))
    return np.array([float(y) for y in tops if height[y] > faintest * usual])


def _without_rules(strip: Pixels, letter: float) -> NDArray[np.bool_]:
    upright = cv2.morphologyEx(strip, cv2.MORPH_OPEN, np.ones((max(3, round(5 * letter)), 1), np.uint8))
    level = cv2.morphologyEx(
        strip, cv2.MORPH_OPEN, np.ones((1, max(3, round(0.6 * strip.shape[1]))), np.uint8)
    )
    rules = cv2.dilate(cv2.max(upright, level), np.ones((5, 5), np.uint8))
    return np.asarray((strip > 0) & (rules == 0), np.bool_)


def find_written_rows(
    ink: Pixels, edges: Sequence[float], first: int, span: tuple[float, float], letter: float
) -> WrittenRows:
    """Return the rows of a table; where nothing is written in its first column, all that is written is blocks.

    Args:
        ink: Mask (0/255) of the writing, without rules.
        edges: The x of the columns' edges, ascending.
        first: The number of the column in which an entry begins.
        span: The y from which to which the rows reach.
        letter: The height of a written small letter in pixels.
    """
    top, bottom = max(0, round(span[0])), min(ink.shape[0], round(span[1]))
    body = np.ascontiguousarray(ink[top:bottom])
    margin = NARROW_MARGIN * letter
    columns = [(left + margin, right - margin) for left, right in pairwise(edges)]
    pitch = _line_distance(body, columns, letter)
    profiles = [_profile(body, left, right, letter) for left, right in columns]
    lines = written_lines(body, *columns[first], letter, NARROW_NUMBER)
    lines = _with_signs(lines, body, columns[first], pitch, letter)
    strong = written_lines(body, *columns[first], letter)
    begins = _beginnings(lines, strong, profiles, first, pitch, letter)
    cuts = np.array([[_sparsest(profile, y, pitch) for profile in profiles] for y in begins])
    cuts = cuts.reshape(-1, len(columns))
    end = np.full((1, len(columns)), float(len(body)))
    bounds, begun = _with_blocks(profiles, np.vstack([cuts, end]), begins, pitch, letter)
    others = [profile for number, profile in enumerate(profiles) if number != first]
    doubled = begun & _doubled(others, np.delete(bounds, first, axis=1), begun, pitch, letter)
    return WrittenRows(bounds + top, begun, doubled, pitch)


def _beginnings(
    lines: Values, strong: Values, profiles: Sequence[Values], first: int, pitch: float, letter: float
) -> Values:
    """Return those of the lines of the first column that begin an entry, no second lines.

    Faint ones, which are not among the ``strong`` ones, begin one only where other columns begin beside them.
    """
    lines = lines[np.diff(lines, prepend=-np.inf) > 0.6 * pitch]
    others = [profile for number, profile in enumerate(profiles) if number != first]
    beside = np.array([_columns_at(others, y, pitch, letter) for y in lines])
    close = np.diff(lines, prepend=-np.inf) < SECOND_LINE * pitch
    faint = np.abs(lines[:, None] - strong).min(axis=1, initial=np.inf) > letter
    if not (~close & ~faint).any():
        return lines
    usual = float(np.median(beside[~close & ~faint]))
    return np.asarray(lines[~close & ~faint | (beside >= SAME_LEVEL * usual)], np.float64)


def _with_signs(
    lines: Values, body: Pixels, column: tuple[float, float], pitch: float, letter: float
) -> Values:
    """Return the lines at which a sign as high as a letter stands, where their signs are: tails and dust are none."""
    if not len(lines):
        return lines
    strip = _without_rules(body[:, max(0, round(column[0])) : round(column[1])], letter).astype(np.uint8)
    boxes = cv2.connectedComponentsWithStats(strip, connectivity=8)[2]
    top, high = boxes[1:, cv2.CC_STAT_TOP], boxes[1:, cv2.CC_STAT_HEIGHT]
    is_sign = high > 0.6 * letter
    # figures have tails below the line, hardly ever strokes above it
    y = (top + np.minimum(high, 1.5 * letter) / 2)[is_sign]
    if not len(y):
        return lines[:0]
    nearest = np.abs(lines[:, None] - y).argmin(axis=0)
    held = np.abs(lines[nearest] - y) < 0.9 * pitch
    return np.sort([float(np.median(y[held & (nearest == line)])) for line in np.unique(nearest[held])])


def _columns_at(profiles: Sequence[Values], y: float, pitch: float, letter: float) -> int:
    """Return in how many columns something is written at the level y."""
    low, high = max(0, round(y - 0.45 * pitch)), round(y + 0.45 * pitch)
    return sum(bool(profile[low:high].sum() > 0.2 * letter**2) for profile in profiles)


def _doubled(
    profiles: Sequence[Values], bounds: Values, begun: NDArray[np.bool_], pitch: float, letter: float
) -> NDArray[np.bool_]:
    """Return which rows may hold a second entry.

    Two columns or more begin anew there below an empty line, or hold several lines though they hold one elsewhere.
    """
    runs = [
        [_runs(profile[round(top) : round(bottom)], letter) for top, bottom in pairwise(bounds[:, number])]
        for number, profile in enumerate(profiles)
    ]
    anew = np.array([[_begins_anew(row, pitch) for row in column] for column in runs])
    count = np.array([[len(row) for row in column] for column in runs])
    single = [
        np.percentile(column[begun & (column > 0)], 60) <= 1 if (begun & (column > 0)).any() else False
        for column in count
    ]
    more = (count > 1) & np.array(single)[:, None]
    found: NDArray[np.bool_] = (anew | more).sum(axis=0) > 1
    return found


def _runs(profile: Values, letter: float) -> list[tuple[int, int]]:
    """Return from where to where a column is written in a row, line by line where lines do not touch."""
    return _stretches(profile > 0, 0.5 * letter)


def _begins_anew(runs: Sequence[tuple[int, int]], pitch: float) -> bool:
    return any(after[0] - before[1] > 1.2 * pitch for before, after in pairwise(runs))


def _line_distance(body: Pixels, columns: Sequence[tuple[float, float]], letter: float) -> float:
    """Return the usual distance of lines, by the columns in which several lines follow one another."""
    apart = [
        np.diff(lines)
        for left, right in columns
        if len(lines := written_lines(body, left, right, letter)) > 2
    ]
    near = np.concatenate(apart) if apart else np.empty(0)
    near = near[near < 6 * letter]
    return float(np.percentile(near, 30)) if len(near) else 3 * letter


def _profile(body: Pixels, left: float, right: float, letter: float) -> Values:
    strip = body[:, max(0, round(left)) : max(1, round(right))]
    if strip.shape[1] < 1:
        return np.zeros(len(body))
    return np.asarray(_without_rules(strip, letter).sum(axis=1), np.float64)


def _sparsest(profile: Values, y: float, pitch: float) -> float:
    """Return where a column has the least ink between a line at y and the one above it, nearest to their middle."""
    low, high = max(0, round(y - 0.95 * pitch)), max(1, round(y - 0.1 * pitch))
    there = profile[low:high]
    if not len(there):
        return float(low)
    smooth = cv2.GaussianBlur(there[None, :].astype(np.float32), (0, 0), max(0.5, 0.06 * pitch))[0]
    away = np.abs(np.arange(low, low + len(there)) - (y - 0.55 * pitch)) / pitch
    return float(low + int((smooth + 0.02 * pitch + away * 0.15 * pitch).argmin()))


def _with_blocks(
    profiles: Sequence[Values], cuts: Values, begins: Values, pitch: float, letter: float
) -> tuple[Values, NDArray[np.bool_]]:
    """Return the rows with the blocks that stand apart from the entries above them, or above all of them."""
    total = np.sum(profiles, axis=0)
    blank = total <= DUST * letter
    rows: list[Values] = []
    begun: list[bool] = []
    edges = np.vstack([np.zeros((1, cuts.shape[1])), cuts])
    for number in range(len(edges) - 1):
        is_entry = number > 0
        start = round(float(begins[number - 1])) if is_entry else 0
        end = round(float(edges[number + 1].min()))
        if is_entry:
            rows.append(edges[number])
            begun.append(True)
        elif (~blank[:end]).sum() > 0.3 * letter:
            rows.append(edges[number])
            begun.append(False)
        for low, high in _stretches(blank[start:end], BLANK_STRETCH * pitch):
            below = ~blank[start + high : end]
            if (low or is_entry) and below.sum() > 0.3 * letter:
                rows.append(np.full(cuts.shape[1], start + (low + high) / 2))
                begun.append(False)
    return np.vstack([*rows, cuts[-1:]]), np.array(begun, np.bool_)


def _stretches(mask: NDArray[np.bool_], least: float) -> list[tuple[int, int]]:
    """Return from where to where a mask holds for at least so long."""
    padded = np.concatenate([[False], mask, [False]]).astype(np.int8)
    steps = np.diff(padded)
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if b - a >= least]
