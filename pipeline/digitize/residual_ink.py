"""Is a region blank in which no line was found?

It is only where the paper itself is seen: the leader runs on unbroken, and neither dark nor faint nor red ink is left
over. Ink may be missing from the lines for many reasons (it is too pale, it was taken for a page's edge, a rule or
print, it lies next to the region, a stamp touches a seal), so that the picture is asked, not the ink mask.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, StampKind
from pipeline.digitize.rectify import RectifiedPage
from pipeline.layout.imaging.ink import cleanup
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.locate.field_lines import FieldLine
from pipeline.layout.locate.handwriting_lines import RULE_HEIGHT, WALL_TO_WALL

FAINT = 0.86
"""Below this share of the paper's light a pixel is not paper; show-through of a usual scan stays above it."""

MAX_RESIDUE = 0.02
"""The most that a blank region may hold that is not paper, in squares of a line's pitch: half a small letter."""

MIN_LEADER = 0.5
"""The least share of a field line's length under which leader dots must be seen; an empty one has three quarters."""

MAX_RED_RESIDUE = 1.0
"""How much red ink of a stamped place may be left over beside its lines, in squares of a printed letter's height: a
word of a stamp has more."""


Assigned = tuple[ConnectedComponents, Sequence[NDArray[np.int64]]]
"""Components, and the numbers of those that belong to each line that was found."""


class ResidualInk:
    """What on a rectified page is not paper and belongs to no line that was found.

    Args:
        page: The page.
        assigned: The lines of its ink layer.
        assigned_red: The lines of its red layer.
    """

    def __init__(self, page: RectifiedPage, assigned: Assigned, assigned_red: Assigned) -> None:
        dark = cleanup.darker_than(page.normalized, FAINT)
        read = [label.box for label in page.labels if label.score]
        self._dark, *inked = cleanup.residual_ink(
            [dark, page.ink] if page.stamps else [dark], *assigned, read
        )
        self._ink = inked[0] if inked else page.ink
        self._unread = [label.box for label in page.labels if not label.score]
        (self._red,) = cleanup.residual_ink([page.red_ink], *assigned_red, ())
        self._leaders = page.leaders
        self._seals = [s.box for s in page.stamps if s.kind in (StampKind.SEAL, StampKind.STRADDLE)]

    def in_place(self, place: Box, unit: float) -> bool:
        """Return whether anything, red or not, is left over in a place; ``unit``: the line's pitch in pixels."""
        found = max(cleanup.count_ink(self._dark, place), cleanup.count_ink(self._red, place))
        return found > MAX_RESIDUE * unit**2

    def in_area(self, area: Box, letter: float) -> bool:
        """Return whether anything is left over in an area, in which seals may lie that say nothing of it.

        Where a seal lies, its edges leave a shade in the ink layer: only what is ink there counts.
        """
        inner = area.grown(-0.5 * letter, -0.5 * letter)
        seals = [_circle(seal, 0.3 * letter) for seal in self._seals]
        left = cleanup.count_ink(self._dark, inner, seals) - self._printed(inner, seals, letter)
        if seals:
            left += cleanup.count_ink(self._ink, inner) - cleanup.count_ink(self._ink, inner, seals)
        return left > MAX_RESIDUE * letter**2 or self.has_red(area, letter)

    def _printed(self, area: Box, seals: Sequence[tuple[float, float, float]], letter: float) -> int:
        """Return how much of what is left over in an area is print: rules from wall to wall, and ends of labels.

        A label that was not read, and begins well before the area, ends in it where what stands at its place is no
        higher than print.
        """
        labels = [box for box in self._unread if box.left < area.left - 3 * letter and box.right > area.left]
        count = 0
        for box, ink in cleanup.pieces_of_ink(self._dark, area, seals):
            is_rule = box.width > WALL_TO_WALL * area.width and box.height < RULE_HEIGHT * letter
            is_label = box.height < letter and any(
                box.right < label.right + letter
                and label.top - 0.1 * letter < box.top
                and box.bottom < label.bottom + 0.1 * letter
                for label in labels
            )
            count += ink if is_rule or is_label else 0
        return count

    def on_field_line(self, field_line: FieldLine, *, leaders: bool) -> bool:
        """Return whether it is not sure that a field line is empty.

        Something is left over on it, or, where the page has ``leaders``, its own is not seen.
        """
        p, baseline = field_line.pitch, field_line.piece.baseline
        box = field_line.piece.box
        band = Box(box.left + 0.2 * p, baseline - 0.75 * p, box.right - 0.2 * p, baseline + 0.1 * p)
        return self.in_place(band, p) or (leaders and leader_share(field_line, self._leaders) < MIN_LEADER)

    def has_red(self, place: Box, letter: float) -> bool:
        """Return whether red ink that is no part of a seal is left over in a place, enough for a word of a stamp."""
        seals = [_circle(seal, 0.3 * letter) for seal in self._seals]
        return cleanup.count_ink(self._red, place, seals) > MAX_RED_RESIDUE * letter**2


def _circle(seal: Box, margin: float) -> tuple[float, float, float]:
    """Return centre and radius of a seal with a margin; the box of one that straddles two pages ends with the page."""
    radius = 0.5 * max(seal.width, seal.height)
    x = seal.right - radius if seal.left <= 0 else seal.left + radius
    y = seal.bottom - radius if seal.top <= 0 else seal.top + radius
    return x, y, radius + margin


def leader_share(field_line: FieldLine, leaders: NDArray[np.int32]) -> float:
    """Return the share of a field line's length under which a leader's dot is seen.

    The line is divided into pieces of a third of its pitch.
    """
    box, p = field_line.piece.box, field_line.pitch
    left, right = box.left + 0.2 * p, box.right - 0.2 * p
    count = round((right - left) / (p / 3))
    if count < 3 or not len(leaders):
        return 1.0 if count < 3 else 0.0
    x, y = (leaders[:, 0] + leaders[:, 2]) / 2, (leaders[:, 1] + leaders[:, 3]) / 2
    leader = field_line.piece.baseline + field_line.lift
    near = (np.abs(y - leader) < 0.3 * p) & (x > left) & (x < right)
    bins = ((x[near] - left) / (right - left) * count).astype(int)
    return len(np.unique(bins)) / count


def has_leaders(field_lines: Sequence[FieldLine], leaders: NDArray[np.int32]) -> bool:
    """Return whether the page's printing has leaders: they are seen somewhere under a third of its field lines."""
    return (
        bool(field_lines) and float(np.mean([leader_share(one, leaders) > 0 for one in field_lines])) > 1 / 3
    )
