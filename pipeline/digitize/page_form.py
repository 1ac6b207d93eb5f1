"""The entry of a page form: the assignment of ink to its blanks.

Connected components are assigned to field lines (the pieces of a slot along a leader), components that touch across
lines are split, and struck-out and inserted words are separated. In areas without a leader (names below a signature)
components are grouped into lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box
from pipeline.declarations.schema import Form, RecordSpec, Slot
from pipeline.digitize.rectify import RectifiedPage
from pipeline.digitize.regions import EntryRegion, FieldRegion, TextLine
from pipeline.digitize.residual_ink import (
    ResidualInk,
    SlotInk,
    check_boxes,
    has_leaders,
    stamp_place,
    stamped_lines,
)
from pipeline.digitize.struck_lines import (
    assign_inserted,
    find_cuts_above_strikes,
    find_strikes,
    lines_of,
    may_be_struck_out,
    slots_above_struck,
)
from pipeline.digitize.writing_on_print import WritingOnPrint
from pipeline.layout.imaging.ink import cleanup
from pipeline.layout.imaging.ink.binarization import STRONG_INK
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.ink.strikethrough import Extent
from pipeline.layout.imaging.ink.touching_lines import (
    cut_at_sparsest_row,
    is_near_signature,
    split_touching_lines,
    touches_other_line,
)
from pipeline.layout.imaging.ruling.leader_dots import find_missed_dots
from pipeline.layout.locate.component_owners import assign_components
from pipeline.layout.locate.field_lines import (
    find_signature_overlaps,
    find_touching_lines,
    place_field_lines,
    writing_lift,
)
from pipeline.layout.locate.handwriting_lines import (
    MIN_LINE_DISTANCE,
    centred_in,
    find_handwriting_lines,
    find_signed_names,
    is_under_signature,
    writing_box,
)
from pipeline.layout.locate.overflow import (
    is_left_over,
    is_written_on,
    may_be_note,
    runs_past_end,
)
from pipeline.layout.locate.words_behind_rule import SheetInk, is_surely_value


@dataclass(frozen=True, slots=True)
class _AssignedInk:
    """The components of a page form and their field lines.

    Attributes:
        owner: The number of each component's field line (n,), -1 for components of no line.
        strikes: The x extent of the stroke, by the number of the struck field line.
        inserted: The inserted components, by the number of the field line.
        losing: The slots that may have lost letters to inserted words.
        cut: The components that were cut from others.
        name_zones: The zones of names written onto a signature, by the name of the slot.
        on_print: Whether each component (n,) is writing on a label.
    """

    components: ConnectedComponents
    owner: NDArray[np.int64]
    strikes: Mapping[int, Extent]
    inserted: Mapping[int, NDArray[np.int64]]
    losing: Set[str]
    cut: Set[int]
    name_zones: Mapping[str, Sequence[tuple[int, float, float]]]
    on_print: NDArray[np.bool_]


class PageForm:
    """Segments the entry of a page form."""

    def __init__(self, page: RectifiedPage, form: Form, record: RecordSpec) -> None:
        self._page, self._form = page, form
        self._letter = form.text_size * page.fit.height
        declared = [label for label in form.labels if label.text]
        self._labels = tuple(zip(declared, page.labels, strict=True))
        self._field_lines = place_field_lines(form, page.fit, page.leaders)
        areas = [(slot, page.fit.area_box(slot.area)) for slot in form.slots if slot.area]
        self._areas = [box for _, box in areas]
        self._signature_areas = [box for slot, box in areas if slot.signature]
        self._name_areas = {slot.name: box for slot, box in areas if _is_name(slot, record)}
        self._counts = {
            slot.name
            for slot in form.slots
            if any(record.by_name[name].value_kind.is_count for name in slot.field_names)
        }
        self._label_boxes = [label.box for label in page.labels]
        self._on_print = WritingOnPrint(page, self._field_lines, self._letter)

    def entry(self) -> EntryRegion:
        """Return the entry with its field regions and check boxes."""
        page = self._page
        areas = {slot.name for slot in self._form.slots if slot.area}
        ink = self._assigned()
        field_lines = self._field_lines
        slot_inks = [self._slot_ink(slot, ink) for slot in self._form.slots]
        slot_inks = [slot_ink for slot_ink in slot_inks if slot_ink.slot.roles]
        struck = {
            slot_ink.slot.name
            for slot_ink in slot_inks
            if slot_ink.lines and all(line.is_struck for line in slot_ink.lines)
        }
        overwritten = slots_above_struck(field_lines, ink.strikes, struck) | ink.losing
        residual = ResidualInk.beside(page, slot_inks, ink.components)
        claimed = self._claimed(slot_inks, ink)
        leaders = has_leaders(field_lines, page.leaders)
        unlabelled = {
            line.piece.slot for line in field_lines if line.piece.line == 0 and not line.is_labelled
        }
        unlabelled |= {
            label.slot for label, placed in self._labels if not placed.score and label.slot in areas
        }
        regions = tuple(
            FieldRegion(
                slot=slot_ink.slot,
                lines=slot_ink.lines,
                box=slot_ink.box,
                is_doubtful=self._is_doubtful(slot_ink, residual, leaders=leaders)
                or (
                    (slot_ink.is_touched or slot_ink.slot.name in ink.losing or slot_ink.slot.name in claimed)
                    and not slot_ink.lines
                ),
                is_touched=slot_ink.is_touched
                or (slot_ink.slot.name in overwritten and bool(slot_ink.lines)),
                is_cut_short=slot_ink.is_cut_short,
                is_labelled=slot_ink.slot.name not in unlabelled,
            )
            for slot_ink in slot_inks
        )
        boxes = tuple(check_boxes(page, self._form))
        return EntryRegion(0, regions, ink.components, page.red_components, boxes)

    def _assigned(self) -> _AssignedInk:
        """Split components that touch across lines, then assign each component to a field line."""
        field_lines, letter = self._field_lines, self._letter
        labels, inked = self._label_boxes, self._on_print.separated(self._page.components)
        joined = cleanup.remove_print(inked, labels, self._on_print.on_print(inked))
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
        on_print = self._on_print.on_print(components)
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
        # remains of leaders, rules or print that touched ink are no ink of their own
        faint = ~components.darker_than(page.normalized, int(255 * STRONG_INK))
        dots = find_missed_dots(components.boxes, page.leaders, self._letter)
        colons = [_colon_box(label.box, self._letter) for label in page.labels]
        on_print = self._on_print.on_print(components)
        return assign_components(
            self._field_lines, components.boxes, self._areas, colons, faint, dots, on_print, components.runs
        )

    def _slot_ink(self, slot: Slot, ink: _AssignedInk) -> SlotInk:
        slot_ink = self._area_ink(slot, ink) if slot.area else self._line_ink(slot, ink)
        if not slot.stamped:
            return slot_ink
        place = stamp_place(slot, slot_ink.box, self._letter)
        stamped = stamped_lines(self._page.red_components, place, self._letter)
        return replace(slot_ink, lines=(*slot_ink.lines, *stamped))

    def _area_ink(self, slot: Slot, ink: _AssignedInk) -> SlotInk:
        """Return the ink in an area without leaders, from the components that no field line owns."""
        assert slot.area
        components, letter = ink.components, self._letter
        place, whole, free = self._area_place(slot, slot.area, ink)
        if slot.signature or not slot.roles:
            return SlotInk(slot, (), place)
        apart = MIN_LINE_DISTANCE if ink.name_zones.get(slot.name) else 0.0
        written_lines = find_handwriting_lines(whole, components.boxes, components.area, free, letter, apart)
        lines = tuple(TextLine(*line) for line in written_lines)
        is_touched = slot.name in ink.name_zones and any(
            not ink.cut.isdisjoint(line.components.tolist())
            or is_under_signature(place, components.boxes, line.box, line.components, letter)
            for line in lines
        )
        return SlotInk(slot, lines, place, is_touched or self._may_have_lost(place, ink))

    def _area_place(
        self, slot: Slot, area: tuple[float, float, float, float], ink: _AssignedInk
    ) -> tuple[Box, Box, NDArray[np.int64]]:
        """Return an area, the area with the space beside its label above, and the components that may belong to it.

        Long notes begin beside their label.
        """
        place, free = self._page.fit.area_box(area), np.flatnonzero(ink.owner < 0)
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
        """Return whether a field line beside an area may own a word of the area, or may continue in it."""
        boxes, owner = ink.components.boxes, ink.owner
        big = boxes[:, 3] - boxes[:, 1] > 0.26 * self._letter
        page_ink = SheetInk(boxes, owner, big, ink.components.runs)
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

    def _line_ink(self, slot: Slot, ink: _AssignedInk) -> SlotInk:
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
            end = None
            if not on_print or not self._on_print.by_colour:
                end = self._on_print.end_on_label(field_line, box.right)
                is_cut_short |= end is not None or self._on_print.begins_on_label(field_line, box.left)
            is_cut_short |= not on_print and self._on_print.may_end_on_label(field_line, box.right)
            is_cut_short |= is_left_over(
                field_line, owner, components.boxes, components.area, piece.box.left - 0.5 * pitch
            )
            is_touched |= is_near_signature(components, signatures, box, pitch)
            if number not in ink.strikes:
                is_touched |= may_be_struck_out(box, numbers, components, pitch)
            written_lines = list(
                lines_of(field_line, numbers, components, ink.strikes.get(number), ink.inserted.get(number))
            )
            lines += written_lines if end is None else _reaching(written_lines, end)
        assert place is not None
        return SlotInk(slot, tuple(lines), place, is_touched, is_cut_short)

    def _claimed(self, slot_inks: Sequence[SlotInk], ink: _AssignedInk) -> Set[str]:
        """Return the slots without a text line whose field line bears writing that was assigned to other slots."""
        empty = {slot_ink.slot.name for slot_ink in slot_inks if not slot_ink.lines}
        height, width = ink.components.shape
        mask = ink.components.mask_in(np.ones(len(ink.owner), bool), 0, 0, width, height)
        return {
            line.piece.slot
            for line in self._field_lines
            if line.piece.slot in empty and is_written_on(line, mask)
        }

    def _signatures(self, ink: _AssignedInk, pitch: float) -> NDArray[np.int64]:
        """Return the components without a field line, larger than a dot, that reach into an area for signatures."""
        left, top, right, bottom = ink.components.boxes.T.astype(float)
        there = np.zeros(len(ink.owner), bool)
        for box in self._signature_areas:
            there |= (left < box.right) & (right > box.left) & (top < box.bottom) & (bottom > box.top)
        large = np.maximum(right - left, bottom - top) > 0.5 * pitch
        return np.flatnonzero(there & (ink.owner < 0) & large)

    def _is_doubtful(self, ink: SlotInk, residual: ResidualInk, *, leaders: bool) -> bool:
        slot, letter = ink.slot, self._letter
        has_stamp = slot.stamped and residual.has_red(stamp_place(slot, ink.box, letter), letter)
        own = [line for line in self._field_lines if line.piece.slot == slot.name]
        if ink.lines:
            is_count = slot.name in self._counts
            barred = self._signature_areas
            return has_stamp or any(residual.has_stroke(line, barred, is_count=is_count) for line in own)
        if slot.area:
            return residual.in_area(ink.box, letter)
        return has_stamp or any(
            residual.on_field_line(line, leaders=leaders and not slot.printed) for line in own
        )


def _reaching(lines: Sequence[TextLine], end: float) -> list[TextLine]:
    """Return lines with the last line extended to an x, so that it shows the print that it overwrites."""
    *others, last = lines
    return [*others, replace(last, box=replace(last.box, right=max(last.box.right, end)))]


def _is_name(slot: Slot, record: RecordSpec) -> bool:
    """Return whether a slot is an area for a person's name, below or next to a signature."""
    names = slot.field_names
    return bool(slot.area and names) and all(record.by_name[name].value_kind.is_name for name in names)


def _colon_box(label: Box, letter: float) -> Box:
    """Return the place of the colon behind a label; engines often leave it out of the label's box."""
    return Box(label.right - 0.1 * letter, label.top, label.right + 0.5 * letter, label.bottom)


def _has_lost_to_print(ink: _AssignedInk, box: Box, pitch: float) -> bool:
    """Return whether unassigned writing on a label lies on, or right above, the writing in ``box``."""
    left, top, right, bottom = ink.components.boxes[ink.on_print & (ink.owner < 0)].T
    over = (right > box.left) & (left < box.right)
    return bool((over & (bottom > box.top - 0.3 * pitch) & (top < box.bottom)).any())
