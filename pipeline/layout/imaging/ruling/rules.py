r"""Printed rules: finding, tracing and erasing one whose place is known about, and the frame they make.

The band of pixels around the expected segment is cut out and laid level; what is thin and dark in it is averaged over
stations along its length, so that gaps and crossing strokes do little harm. In that profile a straight rule is a
straight line, a bent one the darkest path:

    expected segment       band, laid level           profile (station x offset)
       \                 ........................     . . . . . . . . .
        \     rule  =>   ---__________-----------     # # . . . . # # #
         \    /          ........................     . . # # # # . . .
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Frame, Matrix, Pixels
from pipeline.layout.imaging.order_statistics import median

log = logging.getLogger(__name__)

STATIONS = 160
"""Stretches into which a rule is cut along its length."""


def find_rule_near(
    normalized: Pixels, start: Matrix, end: Matrix, reach: float, thickness: float
) -> Matrix | None:
    """Return the ends (2, 2) of the straight rule near a segment, or ``None`` where none is seen.

    The straight course (offset and slope) along which most stations are dark wins; it must be dark in at least 45 % of
    them.

    Args:
        normalized: The page (h, w), paper 255.
        start: Expected begin of the rule, x and y.
        end: Expected end of the rule.
        reach: How far in pixels it may run off the segment.
        thickness: The most a rule may measure across, so that a dark scan edge is none.
    """
    band = _band(normalized, start, end, reach, thickness)
    if band is None:
        return None
    thin, _, across = band
    profile = _station_profile(thin)
    found = _find_straightest(profile, reach)
    if found is None:
        return None
    first, last = found
    return np.array([start + across * (first - reach), end + across * (last - reach)])


def _band(
    normalized: Pixels, start: Matrix, end: Matrix, reach: float, thickness: float
) -> tuple[Pixels, Matrix, Matrix] | None:
    """Return what is thin and dark (255) within reach of a segment, laid level, and the directions along and across it.

    ``None`` for a segment too short to say anything.
    """
    length = float(np.hypot(*(end - start)))
    if length < 50:
        return None
    along = (end - start) / length
    across = np.array([-along[1], along[0]])
    band_width = int(2 * reach) + 1
    steps = int(length)
    matrix = np.column_stack([along, across, start - across * reach])
    band = cv2.warpAffine(
        normalized,
        matrix,
        (steps, band_width),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    dark = 255 - band
    kernel = np.ones((int(2 * thickness) | 1, 1), np.uint8)
    thin = cv2.subtract(dark, cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel))
    return np.asarray(thin, np.uint8), along, across


def rule_cover(normalized: Pixels, start: Matrix, end: Matrix, reach: float, thickness: float) -> float:
    """Return the share 0..1 of a segment along which a thin rule is seen.

    Args:
        normalized: The page (h, w), paper 255.
        start: Begin of the segment, x and y.
        end: End of the segment.
        reach: How far in pixels the rule may run off it.
        thickness: The most a rule may measure across, so that a dark scan edge is none.
    """
    band = _band(normalized, start, end, reach, thickness)
    return 0.0 if band is None else float((_station_profile(band[0]).max(axis=1) > _MIN_DARKNESS).mean())


def _station_profile(thin: Pixels) -> NDArray[np.float32]:
    """Return the mean darkness (STATIONS, band width) of each stretch, clipped so that ink does not outvote a rule."""
    cells = cv2.resize(thin, (STATIONS, thin.shape[0]), interpolation=cv2.INTER_AREA).T
    return np.minimum(cells.astype(np.float32), 110.0)


def trace_rule_near(normalized: Pixels, start: Matrix, end: Matrix, reach: float, thickness: float) -> Matrix:
    """Return the course (n, 2) of the rule near a segment, however it bends; the segment itself where no rule is seen.

    A rule close by is followed from station to station; one that leaves this band is first sought as the straightest
    one within reach.

    Args:
        normalized: The page (h, w), paper 255.
        start: Expected begin of the rule, x and y.
        end: Expected end of the rule.
        reach: How far in pixels it may run off the segment.
        thickness: The most it may measure across, in pixels.

    Source:
        The darkest path is found by dynamic programming (Viterbi).
    """
    straight = np.array([start, end], np.float64)
    near = _follow(normalized, straight, thickness, thickness)
    if near is None:
        near = _follow(normalized, straight, 2.5 * thickness, thickness)
    if near is None:
        found = find_rule_near(normalized, start, end, reach, thickness)
        near = None if found is None else _follow(normalized, found, 1.5 * thickness, thickness)
    return straight if near is None else near


MIN_FOLLOWED = 0.6
"""The share of stations at which a rule must be dark to be followed."""

_MIN_DARKNESS = 28.0

_SIDESTEP_COST = 12.0
"""What a step of a pixel aside costs, in grey levels: rules bend slowly."""


def _follow(normalized: Pixels, ends: Matrix, reach: float, thickness: float) -> Matrix | None:
    """Return the course of a rule that stays within reach of a segment, or ``None``."""
    band = _band(normalized, ends[0], ends[1], reach, thickness)
    if band is None:
        return None
    thin, along, across = band
    profile = _station_profile(thin)
    stations, width = profile.shape
    # how dark the darkest path to each place is, with a place more on either side that none takes
    reached = np.full((stations, width + 2), -np.inf, np.float32)
    reached[0, 1:-1] = profile[0]
    for station in range(1, stations):
        before = reached[station - 1]
        aside = np.maximum(before[:-2], before[2:]) - _SIDESTEP_COST
        reached[station, 1:-1] = np.maximum(aside, before[1:-1]) + profile[station]
    path = np.empty(stations, np.int64)
    path[-1] = reached[-1, 1:-1].argmax()
    for station in range(stations - 1, 0, -1):
        near = reached[station - 1, path[station] : path[station] + 3] - np.array(
            [_SIDESTEP_COST, 0, _SIDESTEP_COST], np.float32
        )
        path[station - 1] = path[station] + near.argmax() - 1
    dark = float((profile[np.arange(stations), path] > _MIN_DARKNESS).mean())
    if dark < MIN_FOLLOWED or path.min() == 0 or path.max() == width - 1:
        return None
    length = float(np.hypot(*(ends[1] - ends[0])))
    places = np.concatenate([[0.0], (np.arange(stations) + 0.5) / stations, [1.0]]) * length
    asides = np.concatenate([path[:1], path, path[-1:]]) - reach
    course: Matrix = ends[0] + places[:, None] * along + asides[:, None] * across
    return course


def _find_straightest(profile: NDArray[np.float32], reach: float) -> tuple[float, float] | None:
    """Return the offsets across the band at which the darkest straight course begins and ends, or ``None``."""
    stations, width = profile.shape
    smooth = cv2.GaussianBlur(profile, (1, 3), 0)
    smooth = np.maximum(smooth, np.maximum(np.roll(profile, 1, 1), np.roll(profile, -1, 1)) * 0.9)
    position = np.arange(stations)
    offsets = np.arange(width)
    closeness = 1.0 - 0.25 * np.abs(offsets - reach) / reach
    # beyond the band there is nothing dark
    margin = int(0.2 * width) + 2
    beyond = np.pad(smooth, ((0, 0), (margin, margin)))
    windows = np.lib.stride_tricks.sliding_window_view(beyond, width, axis=1)
    bends = np.arange(-0.35 * width, 0.35 * width + 0.5, 1.0)
    aside = np.rint(bends[:, None] * (position / (stations - 1) - 0.5)).astype(int)
    merit = windows[position, margin + aside].mean(axis=1) * closeness
    best, at = (int(n) for n in np.unravel_index(merit.argmax(), merit.shape))
    if (windows[position, margin + aside[best], at] > _MIN_DARKNESS).mean() < 0.45:
        return None
    return at - float(bends[best]) / 2, at + float(bends[best]) / 2


def intersect_lines(first: Matrix, second: Matrix) -> Matrix:
    """Return where two lines, each given by two points (2, 2), cross: (2,) x and y."""
    (x1, y1), (x2, y2) = first
    (x3, y3), (x4, y4) = second
    bottom = (x1 - x2) * (y3 - y4) - (y1 - y2) * (x3 - x4)
    a, b = x1 * y2 - y1 * x2, x3 * y4 - y3 * x4
    return np.array([(a * (x3 - x4) - (x1 - x2) * b) / bottom, (a * (y3 - y4) - (y1 - y2) * b) / bottom])


STRETCH_PX = 150
"""Pixels of a rule's length over which its thickness is measured: many heights of a letter that may run along it."""

