"""Which ink stands in which blank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.digitize.straight import Straight, area_box
from pipeline.extract import SlotInk
from pipeline.imaging import grid
from pipeline.imaging import ink as ink_of
from pipeline.imaging.marks import Marks, marks_of
from pipeline.locate import strips as placing
from pipeline.locate import table as tables
from pipeline.model import Box
from pipeline.schema import Form, Slot


@dataclass(frozen=True, slots=True)
class InkedLine:
    """One written line of a blank: on which ``piece`` of it, its ``box`` and the numbers of its ``marks``; ``red`` when
    it was stamped, its marks then being those of the red layer; ``struck`` when a stroke runs through it."""

    piece: int
    box: Box
    marks: NDArray[np.int64]
    red: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True)
class InkedSlot:
    """A blank with what stands in it, line by line; ``place`` is where it is on the page."""

    slot: Slot
    lines: tuple[InkedLine, ...]
    place: Box


@dataclass(frozen=True, slots=True)
class InkedRow:
    """One entry's blanks; ``number`` is its row on the page, ``inks`` what was read of them."""

    number: int
    marks: Marks
    stamps: Marks
    slots: tuple[InkedSlot, ...]
    inks: tuple[SlotInk, ...] = ()


def _page_row(straight: Straight, form: Form) -> Iterator[InkedRow]:
    """The one entry of a page form: for every blank the marks that stand in it."""
    fit = straight.fit
    letter = form.text_size * fit.height
    strips = placing.strips_of(form, fit, straight.leaders)
    areas = [(slot, area_box(fit, slot.area)) for slot in form.slots if slot.area]
    together = ink_of.without_print(straight.marks, [label.box for label in straight.labels])
    cuts = tuple(placing.touching(strips, together.boxes, [box for _, box in areas]))
    marks = ink_of.parted(together, cuts) if cuts else together
    stamps = marks_of(straight.red_ink)
    owner = placing.owners(strips, marks.boxes, [box for _, box in areas], _colons(straight, letter))
    slots = []
    for slot in form.slots:
        lines, place = [], None
        if slot.area:
            place = area_box(fit, slot.area)
            if not slot.signature and slot.roles:
                free = np.where(owner < 0)[0]
                lines = [
                    InkedLine(*line)
                    for line in placing.lines_in(place, marks.boxes, marks.area, free, letter)
                ]
        else:
            for number, strip in enumerate(strips):
                if strip.piece.slot != slot.name:
                    continue
                place = strip.piece.box if place is None else place.union(strip.piece.box)
                box, numbers = placing.inked_box(
                    marks.boxes, marks.area, np.where(owner == number)[0], strip.pitch
                )
                if box is not None:
                    level = (
                        strip.piece.baseline - 0.55 * strip.pitch,
                        strip.piece.baseline - 0.14 * strip.pitch,
                    )
                    strike = ink_of.strike_of(marks, numbers, box, level)
                    lines += _by_strike(InkedLine(strip.piece.line, box, numbers), strike, marks, strip.pitch)
        assert place is not None
        if slot.stamped:
            lines += _stamped(stamps, place.grown(0, 0.0 if slot.area else letter), letter)
        if slot.roles:
            slots.append(InkedSlot(slot, tuple(lines), place))
    yield InkedRow(0, marks, stamps, tuple(slots))


def _by_strike(
    line: InkedLine, strike: tuple[float, float] | None, marks: Marks, pitch: float
) -> list[InkedLine]:
    """The line, or what is struck of it and, apart, what is written behind that."""
    if strike is None:
        return [line]
    behind = line.marks[marks.boxes[line.marks, 0] > strike[1] - 0.1 * pitch]
    box, kept = placing.inked_box(marks.boxes, marks.area, behind, pitch)
    gone, before = placing.inked_box(marks.boxes, marks.area, np.setdiff1d(line.marks, behind), pitch)
    if box is None or gone is None or box.width < 0.5 * pitch:
        return [replace(line, struck=True)]
    return [replace(line, box=gone, marks=before, struck=True), replace(line, box=box, marks=kept)]


