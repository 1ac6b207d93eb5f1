"""The ink of a form's slots (dark, stamped, in check boxes), and the residual ink that belongs to no line.

A region without a line is blank only where the paper itself is visible: the leader is unbroken, and neither dark nor
faint nor red ink remains. Ink may be missing from the lines for many reasons (it is too pale, it was taken for a page's
edge, a rule or print, it lies next to the region, a stamp touches a seal). The picture decides therefore, not the ink
mask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, StampKind
from pipeline.declarations.schema import Form, Slot
from pipeline.digitize.rectify import RectifiedPage
from pipeline.digitize.regions import CheckBoxGroup, TextLine
from pipeline.layout.imaging.ink import cleanup
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.locate.field_lines import FieldLine
from pipeline.layout.locate.handwriting_lines import (
    RULE_HEIGHT,
    WALL_TO_WALL,
    centred_in,
    cluster_boxes,
    find_handwriting_lines,
)

FAINT = 0.86
"""Share of the paper's light below which a pixel is not paper; show-through of a usual scan is lighter."""

PALE = 0.92
"""Share of the paper's light below which a pixel beside the number of an entry or a page is not paper: a lost figure
makes another number. On 38 pages two such numbers have show-through as dark and as large as a figure."""

MAX_RESIDUE = 0.02
"""Largest area that is not paper in a blank region, in squares of a line's pitch: half a small letter."""

SPECK = 0.0075
"""Largest area of a speck in an area without leaders, in squares of a printed letter's height. The sum of specks grows
with the area, and an area for notes is as large as half a page."""

MIN_LEADER = 0.5
"""Least share of a blank field line's length with visible leader dots; an empty line has three quarters."""

MAX_RED_RESIDUE = 1.0
"""Largest residual red ink beside the lines of a stamped place, in squares of a printed letter's height: a word of a
stamp has more."""

BEHIND = 1.5
"""Distance behind the end of a blank up to which residual ink may be the value's, in pitches of the line."""

STROKE_HEIGHT, STROKE_AREA = 0.2, 0.03
"""Least height of residual strokes that may be letters, in pitches of the line, and their least area together, in
squares of the pitch. Of 304 written blanks on 20 pages of real ink none has such strokes, of 334 blanks on drawn pages
with much show-through two; remains of labels and leaders are smaller."""

ABOVE, BELOW = 1.2, 0.3
"""Reach of the band around a baseline in which strokes are sought, in pitches of the line."""

HIGHEST_FOOT = 0.8
"""Largest height of a stroke's foot above the baseline, in pitches of the line; higher strokes belong to the line
above."""

OUTLINE = 0.05
"""Least share of ink in a check box and its close surroundings if the box is visible."""

Assigned = tuple[ConnectedComponents, Sequence[NDArray[np.int64]]]
"""Components, and the numbers of each line's components."""


@dataclass(frozen=True, slots=True)
class SlotInk:
    """The lines of one slot, before residual ink is known."""

    slot: Slot
    lines: tuple[TextLine, ...]
    box: Box
    is_touched: bool = False
    is_cut_short: bool = False