MIN_COVERED = 0.4
"""The share of a stretch with ink along the rule's course from which on the rule is there."""


def erase_rules(ink: Pixels, courses: Sequence[Matrix], width: float) -> Pixels:
    """Return the ink mask without the rules of these courses.

    A rule pixel is erased where the ink across the rule is no thicker than the rule is thereabouts. A stroke that
    crosses it, or runs along it, is thicker and stays whole; where there is no rule nothing is erased.

    Args:
        ink: Mask (0/255) of the page.
        courses: Points (n, 2) of each rule.
        width: About the most a rule measures across, in pixels.
    """
    result = ink.copy()
    height, widest = ink.shape
    thick = max(3, round(2.4 * width))
    reach = max(5, round(3.2 * width)) | 1
    room = thick + reach
    for course in courses:
        points = np.rint(course).astype(int)
        left, top = np.maximum(0, points.min(axis=0) - room).tolist()
        right, bottom = np.maximum(0, points.max(axis=0) + room).tolist()
        place = slice(top, min(bottom, height)), slice(left, min(right, widest))
        if not ink[place].size:
            continue
        zone = np.zeros_like(ink[place])
        for start, end in pairwise((points - [left, top]).tolist()):
            cv2.line(zone, start, end, 255, thick)
        across, down = np.abs(course[-1] - course[0])
        if down > across:
            _erase_upright(ink[place], zone, result[place], reach)
        else:
            _erase_upright(ink[place].T, zone.T, result[place].T, reach)
    return result