def _stamped(stamps: Marks, place: Box, letter: float) -> list[InkedLine]:
    """The lines of name stamps and boxed stamps in a place. Marks that hang together over more height than a stamp's
    (a round seal and what stands in it) are left out."""
    left, top, right, bottom = stamps.boxes.T.astype(float)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    inside = (
        (middle_x > place.left)
        & (middle_x < place.right)
        & (middle_y > place.top)
        & (middle_y < place.bottom)
    )
    inside &= stamps.area > 0.01 * letter**2
    chosen = np.nonzero(inside)[0]
    lines = []
    for group in placing.clusters(stamps.boxes[chosen], 0.7 * letter):
        members = chosen[group]
        high = bottom[members].max() - top[members].min()
        wide = right[members].max() - left[members].min()
        letters = members[(bottom - top)[members] < 1.6 * letter]
        if high > 3.6 * letter or wide < 1.5 * high or len(letters) < 4:
            continue
        found = placing.lines_in(place, stamps.boxes, stamps.area, letters, letter)
        lines += [InkedLine(piece, box, marks, red=True) for piece, box, marks in found]
    return lines


def _colons(straight: Straight, letter: float) -> list[Box]:
    """Where the colon behind each label stands: it is often left out of the box that an engine gives a label."""
    return [
        Box(label.box.right - 0.1 * letter, label.box.top, label.box.right + 0.5 * letter, label.box.bottom)
        for label in straight.labels
    ]


def inked_rows(straight: Straight, form: Form) -> tuple[InkedRow, ...]:
    """The entries of a page: the one of a page form, or the rows of a table form that hold any ink."""
    if form.table is None:
        return tuple(_page_row(straight, form))
    return tuple(row for row in _table_rows(straight, form) if any(slot.lines for slot in row.slots))


def _table_rows(straight: Straight, form: Form) -> Iterator[InkedRow]:
    assert form.table is not None
    fit = straight.fit
    letter = form.text_size * fit.height
    marks = straight.marks
    left, top, right, bottom = marks.boxes.T.astype(float)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    edges = [fit.at(u, 0.5)[0] for u in tables.column_shares(form.table)]
    levels = table_levels(straight, form)
    # what is left of the rules themselves
    thin = (right - left < 0.3 * letter) & (
        np.abs(middle_x[:, None] - np.array(edges)).min(axis=1) < 0.3 * letter
    )
    flat = (bottom - top < 0.25 * letter) & (
        np.abs(middle_y[:, None] - np.array(levels)).min(axis=1) < 0.3 * letter
    )
    row_of = np.searchsorted(np.array(levels), middle_y) - 1
    column_of = np.searchsorted(np.array(edges), middle_x) - 1
    for number in range(form.table.rows):
        slots = []
        for slot in form.slots:
            if slot.column is None:
                continue
            place = Box(edges[slot.column], levels[number], edges[slot.column + 1], levels[number + 1])
            inside = np.nonzero((row_of == number) & (column_of == slot.column) & ~thin & ~flat)[0]
            found = placing.lines_in(place, marks.boxes, marks.area, inside, letter)
            slots.append(InkedSlot(slot, tuple(InkedLine(*line) for line in found), place))
        yield InkedRow(number, marks, marks, tuple(slots))


def table_levels(straight: Straight, form: Form) -> list[float]:
    """The y of the rows' level rules on the straight page, each moved to the rule that is seen near it."""
    assert form.table is not None
    fit = straight.fit
    shares = tables.row_shares(form.table)
    reach = 0.25 * (shares[1] - shares[0]) * fit.height
    left, right = fit.at(0.02, 0.5)[0], fit.at(0.98, 0.5)[0]
    return [grid.nearest_level(straight.even, left, right, fit.at(0.5, float(v))[1], reach) for v in shares]
