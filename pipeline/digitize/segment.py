"""Segment: from the rectified page to the field regions of its entries, each with its text lines.

A page form holds one entry. Its components are assigned to the field lines (the pieces of a slot along a leader), what
touches across lines is split, and what was struck out or inserted is separated; areas without a leader (names below a
signature) are grouped to lines by themselves. A table form holds an entry a row, with a region a cell. A region without
a line is blank only where the paper itself is seen there (``pipeline.digitize.residual_ink``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.digitize.context import PageContext
from pipeline.digitize.rectify import RectifiedPage, area_box
from pipeline.digitize.regions import CheckBoxGroup, EntryRegion, FieldRegion, TextLine
from pipeline.digitize.residual_ink import ResidualInk, has_leaders
from pipeline.digitize.struck_lines import (
    assign_inserted,
    find_cuts_above_strikes,
    find_strikes,
    lines_of,
    slots_above_struck,
)
from pipeline.imaging.geometry.dewarp import RuleCurvature
from pipeline.imaging.ink import cleanup
from pipeline.imaging.ink.binarization import STRONG_INK
from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.imaging.ink.pen_colour import find_pen_colour
from pipeline.imaging.ink.strikethrough import Extent
from pipeline.imaging.ink.touching_lines import (
    cut_at_sparsest_row,
    is_near_signature,
    split_touching_lines,
    touches_other_line,
)
from pipeline.imaging.ruling import grid
from pipeline.imaging.ruling.leaders import find_missed_dots
from pipeline.locate import table_fit
from pipeline.locate.component_owners import assign_components
from pipeline.locate.field_lines import (
    FieldLine,
    find_signature_overlaps,
    find_touching_lines,
    place_field_lines,
    writing_lift,
)
from pipeline.locate.handwriting_lines import (
    MIN_LINE_DISTANCE,
    centred_in,
    cluster_boxes,
    find_handwriting_lines,
    find_signed_names,
    is_under_signature,
    writing_box,
)
from pipeline.locate.label_matching import REWORDED_WHOLE
from pipeline.locate.overflow import (
    is_left_over,
    is_written_on,
    may_be_note,
    runs_past_end,
)
from pipeline.locate.words_behind_rule import PageInk, is_surely_value
from pipeline.model import Box, Pixels
from pipeline.schema import Form, RecordSpec, Slot

log = logging.getLogger(__name__)

OUTLINE = 0.05
"""The least share of a check box and what is close around it that is ink where the box is printed."""


BESIDE_LABEL = 0.35
"""How far behind a label the writing begins, in pitches of its line, that may begin on the label."""


def segment(page: RectifiedPage, context: PageContext) -> tuple[EntryRegion, ...]:
    """Return the entries of a page: the one of a page form, or the rows of a table form that hold, or may hold, ink."""
    form = context.form
    if form.table is None:
        entries: tuple[EntryRegion, ...] = (_PageForm(page, form, context.record).entry(),)
    else:
        entries = tuple(
            entry
            for entry in _table_rows(page, form)
            if any(field.lines or field.is_doubtful for field in entry.fields)
        )
    for entry in entries:
        _log_entry(entry)
    return entries


def _log_entry(entry: EntryRegion) -> None:
    inked = [field for field in entry.fields if field.lines]
    doubtful = [field.slot.name for field in entry.fields if field.is_doubtful]
    log.info(
        "row %d: %d regions with ink, %d blank, %d doubtful",
        entry.row, len(inked), sum(not field.lines and not field.is_doubtful for field in entry.fields), len(doubtful),
    )  # fmt: skip
    for field in entry.fields:
        log.debug(
            "row %d, region %s: %d lines (%d red, %d struck), doubtful %s, touched %s",
            entry.row,
            field.slot.name,
            len(field.lines),
            sum(line.is_red for line in field.lines),
            sum(line.is_struck for line in field.lines),
            field.is_doubtful,
            field.is_touched,
        )


@dataclass(frozen=True, slots=True)
class _SlotInk:
    """The ink of one slot, before it is known whether any is left over next to it."""

    slot: Slot
    lines: tuple[TextLine, ...]
    box: Box
    is_touched: bool = False
    is_cut_short: bool = False


@dataclass(frozen=True, slots=True)
class _AssignedInk:
    """The components of a page form, and which field line each belongs to (``owner`` -1: none).

    ``strikes`` and ``inserted`` go by the number of a field line; slots ``losing`` may have lost letters to inserted
    words; components ``cut`` were cut from others; ``name_zones`` are the zones of names written onto a signature, by
    the name of the slot; components ``on_print`` are writing on a label.
    """

    components: ConnectedComponents
    owner: NDArray[np.int64]
    strikes: Mapping[int, Extent]
    inserted: Mapping[int, NDArray[np.int64]]
    losing: Set[str]
    cut: Set[int]
    name_zones: Mapping[str, Sequence[tuple[int, float, float]]]
    on_print: NDArray[np.bool_]


class _PageForm:
    """Segments the one entry of a page form."""

    def __init__(self, page: RectifiedPage, form: Form, record: RecordSpec) -> None:
        self._page, self._form = page, form
        self._letter = form.text_size * page.fit.height
        declared = [label for label in form.labels if label.text]
        self._labels = tuple(zip(declared, page.labels, strict=True))
        self._field_lines = place_field_lines(form, page.fit, page.leaders)
        areas = [(slot, area_box(page.fit, slot.area)) for slot in form.slots if slot.area]
        self._areas = [box for _, box in areas]
        self._signature_areas = [box for slot, box in areas if slot.signature]
        self._name_areas = {slot.name: box for slot, box in areas if _is_name(slot, record)}
        self._label_boxes = [label.box for label in page.labels]
        self._pen = self._pen_mask()

    def entry(self) -> EntryRegion:
        """Return the entry with its regions."""
        page = self._page
        areas = {slot.name for slot in self._form.slots if slot.area}
        ink = self._assigned()
        field_lines = self._field_lines
        found = [self._slot_ink(slot, ink) for slot in self._form.slots]
        found = [one for one in found if one.slot.roles]
        struck = {one.slot.name for one in found if one.lines and all(line.is_struck for line in one.lines)}
        overwritten = slots_above_struck(field_lines, ink.strikes, struck) | ink.losing
        residual = _residual_ink(page, found, ink.components)
        claimed = self._claimed(found, ink)
        leaders = has_leaders(field_lines, page.leaders)
        unlabelled = {one.piece.slot for one in field_lines if one.piece.line == 0 and not one.is_labelled}
        unlabelled |= {
            label.slot for label, placed in self._labels if not placed.score and label.slot in areas
        }
        regions = tuple(
            FieldRegion(
                slot=one.slot,
                lines=one.lines,
                box=one.box,
                is_doubtful=self._is_doubtful(one, residual, leaders=leaders)
                or (
                    (one.is_touched or one.slot.name in ink.losing or one.slot.name in claimed)
                    and not one.lines
                ),
                is_touched=one.is_touched or (one.slot.name in overwritten and bool(one.lines)),
                is_cut_short=one.is_cut_short,
                is_labelled=one.slot.name not in unlabelled,
            )
            for one in found
        )
        boxes = tuple(_check_boxes(page, self._form))
        return EntryRegion(0, regions, ink.components, page.red_components, boxes)

    def _pen_mask(self) -> Pixels | None:
        """Return which ink of the page is a pen's by its colour; ``None`` where colours do not tell."""
        page, bluer = self._page, self._page.bluer
        colour = find_pen_colour(
            bluer, page.ink, [label.box for label in page.labels if label.score > REWORDED_WHOLE]
        )
        return None if colour is None else colour.mask(bluer, page.ink)

    def _written_on_print(self, components: ConnectedComponents) -> NDArray[np.bool_] | None:
        if self._pen is None:
            return None
        return cleanup.written_on_print(components, self._label_boxes, self._pen, self._letter)

    def _assigned(self) -> _AssignedInk:
        """Split what touches across lines, then assign each component to a field line."""
        page, field_lines, letter = self._page, self._field_lines, self._letter
        labels, inked = self._label_boxes, page.components
        if self._pen is not None:
            inked = cleanup.separate_pen(inked, labels, page.ink, self._pen, letter)
        joined = cleanup.remove_print(inked, labels, self._written_on_print(inked))
        lift = writing_lift(field_lines, joined.boxes)
        field_lines = self._field_lines = tuple(line.lifted(lift) for line in field_lines)
        signed = tuple(find_signature_overlaps(field_lines, joined.boxes, self._areas))
        joined = cut_at_sparsest_row(joined, signed) if signed else joined
        name_zones = {
            name: tuple(find_signed_names(box, joined.boxes, letter))
            for name, box in self._name_areas.items()
        }
        onto = [zone for zones in name_zones.values() for zone in zones]
        components, crossed = split_touching_lines(
            joined, [*find_touching_lines(field_lines, joined.boxes), *onto]
        )
        owner = self._owners(components)
        strikes = find_strikes(field_lines, owner, components)
        if risen := find_cuts_above_strikes(field_lines, strikes, owner, components):
            components = cut_at_sparsest_row(components, risen)
            owner = self._owners(components)
        cut = {components.label_at(*place) for place in (*crossed, *cleanup.cuts_below_print(inked, labels))}
        inserted, owner, losing = assign_inserted(field_lines, strikes, owner, components)
        on_print = self._written_on_print(components)
        return _AssignedInk(
            components=components,
            owner=owner,
            strikes=strikes,
            inserted=inserted,
            losing=losing,
            cut=cut,
            name_zones=name_zones,
            on_print=np.zeros(len(owner), bool) if on_print is None else on_print,
        )

    def _owners(self, components: ConnectedComponents) -> NDArray[np.int64]:
        page = self._page
        # what leaders, rules or print had held together with ink is not ink by itself
        faint = ~components.darker_than(page.normalized, int(255 * STRONG_INK))
        dots = find_missed_dots(components.boxes, page.leaders, self._letter)
        colons = [_colon_box(label.box, self._letter) for label in page.labels]
        on_print = self._written_on_print(components)
        return assign_components(
            self._field_lines, components.boxes, self._areas, colons, faint, dots, on_print, components.runs
        )

    def _slot_ink(self, slot: Slot, ink: _AssignedInk) -> _SlotInk:
        found = self._area_ink(slot, ink) if slot.area else self._line_ink(slot, ink)
        if not slot.stamped:
            return found
        place = _stamp_place(slot, found.box, self._letter)
        stamped = _stamped_lines(self._page.red_components, place, self._letter)
        return replace(found, lines=(*found.lines, *stamped))

    def _area_ink(self, slot: Slot, ink: _AssignedInk) -> _SlotInk:
        """Return the ink in an area without leaders: of the components that no field line owns."""
        assert slot.area
        components, letter = ink.components, self._letter
        place, whole, free = self._area_place(slot, slot.area, ink)
        if slot.signature or not slot.roles:
            return _SlotInk(slot, (), place)
        apart = MIN_LINE_DISTANCE if ink.name_zones.get(slot.name) else 0.0
        found = find_handwriting_lines(whole, components.boxes, components.area, free, letter, apart)
        lines = tuple(TextLine(*line) for line in found)
        is_touched = slot.name in ink.name_zones and any(
            not ink.cut.isdisjoint(line.components.tolist())
            or is_under_signature(place, components.boxes, line.box, line.components, letter)
            for line in lines
        )
        return _SlotInk(slot, lines, place, is_touched or self._may_have_lost(place, ink))

    def _area_place(
        self, slot: Slot, area: tuple[float, float, float, float], ink: _AssignedInk
    ) -> tuple[Box, Box, NDArray[np.int64]]:
        """Return an area, the same with what lies beside its label above it, and the components that may be of it.

        Long notes begin beside their label.
        """
        place, free = area_box(self._page.fit, area), np.flatnonzero(ink.owner < 0)
        for label, placed in self._labels:
            beside = 0 <= place.top - placed.box.bottom < 2 * self._letter and placed.box.left > place.left
            if label.slot == slot.name and placed.score and beside:
                boxes = ink.components.boxes[free]
                colon = _colon_box(placed.box, self._letter).grown(0.3 * self._letter, 0)
                small = boxes[:, 3] - boxes[:, 1] < 0.5 * self._letter
                whole = Box(place.left, placed.box.top, place.right, place.bottom)
                return place, whole, free[~(small & centred_in(colon, boxes))]
        return place, place, free

    def _may_have_lost(self, area: Box, ink: _AssignedInk) -> bool:
        """Return whether a value beside an area was given a word that could be the area's own, or wants one of it."""
        boxes, owner = ink.components.boxes, ink.owner
        big = boxes[:, 3] - boxes[:, 1] > 0.26 * self._letter
        page_ink = PageInk(boxes, owner, big, ink.components.runs)
        for number, line in enumerate(self._field_lines):
            own = np.flatnonzero(owner == number)
            beside = line.rule - line.pitch < area.left and area.top < line.piece.baseline < area.bottom
            if not beside or not len(own):
                continue
            if not is_surely_value(line, own, page_ink):
                return True
            if runs_past_end(line, float(boxes[own, 2].max()), boxes, own):
                return True
        return False

    def _line_ink(self, slot: Slot, ink: _AssignedInk) -> _SlotInk:
        """Return the ink on the field lines of a slot."""
        components, owner = ink.components, ink.owner
        own = np.array([line.piece.slot == slot.name for line in self._field_lines])
        lines: list[TextLine] = []
        place: Box | None = None
        is_touched = is_cut_short = False
        for number, field_line in enumerate(self._field_lines):
            if not own[number]:
                continue
            piece, pitch = field_line.piece, field_line.pitch
            place = piece.box if place is None else place.union(piece.box)
            box, numbers = writing_box(components.boxes, components.area, np.where(owner == number)[0], pitch)
            if box is None:
                continue
            others = np.flatnonzero((owner >= 0) & ~own[owner])
            signatures = self._signatures(ink, pitch)
            is_touched |= not ink.cut.isdisjoint(numbers.tolist())
            is_touched |= touches_other_line(components, numbers, others, box, piece.baseline, pitch)
            is_touched |= may_be_note(field_line, components.boxes, numbers, owner)
            is_cut_short |= runs_past_end(field_line, box.right, components.boxes, numbers)
            x = components.boxes[numbers][:, [0, 2]].mean(axis=1)
            outside = (x < piece.box.left) | (x > piece.box.right)
            on_print = bool((ink.on_print[numbers] & outside).any())
            is_touched |= on_print or _has_lost_to_print(ink, box, field_line.pitch)
            is_cut_short |= not on_print and self._runs_into_label(field_line, box.right)
            is_cut_short |= not on_print and self._begins_on_label(field_line, box.left)
            is_cut_short |= is_left_over(
                field_line, owner, components.boxes, components.area, piece.box.left - 0.5 * pitch
            )
            is_touched |= is_near_signature(components, signatures, box, pitch)
            lines += lines_of(
                field_line, numbers, components, ink.strikes.get(number), ink.inserted.get(number)
            )
        assert place is not None
        return _SlotInk(slot, tuple(lines), place, is_touched, is_cut_short)

    def _claimed(self, found: Sequence[_SlotInk], ink: _AssignedInk) -> Set[str]:
        """Return the slots without a line on which writing stands that was given to others."""
        empty = {one.slot.name for one in found if not one.lines}
        height, width = ink.components.shape
        mask = ink.components.mask_in(np.ones(len(ink.owner), bool), 0, 0, width, height)
        return {
            line.piece.slot
            for line in self._field_lines
            if line.piece.slot in empty and is_written_on(line, mask)
        }

    def _runs_into_label(self, line: FieldLine, end: float) -> bool:
        """Return whether the writing of a line reaches the label behind its blank and goes on over it."""
        p, y = line.pitch, line.piece.baseline + line.lift
        behind = [
            label.box
            for label in self._page.labels
            if label.box.top < y < label.box.bottom and label.box.left > line.piece.box.right - p
        ]
        if line.open_right or not behind:
            return False
        label = min(behind, key=lambda box: box.left)
        if end < label.left - 0.5 * p:
            return False
        return cleanup.is_overwritten(self._page.components, label, label.left + 2.5 * p)

    def _begins_on_label(self, line: FieldLine, start: float) -> bool:
        """Return whether the writing of a line begins at the end of the label before its blank, and maybe on it."""
        p, y = line.pitch, line.piece.baseline + line.lift
        before = [
            label.box
            for label in self._page.labels
            if label.box.top < y < label.box.bottom and label.box.right < line.piece.box.left + p
        ]
        if not before:
            return False
        label = max(before, key=lambda box: box.right)
        if start > label.right + BESIDE_LABEL * p or label.right < line.piece.box.left - p:
            return False
        return cleanup.is_overwritten(self._page.components, label, label.right - p, at_end=True)

    def _signatures(self, ink: _AssignedInk, pitch: float) -> NDArray[np.int64]:
        """Return the components of no field line, larger than a dot, that reach into an area for signatures."""
        left, top, right, bottom = ink.components.boxes.T.astype(float)
        there = np.zeros(len(ink.owner), bool)
        for box in self._signature_areas:
            there |= (left < box.right) & (right > box.left) & (top < box.bottom) & (bottom > box.top)
        large = np.maximum(right - left, bottom - top) > 0.5 * pitch
        return np.flatnonzero(there & (ink.owner < 0) & large)

    def _is_doubtful(self, ink: _SlotInk, residual: ResidualInk, *, leaders: bool) -> bool:
        slot, letter = ink.slot, self._letter
        has_stamp = slot.stamped and residual.has_red(_stamp_place(slot, ink.box, letter), letter)
        if ink.lines:
            return has_stamp
        if slot.area:
            return residual.in_area(ink.box, letter)
        return has_stamp or any(
            residual.on_field_line(line, leaders=leaders and not slot.printed)
            for line in self._field_lines
            if line.piece.slot == slot.name
        )