def _erase_upright(ink: Pixels, zone: Pixels, result: Pixels, reach: int) -> None:
    """Erase a vertical rule that runs in the zone from the result, stretch by stretch."""
    seen = np.flatnonzero(zone.any(axis=1))
    for rows in np.array_split(seen, max(1, len(seen) // STRETCH_PX)):
        own = slice(rows[0], rows[-1] + 1) if len(rows) else slice(0)
        within = ink[own] & zone[own]
        crosswise = np.count_nonzero(within, axis=1)
        inked = crosswise[crosswise > 0]
        if len(inked) < max(1, MIN_COVERED * len(crosswise)):
            continue
        kernel = np.ones((1, min(reach, round(1.25 * median(inked)) + 2) | 1), np.uint8)
        part = np.ascontiguousarray(ink[own])
        strokes = np.asarray(cv2.morphologyEx(part, cv2.MORPH_OPEN, kernel), np.uint8)
        result[own] &= ~(zone[own] & ~strokes)


def find_frame(
    normalized: Pixels, expected: Matrix, shares: tuple[float, ...], letter: float
) -> Frame | None:
    """Return the printed frame near where the labels put it, or ``None`` when fewer than two of its rules are seen.

    A side that is not seen (cut off, faded) is put where its neighbours say.

    Args:
        normalized: The page (h, w), paper 255.
        expected: (3, 3) from shares of the frame to pixels.
        shares: u of the form's inner vertical rules.
        letter: Height of printed letters in pixels.
    """

    def at(u: float, v: float) -> Matrix:
        x, y, w = expected @ np.array([u, v, 1.0])
        return np.array([x / w, y / w])

    height = float(np.linalg.norm(at(0.5, 1) - at(0.5, 0)))
    reach, thick = 0.022 * height, 0.45 * letter
    upright = {u: (at(u, 0.02), at(u, 0.98)) for u in (0.0, *shares, 1.0)}
    level = {v: (at(0.02, v), at(0.98, v)) for v in (0.0, 1.0)}
    found_upright = {u: find_rule_near(normalized, *ends, reach, thick) for u, ends in upright.items()}
    found_level = {v: find_rule_near(normalized, *ends, reach, thick) for v, ends in level.items()}
    seen = [u for u, rule in found_upright.items() if rule is not None]
    count = len(seen) + sum(rule is not None for rule in found_level.values())
    log.debug("frame: %d of %d rules seen", count, len(upright) + len(level))
    if count < 2:
        return None
    left, right = (_frame_side(u, upright, found_upright) for u in (0.0, 1.0))
    top, bottom = (_frame_side(v, level, found_level) for v in (0.0, 1.0))
    corners = np.array(
        [
            intersect_lines(left, top),
            intersect_lines(right, top),
            intersect_lines(right, bottom),
            intersect_lines(left, bottom),
        ]
    )
    rules = tuple(u for u in shares if found_upright[u] is not None)
    return Frame(corners, rules) if np.isfinite(corners).all() else None


def _frame_side(
    share: float,
    expected: dict[float, tuple[Matrix, Matrix]],
    found: dict[float, Matrix | None],
) -> Matrix:
    """Return the rule at a share, or the expected one moved as the nearest rule that was found is."""
    rule = found[share]
    if rule is not None:
        return rule
    ends = np.array(expected[share])
    others = [u for u, other in found.items() if other is not None]
    if not others:
        return ends
    nearest = min(others, key=lambda u: abs(u - share))
    other = found[nearest]
    assert other is not None
    moved: Matrix = ends + (other - np.array(expected[nearest]))
    return moved
