"""Which ink stands in which blank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.digitize.parse import SlotInk
from pipeline.digitize.straight import Straight, area_box
from pipeline.digitize.strip_lines import (
    InkedLine,
    grown_together,
    lines_on,
    overwritten_by,
    strikes_on,
    with_inserted,
)
from pipeline.digitize.unsure import Traces, has_leaders
from pipeline.imaging.geometry.dewarp import RuleCurvature
from pipeline.imaging.ink import cleanup as ink_of
from pipeline.imaging.ink.binarization import STRONG_INK
from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.imaging.ink.touching_lines import (
    cut_at_sparsest_row,
    is_near_signature,
    split_touching_lines,
    touches_other_line,
)
from pipeline.imaging.ruling import grid
from pipeline.imaging.ruling.leaders import find_missed_dots
from pipeline.locate import table_fit as tables
from pipeline.locate.field_lines import (
    FieldLine,
    assign_components,
    find_signature_overlaps,
    find_touching_lines,
    place_field_lines,
    runs_past_end,
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
from pipeline.model import Box
from pipeline.schema import Form, RecordSpec, Slot


@dataclass(frozen=True, slots=True)
class InkedSlot:
    """A blank with what stands in it, line by line; ``place`` is where it is on the page; ``doubtful``: no line was
    found, and yet it is not sure that nothing stands there, or a stamp is left over beside the lines; ``touched``: ink
    of another blank's line, or a signature, touches one of its lines, may have run into it or may hold letters of it,
    or one goes on behind its end."""

    slot: Slot
    lines: tuple[InkedLine, ...]
    place: Box
    doubtful: bool = False
    touched: bool = False


@dataclass(frozen=True, slots=True)
class InkedRow:
    """One entry's blanks; ``number`` is its row on the page, ``inks`` what was read of them."""

    number: int
    components: ConnectedComponents
    stamps: ConnectedComponents
    slots: tuple[InkedSlot, ...]
    inks: tuple[SlotInk, ...] = ()


def _page_row(straight: Straight, form: Form, record: RecordSpec) -> Iterator[InkedRow]:
    """The one entry of a page form: for every blank the marks that stand in it."""
    fit = straight.fit
    letter = form.text_size * fit.height
    strips = place_field_lines(form, fit, straight.leaders)
    areas = [(slot, area_box(fit, slot.area)) for slot in form.slots if slot.area]
    barred = [box for _, box in areas]
    signing = [box for slot, box in areas if slot.signature]
    labels = [label.box for label in straight.labels]
    together = ink_of.remove_print(straight.components, labels)
    signed = tuple(find_signature_overlaps(strips, together.boxes, barred))
    together = cut_at_sparsest_row(together, signed) if signed else together
    names = {
        slot.name: tuple(find_signed_names(box, together.boxes, letter))
        for slot, box in areas
        if _is_name(slot, record)
    }
    onto = [zone for zones in names.values() for zone in zones]
    components, crossed = split_touching_lines(
        together, [*find_touching_lines(strips, together.boxes), *onto]
    )
    stamps = straight.red_components
    owner = _owners(straight, strips, components, barred, letter)
    strikes = strikes_on(strips, owner, components)
    if risen := grown_together(strips, strikes, owner, components):
        components = cut_at_sparsest_row(components, risen)
        owner = _owners(straight, strips, components, barred, letter)
    cut = {
        components.label_at(*place)
        for place in (*crossed, *ink_of.cuts_below_print(straight.components, labels))
    }
    between, owner, robbed = with_inserted(strips, strikes, owner, components)
    slots = []
    for slot in form.slots:
        lines, place, touched = [], None, False
        if slot.area:
            place = area_box(fit, slot.area)
            if not slot.signature and slot.roles:
                free = np.where(owner < 0)[0]
                apart = MIN_LINE_DISTANCE if names.get(slot.name) else 0.0
                found = find_handwriting_lines(place, components.boxes, components.area, free, letter, apart)
                lines = [InkedLine(*line) for line in found]
                touched = slot.name in names and any(
                    not cut.isdisjoint(line.components.tolist())
                    or is_under_signature(place, components.boxes, line.box, line.components, letter)
                    for line in lines
                )
        else:
            own_strips = np.array([strip.piece.slot == slot.name for strip in strips])
            for number, strip in enumerate(strips):
                if not own_strips[number]:
                    continue
                place = strip.piece.box if place is None else place.union(strip.piece.box)
                box, numbers = writing_box(
                    components.boxes, components.area, np.where(owner == number)[0], strip.pitch
                )
                if box is not None:
                    touched |= not cut.isdisjoint(numbers.tolist())
                    others = np.flatnonzero((owner >= 0) & ~own_strips[owner])
                    touched |= touches_other_line(
                        components, numbers, others, box, strip.piece.baseline, strip.pitch
                    )
                    touched |= runs_past_end(strip, box, components.boxes, numbers)
                    signatures = _signatures(components, owner, signing, strip.pitch)
                    touched |= is_near_signature(components, signatures, box, strip.pitch)
                    lines += lines_on(strip, numbers, components, strikes.get(number), between.get(number))
        assert place is not None
        if slot.stamped:
            lines += _stamped(stamps, _stamped_place(InkedSlot(slot, (), place), letter), letter)
        if slot.roles:
            slots.append(InkedSlot(slot, tuple(lines), place, touched=touched))
    struck = {one.slot.name for one in slots if one.lines and all(line.struck for line in one.lines)}
    over = overwritten_by(strips, strikes, struck) | robbed
    slots = [
        replace(one, touched=one.touched or (one.slot.name in over and bool(one.lines))) for one in slots
    ]
    traces = Traces(straight, _told(slots, components, stamps))
    leaders = has_leaders(strips, straight.leaders)
    slots = [
        replace(
            one,
            doubtful=_is_doubtful(one, strips, traces, letter, leaders=leaders)
            or (one.slot.name in robbed and not one.lines),
        )
        for one in slots
    ]
    yield InkedRow(0, components, stamps, tuple(slots))