def _is_name(slot: Slot, record: RecordSpec) -> bool:
    """Return whether it is an area for a person's name, below or next to a signature."""
    names = slot.field_names
    return bool(slot.area and names) and all(record.by_name[name].kind == "name" for name in names)


def _colon_box(label: Box, letter: float) -> Box:
    """Return where the colon behind a label is: engines often leave it out of the label's box."""
    return Box(label.right - 0.1 * letter, label.top, label.right + 0.5 * letter, label.bottom)


def _has_lost_to_print(ink: _AssignedInk, box: Box, pitch: float) -> bool:
    """Return whether writing on a label that no line has stands on, or right above, the writing in ``box``."""
    left, top, right, bottom = ink.components.boxes[ink.on_print & (ink.owner < 0)].T
    over = (right > box.left) & (left < box.right)
    return bool((over & (bottom > box.top - 0.3 * pitch) & (top < box.bottom)).any())


def _residual_ink(
    page: RectifiedPage, found: Sequence[_SlotInk], components: ConnectedComponents
) -> ResidualInk:
    lines = [line for one in found for line in one.lines]
    return ResidualInk(
        page,
        (components, [line.components for line in lines if not line.is_red]),
        (page.red_components, [line.components for line in lines if line.is_red]),
    )


def _stamp_place(slot: Slot, box: Box, letter: float) -> Box:
    """Return where the stamp of a region may be: that of a name lies up to a letter above or below its line."""
    return box.grown(0, 0.0 if slot.area else letter)


