"""The frame of a page by its rules alone, for pages whose labels do not locate it.

::

    upright rules      |             |      |     two outer rules make the frame if a rule between them
                       |             |      |     is near its place in the form, ...
    level rules      --+-------------+------+--   ... and two level rules cross them at the ends

The edges of a dark bed and of the paper are long and straight as well. The best frames are those whose four sides are
most visible as thin rules with paper on both sides.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pipeline.base.model import Frame, Pixels
from pipeline.layout.imaging.ruling import grid
from pipeline.layout.imaging.ruling.ruled_lines import rule_cover

log = logging.getLogger(__name__)

MOVED_RULE = 0.06
"""Largest distance of an inner rule from its declared place, as a share of the frame's width."""

MOST_FRAMES = 8
"""Largest number of returned frames."""

MOST_LOOKED_AT = 80
"""Number of largest frames whose sides are examined."""

LESS_SEEN = 0.03
"""Largest lag behind the best frame in the visible share of the sides."""

RULE_REACH, THICKEST_RULE = 0.004, 0.004
"""Largest deviation and largest thickness of a side, as shares of the page's height."""

OTHER_ASPECT = 0.22
"""Largest relative difference of a frame's aspect ratio from the form's."""


def find_frames_by_rules(
    normalized: Pixels, ink: Pixels, aspect: float, inner: Sequence[float]
) -> tuple[Frame, ...]:
    """Return the frames of rules that may be the form's frame, most visible first; a double frame gives several.

    Args:
        normalized: The deskewed page (h, w), paper 255.
        ink: The ink mask of the page (0/255).
        aspect: Width over height of the form's frame.
        inner: The places of the inner vertical rules, as shares of the frame's width.
    """
    runs = grid.vertical_runs(ink)
    upright, level = grid.find_rule_families(ink, runs)
    candidates: list[tuple[float, tuple[float, float, float, float]]] = []
    for left, right in combinations(upright.at.tolist(), 2):
        wide = right - left
        if wide < 0.5 * ink.shape[1] or not all(_stands_at(upright.at, left + u * wide, wide) for u in inner):
            continue
        for top, bottom in combinations(level.at.tolist(), 2):
            if abs(wide / max(1.0, bottom - top) / aspect - 1) < OTHER_ASPECT:
                candidates.append((wide * (bottom - top), (left, top, right, bottom)))
    log.debug(
        "frames by rules: %d upright, %d level, %d frames", len(upright.at), len(level.at), len(candidates)
    )
    frames = [
        Frame(grid.frame_corners(upright, level, sides), tuple(inner))
        for _, sides in sorted(candidates, reverse=True)[:MOST_LOOKED_AT]
    ]
    seen = [frame_cover(normalized, frame) for frame in frames]
    best = sorted(range(len(frames)), key=lambda number: -seen[number])[:MOST_FRAMES]
    return tuple(frames[number] for number in best if seen[number] > seen[best[0]] - LESS_SEEN)


def frame_cover(normalized: Pixels, frame: Frame) -> float:
    """Return the mean share of a frame's sides with a visible thin rule.

    Args:
        normalized: The page (h, w), paper 255.
    """
    high = normalized.shape[0]
    ends = zip(frame.corners, np.roll(frame.corners, -1, axis=0), strict=True)
    covers = [
        rule_cover(normalized, start, end, RULE_REACH * high, THICKEST_RULE * high) for start, end in ends
    ]
    return float(np.mean(covers))


def _stands_at(rules: np.ndarray, x: float, wide: float) -> bool:
    return bool((np.abs(rules - x) < MOVED_RULE * wide).any())