def _signatures(
    components: ConnectedComponents, owner: NDArray[np.int64], signing: Sequence[Box], pitch: float
) -> NDArray[np.int64]:
    """The marks of no strip, larger than a dot, that reach into a box for signatures."""
    left, top, right, bottom = components.boxes.T.astype(float)
    there = np.zeros(len(owner), bool)
    for box in signing:
        there |= (left < box.right) & (right > box.left) & (top < box.bottom) & (bottom > box.top)
    return np.flatnonzero(there & (owner < 0) & (np.maximum(right - left, bottom - top) > 0.5 * pitch))


def _is_name(slot: Slot, record: RecordSpec) -> bool:
    """Whether it is an area for a person's name, below or beside a signature."""
    names = slot.field_names
    return bool(slot.area and names) and all(record.by_name[name].kind == "name" for name in names)


def _owners(
    straight: Straight,
    strips: Sequence[FieldLine],
    components: ConnectedComponents,
    barred: Sequence[Box],
    letter: float,
) -> NDArray[np.int64]:
    # what leaders, rules or print had held together with ink is not ink by itself
    faint = ~components.darker_than(straight.normalized, int(255 * STRONG_INK))
    dots = find_missed_dots(components.boxes, straight.leaders, letter)
    return assign_components(strips, components.boxes, barred, _colons(straight, letter), faint, dots)


def _told(
    slots: Sequence[InkedSlot], components: ConnectedComponents, stamps: ConnectedComponents
) -> tuple[
    tuple[ConnectedComponents, list[NDArray[np.int64]]], tuple[ConnectedComponents, list[NDArray[np.int64]]]
]:
    """The marks of all lines, those of the page and those of the red layer."""
    lines = [line for slot in slots for line in slot.lines]
    return (
        (components, [line.components for line in lines if not line.red]),
        (stamps, [line.components for line in lines if line.red]),
    )


def _is_doubtful(
    one: InkedSlot, strips: Sequence[FieldLine], traces: Traces, letter: float, *, leaders: bool
) -> bool:
    slot = one.slot
    if one.lines:
        return slot.stamped and traces.red_beside(_stamped_place(one, letter), letter)
    if slot.area:
        return traces.in_area(one.place, letter)
    if slot.stamped and traces.red_beside(_stamped_place(one, letter), letter):
        return True
    own = [strip for strip in strips if strip.piece.slot == slot.name]
    return any(traces.on_strip(strip, leaders=leaders and not slot.printed) for strip in own)


def _stamped_place(one: InkedSlot, letter: float) -> Box:
    """Where a stamp may stand: that of a name a letter above or below its line."""
    return one.place.grown(0, 0.0 if one.slot.area else letter)


