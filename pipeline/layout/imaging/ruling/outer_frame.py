"""The outermost frame of a page without a known form: its outermost two vertical and two horizontal rules.

A dark bed and the edge of the paper are long and straight as well. A side is therefore a thin line along most of its
length, and it meets the other sides: rules of a frame meet in its corners::

    :  +--------------+        no level rule meets the edge of the paper ":"
    :  |              |
"""

from __future__ import annotations

import logging

import numpy as np

from pipeline.base.model import Frame, Matrix, Pixels
from pipeline.layout.imaging.ruling import grid
from pipeline.layout.imaging.ruling.grid import RuleFamily
from pipeline.layout.imaging.ruling.page_frame import frame_cover
from pipeline.layout.imaging.ruling.ruled_lines import rule_cover

log = logging.getLogger(__name__)

LEAST_WIDE, LEAST_HIGH = 0.45, 0.35
"""Least width and height of a frame, as shares of the page."""

MOST_OUTER = 6
"""Number of outermost rules examined on each side."""

LEAST_SEEN = 0.6
"""Least visible share of a side, and of all four sides together."""

CORNER, MET = 0.05, 7
"""Examined share of a side at a corner, and least number of the eight ends with a visible rule."""

RULE_REACH, THICKEST_RULE = 0.003, 0.003
"""Largest deviation and largest thickness of a side, as shares of the page's height."""


def find_outer_frame(normalized: Pixels, ink: Pixels) -> Matrix | None:
    """Return the corners (4, 2), clockwise from the top left, of the outermost frame, ``None`` without a frame.

    Args:
        normalized: The deskewed page (h, w), paper 255.
        ink: The ink mask of the page (0/255).
    """
    height, width = ink.shape
    upright, level = grid.find_rule_families(ink, grid.vertical_runs(ink))
    xs = upright.at[(upright.at > 0.005 * width) & (upright.at < 0.995 * width)]
    ys = level.at[(level.at > 0.005 * height) & (level.at < 0.995 * height)]
    if len(xs) < 2 or len(ys) < 2:
        return None
    across, down = (float(xs[0]), float(xs[-1])), (float(ys[0]), float(ys[-1]))
    seen_x = [float(x) for x in xs if is_thin_rule(normalized, upright, float(x), down)]
    seen_y = [float(y) for y in ys if is_thin_rule(normalized, level, float(y), across, is_upright=False)]
    best: tuple[float, Matrix] | None = None
    for left in seen_x[:MOST_OUTER]:
        for right in seen_x[-1 : -MOST_OUTER - 1 : -1]:
            if right - left < LEAST_WIDE * width:
                continue
            for top in seen_y[:MOST_OUTER]:
                for bottom in seen_y[-1 : -MOST_OUTER - 1 : -1]:
                    if bottom - top < LEAST_HIGH * height:
                        continue
                    area = (right - left) * (bottom - top)
                    if best is not None and area <= best[0]:
                        continue
                    corners = grid.frame_corners(upright, level, (left, top, right, bottom))
                    if frame_cover(normalized, Frame(corners, ())) >= LEAST_SEEN and _meet(
                        normalized, corners
                    ):
                        best = area, corners
    log.debug("outer frame: %d upright, %d level, found %s", len(seen_x), len(seen_y), best is not None)
    return None if best is None else best[1]


def _meet(normalized: Pixels, corners: Matrix) -> bool:
    """Return whether the sides of a frame are visible up to its corners."""
    high = normalized.shape[0]
    seen = 0
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        part = max(CORNER, 60.0 / max(1.0, float(np.linalg.norm(end - start)))) * (end - start)
        for first, last in ((start, start + part), (end - part, end)):
            seen += rule_cover(normalized, first, last, RULE_REACH * high, THICKEST_RULE * high) >= LEAST_SEEN
    return seen >= MET


def is_thin_rule(
    normalized: Pixels, family: RuleFamily, at: float, span: tuple[float, float], *, is_upright: bool = True
) -> bool:
    """Return whether a rule is a thin line along most of its length, not an edge of the paper or of a dark bed.

    Args:
        normalized: The deskewed page (h, w), paper 255.
        at: The position at which the rule crosses the middle of the page.
        span: The examined extent along the rule in pixels.
        is_upright: Whether the rule is vertical.
    """
    ends = []
    for along in span:
        aside = float(family.position_along(at, along))
        ends.append(np.array([aside, along] if is_upright else [along, aside]))
    high = normalized.shape[0]
    cover = rule_cover(normalized, ends[0], ends[1], RULE_REACH * high, THICKEST_RULE * high)
    return cover >= LEAST_SEEN * 0.75
