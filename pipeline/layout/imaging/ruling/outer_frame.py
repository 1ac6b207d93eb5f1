"""The outermost frame of a page of which nothing is known: the two vertical and two horizontal rules farthest out.

A dark bed and the edge of the paper are long and straight as well. What is no thin line along most of its way is passed
over, and what the other sides do not run up to: rules of a frame meet in its corners::

    :  +--------------+        the edge of the paper ":" is met by no level rule
    :  |              |
"""

from __future__ import annotations

import logging

import numpy as np

from pipeline.base.model import Frame, Matrix, Pixels
from pipeline.layout.imaging.ruling import grid
from pipeline.layout.imaging.ruling.grid import RuleFamily
from pipeline.layout.imaging.ruling.page_frame import frame_cover
from pipeline.layout.imaging.ruling.rules import rule_cover

log = logging.getLogger(__name__)

LEAST_WIDE, LEAST_HIGH = 0.45, 0.35
"""How much of the page a frame takes at least."""

MOST_OUTER = 6
"""How many of the rules farthest out on each side are looked at."""

LEAST_SEEN = 0.6
"""The share of a side, and of all four together, along which a thin rule is seen at least."""

CORNER, MET = 0.05, 7
"""Which part of a side at a corner is looked at, and at how many of the eight ends the rule must be seen there."""

RULE_REACH, THICKEST_RULE = 0.003, 0.003
"""How far a side may run off its course, and what it measures across at most, as shares of the page's height."""


def find_outer_frame(normalized: Pixels, ink: Pixels) -> Matrix | None:
    """Return the corners (4, 2), clockwise from the top left, of the outermost frame, or ``None`` where none is seen.

    Args:
        normalized: The deskewed page (h, w), paper 255.
        ink: Its ink mask (0/255).
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
    """Return whether the sides of a frame are seen up to its corners."""
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
    """Return whether a rule is a thin line along most of the way, no edge of the paper or of a dark bed.

    Args:
        normalized: The deskewed page (h, w), paper 255.
        family: The rules that it is one of.
        at: Where it crosses the middle of the page.
        span: From where to where along it is looked at, in pixels.
        is_upright: Whether it is vertical.
    """
    ends = []
    for along in span:
        aside = float(family.position_along(at, along))
        ends.append(np.array([aside, along] if is_upright else [along, aside]))
    high = normalized.shape[0]
    cover = rule_cover(normalized, ends[0], ends[1], RULE_REACH * high, THICKEST_RULE * high)
    return cover >= LEAST_SEEN * 0.75