class ResidualInk:
    """The ink of a rectified page that belongs to no line.

    Args:
        assigned: The lines of the ink layer.
        assigned_red: The lines of the red layer.
    """

    def __init__(self, page: RectifiedPage, assigned: Assigned, assigned_red: Assigned) -> None:
        dark = cleanup.darker_than(page.normalized, FAINT)
        read = [label.box for label in page.labels if label.score]
        pale = cleanup.darker_than(page.normalized, PALE)
        self._dark, self._pale, *inked = cleanup.residual_ink(
            [dark, pale, page.ink] if page.stamps else [dark, pale], *assigned, read
        )
        self._ink = inked[0] if inked else page.ink
        self._unread = [label.box for label in page.labels if not label.score]
        (self._red,) = cleanup.residual_ink([page.red_ink], *assigned_red, ())
        self._leaders = page.leaders
        self._seals = [s.box for s in page.stamps if s.kind in (StampKind.SEAL, StampKind.STRADDLE)]

    @classmethod
    def beside(
        cls, page: RectifiedPage, slots: Sequence[SlotInk], components: ConnectedComponents
    ) -> ResidualInk:
        """Return the residual ink beside the lines of all slots; the dark lines number ``components``."""
        lines = [line for slot in slots for line in slot.lines]
        return cls(
            page,
            (components, [line.components for line in lines if not line.is_red]),
            (page.red_components, [line.components for line in lines if line.is_red]),
        )

    def in_place(self, place: Box, unit: float) -> bool:
        """Return whether a place has residual ink, dark or red; ``unit``: the line's pitch in pixels."""
        residue = max(cleanup.count_ink(self._dark, place), cleanup.count_ink(self._red, place))
        return residue > MAX_RESIDUE * unit**2

    def in_area(self, area: Box, letter: float) -> bool:
        """Return whether an area has residual ink besides seals.

        The edges of a seal leave a shade in the ink layer, so that only the ink mask counts within a seal.
        """
        inner = area.grown(-0.5 * letter, -0.5 * letter)
        seals = [_circle(seal, 0.3 * letter) for seal in self._seals]
        left = self._written(inner, seals, letter)
        if seals:
            left += cleanup.count_ink(self._ink, inner) - cleanup.count_ink(self._ink, inner, seals)
        return left > MAX_RESIDUE * letter**2 or self.has_red(area, letter)

    def _written(self, area: Box, seals: Sequence[tuple[float, float, float]], letter: float) -> int:
        """Return the residual ink of an area without specks and print: rules across the area, and ends of labels.

        An unread label that begins well before the area ends in it if the ink at its place is no higher than print.
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
            is_speck = ink < SPECK * letter**2
            count += 0 if is_rule or is_label or is_speck else ink
        return count

    def on_field_line(self, field_line: FieldLine, *, leaders: bool) -> bool:
        """Return whether a field line may be written on: it has residual ink, or its leader is not visible.

        Args:
            leaders: Whether the page has leaders.
        """
        p, baseline = field_line.pitch, field_line.piece.baseline
        box = field_line.piece.box
        band = Box(box.left + 0.2 * p, baseline - 0.75 * p, box.right - 0.2 * p, baseline + 0.1 * p)
        return self.in_place(band, p) or (leaders and leader_share(field_line, self._leaders) < MIN_LEADER)

    def has_stroke(self, field_line: FieldLine, barred: Sequence[Box], *, is_count: bool) -> bool:
        """Return whether strokes as large as a letter remain on a written field line, short behind it or above it.

        Such strokes may be a pale figure or an insertion, without which the value means something else.

        Args:
            barred: Areas of signatures, which run over the lines beside them.
            is_count: Whether the line has the number of an entry or a page, beside which paler ink counts.
        """
        p, baseline, blank = field_line.pitch, field_line.piece.baseline, field_line.piece.box
        right = blank.right - 0.2 * p
        if field_line.open_right:
            next_print = min(field_line.next_label, field_line.rule) - 0.4 * p
            right = max(right, min(next_print, blank.right + BEHIND * p))
        band = Box(blank.left + 0.2 * p, baseline - ABOVE * p, right, baseline + BELOW * p)
        strokes = sum(
            area
            for stroke, area in cleanup.pieces_of_ink(self._pale if is_count else self._dark, band)
            if stroke.height > STROKE_HEIGHT * p
            and stroke.bottom > baseline - HIGHEST_FOOT * p
            and not any(
                stroke.intersection(box).width > 0 < stroke.intersection(box).height for box in barred
            )
        )
        return strokes > STROKE_AREA * p**2

    def has_red(self, place: Box, letter: float) -> bool:
        """Return whether a place has residual red ink outside seals, enough for a word of a stamp."""
        seals = [_circle(seal, 0.3 * letter) for seal in self._seals]
        return cleanup.count_ink(self._red, place, seals) > MAX_RED_RESIDUE * letter**2


def _circle(seal: Box, margin: float) -> tuple[float, float, float]:
    """Return centre and radius of a seal with a margin; a straddle seal's box ends at the edge of the page."""
    radius = 0.5 * max(seal.width, seal.height)
    x = seal.right - radius if seal.left <= 0 else seal.left + radius
    y = seal.bottom - radius if seal.top <= 0 else seal.top + radius
    return x, y, radius + margin


def leader_share(field_line: FieldLine, leaders: NDArray[np.int32]) -> float:
    """Return the share of a field line's pieces, each a third of its pitch long, that have a leader dot."""
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
    """Return whether the page has printed leaders: more than a third of its field lines have a leader dot."""
    return (
        bool(field_lines)
        and float(np.mean([leader_share(line, leaders) > 0 for line in field_lines])) > 1 / 3
    )


def stamp_place(slot: Slot, box: Box, letter: float) -> Box:
    """Return the place of a region's stamp: a name stamp lies up to a letter above or below its line."""
    return box.grown(0, 0.0 if slot.area else letter)


def stamped_lines(stamps: ConnectedComponents, place: Box, letter: float) -> list[TextLine]:
    """Return the lines of name stamps and boxed stamps in a place.

    Groups of components higher than a stamp (a round seal and its content) are left out.
    """
    left, top, right, bottom = stamps.boxes.T.astype(float)
    inside = centred_in(place, stamps.boxes) & (stamps.area > 0.01 * letter**2)
    chosen = np.nonzero(inside)[0]
    lines = []
    for group in cluster_boxes(stamps.boxes[chosen], 0.7 * letter):
        members = chosen[group]
        high = bottom[members].max() - top[members].min()
        wide = right[members].max() - left[members].min()
        letters = members[(bottom - top)[members] < 1.6 * letter]
        if high > 3.6 * letter or wide < 1.5 * high or len(letters) < 4:
            continue
        written = find_handwriting_lines(place, stamps.boxes, stamps.area, letters, letter)
        lines += [TextLine(piece, box, components, is_red=True) for piece, box, components in written]
    return lines


def check_boxes(page: RectifiedPage, form: Form) -> Iterator[CheckBoxGroup]:
    """Yield the check boxes of a form, grouped by field, with the share of ink in each box."""
    shares: dict[str, dict[str, float]] = {}
    places: dict[str, Box] = {}
    unseen: set[str] = set()
    for box in form.boxes:
        place = page.fit.area_box(box.box)
        shares.setdefault(box.field, {})[box.value] = cleanup.filled_share(
            page.ink, place, 0.22 * place.height
        )
        if cleanup.filled_share(page.all_ink, place, -0.25 * place.height) < OUTLINE:
            unseen.add(box.field)
        # a tick runs past its box
        place = place.grown(0.7 * place.width, 0.7 * place.height)
        places[box.field] = places[box.field].union(place) if box.field in places else place
    for name, of_boxes in shares.items():
        yield CheckBoxGroup(name, of_boxes, places[name], name not in unseen)
