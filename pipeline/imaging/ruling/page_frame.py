"""The frame of a page whose labels do not say where it is: by the rules alone.

::

    upright rules      |             |      |     the two outer ones make the frame where one between them
                       |             |      |     stands about where the form has it, ...
    level rules      --+-------------+------+--   ... and two level ones cross them at the ends
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pipeline.imaging.ruling import grid
from pipeline.model import Frame, Pixels

log = logging.getLogger(__name__)

MOVED_RULE = 0.06
"""How far from its declared place an inner rule may stand, as a share of the frame's width."""

MOST_FRAMES = 8
"""How many frames are compared."""

OTHER_ASPECT = 0.22
"""How much wider or narrower, for its height, a frame may be than the form's."""


def find_frames_by_rules(ink: Pixels, aspect: float, inner: Sequence[float]) -> tuple[Frame, ...]:
    """Return the frames of rules that could be the form's, largest first; of a double frame and a dark bed several.

    Args:
        ink: Mask (0/255) of the deskewed page.
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
    best = sorted(found, reverse=True)[:MOST_FRAMES]
    return tuple(Frame(grid.frame_corners(upright, level, sides), tuple(inner)) for _, sides in best)


def _stands_at(rules: np.ndarray, x: float, wide: float) -> bool:
    return bool((np.abs(rules - x) < MOVED_RULE * wide).any())
