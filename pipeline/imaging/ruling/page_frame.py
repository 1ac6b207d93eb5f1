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

OTHER_ASPECT = 0.22
"""How much wider or narrower, for its height, a frame may be than the form's."""


def find_frame_by_rules(ink: Pixels, aspect: float, inner: Sequence[float]) -> Frame | None:
    """Return the largest frame of rules that could be the form's, or ``None``.

    Args:
        ink: Mask (0/255) of the deskewed page.
        aspect: Width by height of the form's frame.
        inner: Where its inner vertical rules are, as shares of its width.
    """
    runs = grid.vertical_runs(ink)
    upright, level = grid.find_rule_families(ink, runs)
    best: tuple[float, tuple[float, float, float, float]] | None = None
    for left, right in combinations(upright.at.tolist(), 2):
        wide = right - left
        if wide < 0.5 * ink.shape[1] or not all(_stands_at(upright.at, left + u * wide, wide) for u in inner):
            continue
        for top, bottom in combinations(level.at.tolist(), 2):
            ratio = wide / max(1.0, bottom - top) / aspect
            if abs(ratio - 1) < OTHER_ASPECT:
                area = wide * (bottom - top)
                if best is None or area > best[0]:
                    best = area, (left, top, right, bottom)
    log.debug(
        "frame by rules: %d upright, %d level, found %s", len(upright.at), len(level.at), best is not None
    )
    return None if best is None else Frame(grid.frame_corners(upright, level, best[1]), tuple(inner))


def _stands_at(rules: np.ndarray, x: float, wide: float) -> bool:
    return bool((np.abs(rules - x) < MOVED_RULE * wide).any())
