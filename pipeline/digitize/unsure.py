"""Blanks in which no line was found: is it sure that nothing stands there?

A blank counts as one only where the paper is seen: its leader runs on unbroken, and neither dark nor faint nor red ink
is left over. Ink may be missing from the lines for many reasons (it is too pale, it was taken for a page's edge, a rule
or print, it stands beside the place, a stamp touches a seal): what is then asked is the picture, not the mask.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.digitize.straight import Straight
from pipeline.imaging.ink import cleanup
from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.locate.field_lines import FieldLine
from pipeline.model import Box, StampKind

FAINT = 0.86
"""Below this share of the paper's light a pixel is not paper; show-through of a usual scan stays above it."""

TRACE = 0.02
"""The most that a blank may hold that is not paper, in squares of a line's pitch: half a small letter."""

LEADER = 0.5
"""The least share of a blank's length under which leader dots must be seen; of an empty one it is three quarters."""

LETTERS = 1.0
"""How much red ink of a stamped place may be left over beside its lines, in squares of a printed letter's height: a
word of a stamp has more."""


class Traces:
    """What of a straight page is not paper and belongs to no line that was found.

    ``told`` are the marks of all lines found, by layer (the page's, the red one's)."""

    def __init__(
        self, straight: Straight, layers: Sequence[tuple[ConnectedComponents, Iterable[NDArray[np.int64]]]]
    ) -> None:
        (components, told), (stamps, red_told) = layers
        dark = cleanup.darker_than(straight.normalized, FAINT)
        read = [label.box for label in straight.labels if label.score]
        self._dark = cleanup.residual_ink(dark, components, told, read)
        self._red = cleanup.residual_ink(straight.red_ink, stamps, red_told, ())
        self._leaders = straight.leaders
        self._seals = [s.box for s in straight.stamps if s.kind in (StampKind.SEAL, StampKind.STRADDLE)]

    def in_place(self, place: Box, unit: float) -> bool:
        """Whether anything, red or not, is left over in a place; ``unit``: the line's pitch in pixels."""
        found = max(cleanup.count_ink(self._dark, place), cleanup.count_ink(self._red, place))
        return found > TRACE * unit**2

    def in_area(self, area: Box, letter: float) -> bool:
        """Whether anything is left over in an area, in which seals may lie that say nothing of it."""
        inner = area.grown(-0.5 * letter, -0.5 * letter)
        return cleanup.count_ink(self._dark, inner) > TRACE * letter**2 or self.red_beside(area, letter)

    def on_strip(self, strip: FieldLine, *, leaders: bool) -> bool:
        """Whether it is not sure that a blank's line is empty: something is left over on it, or, where the page has
        ``leaders``, its own is not seen."""
        p, baseline = strip.pitch, strip.piece.baseline
        box = strip.piece.box
        band = Box(box.left + 0.2 * p, baseline - 0.75 * p, box.right - 0.2 * p, baseline + 0.1 * p)
        return self.in_place(band, p) or (leaders and leader_seen(strip, self._leaders) < LEADER)

    def red_beside(self, place: Box, letter: float) -> bool:
        """Whether red ink that is no part of a seal is left over in a place, enough for a word of a stamp."""
        seals = [_circle(seal, 0.3 * letter) for seal in self._seals]
        return cleanup.count_ink(self._red, place, seals) > LETTERS * letter**2


def _circle(seal: Box, margin: float) -> tuple[float, float, float]:
    """Centre and radius of a seal, so much larger; the box of one that straddles two pages ends with the page."""
    radius = 0.5 * max(seal.width, seal.height)
    x = seal.right - radius if seal.left <= 0 else seal.left + radius
    y = seal.bottom - radius if seal.top <= 0 else seal.top + radius
    return x, y, radius + margin


def leader_seen(strip: FieldLine, leaders: NDArray[np.int32]) -> float:
    """The share of a blank's length, counted in pieces of a third of its pitch, under which a leader's dot is seen."""
    box, p = strip.piece.box, strip.pitch
    left, right = box.left + 0.2 * p, box.right - 0.2 * p
    count = round((right - left) / (p / 3))
    if count < 3 or not len(leaders):
        return 1.0 if count < 3 else 0.0
    x, y = (leaders[:, 0] + leaders[:, 2]) / 2, (leaders[:, 1] + leaders[:, 3]) / 2
    near = (np.abs(y - strip.piece.baseline) < 0.3 * p) & (x > left) & (x < right)
    bins = ((x[near] - left) / (right - left) * count).astype(int)
    return len(np.unique(bins)) / count


def has_leaders(strips: Sequence[FieldLine], leaders: NDArray[np.int32]) -> bool:
    """Whether the page's printing has leaders: they are seen somewhere under a third of its blanks."""
    return bool(strips) and float(np.mean([leader_seen(one, leaders) > 0 for one in strips])) > 1 / 3