def _stamped(stamps: ConnectedComponents, place: Box, letter: float) -> list[InkedLine]:
    """The lines of name stamps and boxed stamps in a place. Marks that hang together over more height than a stamp's
    (a round seal and what stands in it) are left out."""
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
        lines += [InkedLine(piece, box, components, red=True) for piece, box, components in found]
    return lines


def _colons(straight: Straight, letter: float) -> list[Box]:
    """Where the colon behind each label stands: it is often left out of the box that an engine gives a label."""
    return [
        Box(label.box.right - 0.1 * letter, label.box.top, label.box.right + 0.5 * letter, label.box.bottom)
        for label in straight.labels
    ]


def inked_rows(straight: Straight, form: Form, record: RecordSpec) -> tuple[InkedRow, ...]:
    """The entries of a page: the one of a page form, or the rows of a table form that hold, or may hold, any ink."""
    if form.table is None:
        return tuple(_page_row(straight, form, record))
    return tuple(
        row for row in _table_rows(straight, form) if any(one.lines or one.doubtful for one in row.slots)
    )


def _table_rows(straight: Straight, form: Form) -> Iterator[InkedRow]:
    assert form.table is not None
    fit = straight.fit
    letter = form.text_size * fit.height
    components = straight.components
    left, top, right, bottom = components.boxes.T.astype(float)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    edges = [fit.to_pixels(u, 0.5)[0] for u in tables.column_shares(form.table)]
    levels = table_levels(straight, form)
    bend, lean = straight.bend, straight.lean
    if lean is not None:
        edges = [float(x) for x in lean.levels]
    upright_x = middle_x if lean is None else lean.flattened(middle_y, middle_x)
    level_y = middle_y if bend is None else bend.flattened(middle_x, middle_y)
    # what is left of the rules themselves
    thin = (right - left < 0.3 * letter) & (
        np.abs(upright_x[:, None] - np.array(edges)).min(axis=1) < 0.3 * letter
    )
    flat = (bottom - top < 0.25 * letter) & (
        np.abs(level_y[:, None] - np.array(levels)).min(axis=1) < 0.3 * letter
    )
    row_of = np.searchsorted(np.array(levels), level_y) - 1
    column_of = np.searchsorted(np.array(edges), upright_x) - 1
    rows: list[list[InkedSlot]] = []
    for number in range(form.table.rows):
        slots: list[InkedSlot] = []
        for slot in form.slots:
            if slot.column is None:
                continue
            place = Box(edges[slot.column], levels[number], edges[slot.column + 1], levels[number + 1])
            place = _bent(place, bend, lean)
            inside = np.nonzero((row_of == number) & (column_of == slot.column) & ~thin & ~flat)[0]
            found = find_handwriting_lines(place, components.boxes, components.area, inside, letter)
            slots.append(InkedSlot(slot, tuple(InkedLine(*line) for line in found), place))
        rows.append(slots)
    every = [one for slots in rows for one in slots]
    traces = Traces(straight, _told(every, components, straight.red_components))
    rule = 0.3 * letter
    for number, slots in enumerate(rows):
        sure = (
            one
            if one.lines
            else replace(one, doubtful=traces.in_place(one.place.grown(-rule, -rule), letter))
            for one in slots
        )
        yield InkedRow(number, components, components, tuple(sure))


def _bent(cell: Box, bend: RuleCurvature | None, lean: RuleCurvature | None) -> Box:
    """The box around a cell of a page that may be bent."""
    left, top, right, bottom = cell.left, cell.top, cell.right, cell.bottom
    x, y = np.linspace(left, right, 5), np.linspace(top, bottom, 5)
    if bend is not None:
        top, bottom = float(bend.curved(x, top).min()), float(bend.curved(x, bottom).max())
    if lean is not None:
        left, right = float(lean.curved(y, left).min()), float(lean.curved(y, right).max())
    return Box(left, top, right, bottom)


def table_levels(straight: Straight, form: Form) -> list[float]:
    """The y of the rows' level rules on the straight page, each moved to the rule that is seen near it."""
    assert form.table is not None
    fit = straight.fit
    shares = tables.row_shares(form.table)
    reach = 0.25 * (shares[1] - shares[0]) * fit.height
    left, right = fit.to_pixels(0.02, 0.5)[0], fit.to_pixels(0.98, 0.5)[0]
    expected = [fit.to_pixels(0.5, float(v))[1] for v in shares]
    if straight.bend is not None:
        return [float(y) for y in straight.bend.levels]
    return [grid.nearest_horizontal_rule(straight.normalized, left, right, y, reach) for y in expected]