def _stamped_lines(stamps: ConnectedComponents, place: Box, letter: float) -> list[TextLine]:
    """Return the lines of name stamps and boxed stamps in a place.

    Components that hang together over more height than a stamp's (a round seal and what is in it) are left out.
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
        found = find_handwriting_lines(place, stamps.boxes, stamps.area, letters, letter)
        lines += [TextLine(piece, box, components, is_red=True) for piece, box, components in found]
    return lines


def _check_boxes(page: RectifiedPage, form: Form) -> Iterator[CheckBoxGroup]:
    """Yield the check boxes of a form by the field they belong to, with the share of ink in each."""
    shares: dict[str, dict[str, float]] = {}
    places: dict[str, Box] = {}
    unseen: set[str] = set()
    for box in form.boxes:
        place = area_box(page.fit, box.box)
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


def _table_rows(page: RectifiedPage, form: Form) -> Iterator[EntryRegion]:
    """Yield the rows of a table form, each a region a column."""
    assert form.table is not None
    letter = form.text_size * page.fit.height
    components = page.components
    rows, columns = page.row_curvature, page.column_curvature
    left, top, right, bottom = components.boxes.T.astype(float)
    x, y = (left + right) / 2, (top + bottom) / 2
    edges = [page.fit.to_pixels(u, 0.5)[0] for u in table_fit.column_shares(form.table)]
    levels = row_levels(page, form)
    if columns is not None:
        edges = [float(edge) for edge in columns.levels]
    straight_x = x if columns is None else columns.flattened(y, x)
    straight_y = y if rows is None else rows.flattened(x, y)
    # what is left of the rules themselves
    thin = (right - left < 0.3 * letter) & (
        np.abs(straight_x[:, None] - np.array(edges)).min(axis=1) < 0.3 * letter
    )
    flat = (bottom - top < 0.25 * letter) & (
        np.abs(straight_y[:, None] - np.array(levels)).min(axis=1) < 0.3 * letter
    )
    row_of = np.searchsorted(np.array(levels), straight_y) - 1
    column_of = np.searchsorted(np.array(edges), straight_x) - 1
    cells: list[list[_SlotInk]] = []
    for number in range(form.table.rows):
        cells.append([])
        for slot in form.slots:
            if slot.column is None:
                continue
            place = Box(edges[slot.column], levels[number], edges[slot.column + 1], levels[number + 1])
            place = _bounding_box(place, rows, columns)
            inside = np.nonzero((row_of == number) & (column_of == slot.column) & ~thin & ~flat)[0]
            found = find_handwriting_lines(place, components.boxes, components.area, inside, letter)
            cells[-1].append(_SlotInk(slot, tuple(TextLine(*line) for line in found), place))
    residual = _residual_ink(page, [cell for row in cells for cell in row], components)
    rule = 0.3 * letter
    for number, row in enumerate(cells):
        regions = tuple(
            FieldRegion(
                slot=cell.slot,
                lines=cell.lines,
                box=cell.box,
                is_doubtful=not cell.lines and residual.in_place(cell.box.grown(-rule, -rule), letter),
            )
            for cell in row
        )
        yield EntryRegion(number, regions, components, components)


def _bounding_box(cell: Box, rows: RuleCurvature | None, columns: RuleCurvature | None) -> Box:
    """Return the bounding box of a cell whose rules may be curved."""
    left, top, right, bottom = cell.left, cell.top, cell.right, cell.bottom
    x, y = np.linspace(left, right, 5), np.linspace(top, bottom, 5)
    if rows is not None:
        top, bottom = float(rows.curved(x, top).min()), float(rows.curved(x, bottom).max())
    if columns is not None:
        left, right = float(columns.curved(y, left).min()), float(columns.curved(y, right).max())
    return Box(left, top, right, bottom)


def row_levels(page: RectifiedPage, form: Form) -> list[float]:
    """Return the y of a table's horizontal rules on the rectified page, each moved to the rule that is seen near it."""
    assert form.table is not None
    if page.row_curvature is not None:
        return [float(y) for y in page.row_curvature.levels]
    fit = page.fit
    shares = table_fit.row_shares(form.table)
    reach = 0.25 * (shares[1] - shares[0]) * fit.height
    left, right = fit.to_pixels(0.02, 0.5)[0], fit.to_pixels(0.98, 0.5)[0]
    expected = [fit.to_pixels(0.5, float(v))[1] for v in shares]
    return [grid.nearest_horizontal_rule(page.normalized, left, right, y, reach) for y in expected]
