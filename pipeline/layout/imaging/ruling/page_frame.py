"""The frame of a page whose labels do not say where it is: by the rules alone.

::

    upright rules      |             |      |     the two outer ones make the frame where one between them
                       |             |      |     stands about where the form has it, ...
    level rules      --+-------------+------+--   ... and two level ones cross them at the ends

The edges of a dark bed and of the paper are long and straight as well: of all such frames those count of whose four
sides most is seen as a thin rule with paper on both sides.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pipeline.base.model import Frame, Pixels
from pipeline.layout.imaging.ruling import grid
from pipeline.layout.imaging.ruling.rules import rule_cover

log = logging.getLogger(__name__)

MOVED_RULE = 0.06
"""How far from its declared place an inner rule may stand, as a share of the frame's width."""

MOST_FRAMES = 8
"""How many frames are compared."""

MOST_LOOKED_AT = 80
"""Of how many frames, the largest, the sides are looked at."""

LESS_SEEN = 0.03
"""How much less of its sides may be seen than of the best frame's."""

RULE_REACH, THICKEST_RULE = 0.004, 0.004
"""How far a side may run off its course, and what it measures across at most, as shares of the page's height."""

OTHER_ASPECT = 0.22
"""How much wider or narrower, for its height, a frame may be than the form's."""


def find_frames_by_rules(
    normalized: Pixels, ink: Pixels, aspect: float, inner: Sequence[float]
) -> tuple[Frame, ...]:
    """Return the frames of rules that could be the form's, best seen first; of a double frame several.

    Args:
        normalized: The deskewed page (h, w), paper 255.
        ink: Its ink mask (0/255).
        aspect: Width by height of the form's frame.
        inner: Where its inner vertical rules are, as shares of its width.
    """
    runs = grid.vertical_runs(ink)
    upright, level = grid.find_rule_families(ink, runs)
    found: list[tuple[float, tuple[float, float, float, float]]] = []
    for left, right in combinations(upright.at.tolist(), 2):
        wide = right - left
        if wide < 0.5 * ink.shape[1] or not all(_stands_at(upright.at, left + u * wide, wide) for u in inner):
            continue
        for top, bottom in combinations(level.at.tolist(), 2):
            if abs(wide / max(1.0, bottom - top) / aspect - 1) < OTHER_ASPECT:
                found.append((wide * (bottom - top), (left, top, right, bottom)))
    log.debug("frames by rules: %d upright, %d level, %d frames", len(upright.at), len(level.at), len(found))
    frames = [
        Frame(grid.frame_corners(upright, level, sides), tuple(inner))
        for _, sides in sorted(found, reverse=True)[:MOST_LOOKED_AT]
    ]
    seen = [frame_cover(normalized, frame) for frame in frames]
    best = sorted(range(len(frames)), key=lambda number: -seen[number])[:MOST_FRAMES]
    return tuple(frames[number] for number in best if seen[number] > seen[best[0]] - LESS_SEEN)


def frame_cover(normalized: Pixels, frame: Frame) -> float:
    """Return the mean share of a frame's sides along which a thin rule is seen.

    Args:
        normalized: The page (h, w), paper 255.
        frame: The frame.
    """
    high = normalized.shape[0]
    ends = zip(frame.corners, np.roll(frame.corners, -1, axis=0), strict=True)
    covers = [
        rule_cover(normalized, start, end, RULE_REACH * high, THICKEST_RULE * high) for start, end in ends
    ]
    return float(np.mean(covers))


def _stands_at(rules: np.ndarray, x: float, wide: float) -> bool:
    return bool((np.abs(rules - x) < MOVED_RULE * wide).any())
