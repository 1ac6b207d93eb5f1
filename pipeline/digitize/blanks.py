"""Which ink stands in which blank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.digitize.straight import Straight, area_box
from pipeline.extract import SlotInk
from pipeline.imaging import grid
from pipeline.imaging import ink as ink_of
from pipeline.locate import strips as placing
from pipeline.locate import table as tables
from pipeline.model import Box
from pipeline.schema import Form, Slot


@dataclass(frozen=True, slots=True)
class InkedSlot:
    """A blank and the marks that stand in it, line by line: boxes and the numbers of the marks."""

    slot: Slot
    lines: tuple[tuple[int, Box, NDArray[np.int64]], ...]
    place: Box


@dataclass(frozen=True, slots=True)
class InkedRow:
    """One entry's blanks; ``number`` is its row on the page, ``inks`` what was read of them."""

    number: int
    marks: ink_of.Marks
    slots: tuple[InkedSlot, ...]
    inks: tuple[SlotInk, ...] = ()


def _page_row(straight: Straight, form: Form) -> Iterator[InkedRow]:
    """The one entry of a page form: for every blank the marks that stand in it."""
    fit = straight.fit
    letter = form.text_size * fit.height
    erased = ink_of.without_boxes(straight.ink, [label.box for label in straight.labels])
    marks = ink_of.marks_of(erased)
    strips = placing.strips_of(form, fit, straight.leaders)
    areas = [(slot, area_box(fit, slot.area)) for slot in form.slots if slot.area]
    owner = placing.owners(strips, marks.boxes, [box for _, box in areas], _colons(straight, letter))
    slots = []
    for slot in form.slots:
        lines, place = [], None
        if slot.area:
            place = area_box(fit, slot.area)
            if not slot.signature and slot.roles:
                free = np.where(owner < 0)[0]
                lines = list(placing.lines_in(place, marks.boxes, marks.area, free, letter))
        else:
            for number, strip in enumerate(strips):
                if strip.piece.slot != slot.name:
                    continue
                place = strip.piece.box if place is None else place.union(strip.piece.box)
                box, numbers = placing.inked_box(marks.boxes, marks.area, np.where(owner == number)[0], strip.pitch)
                if box is not None:
                    lines.append((strip.piece.line, box, numbers))
        assert place is not None
        if slot.roles:
            slots.append(InkedSlot(slot, tuple(lines), place))
    yield InkedRow(0, marks, tuple(slots))


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
    marks = ink_of.marks_of(straight.ink)
    left, top, right, bottom = marks.boxes.T.astype(float)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    edges = [fit.at(u, 0.5)[0] for u in tables.column_shares(form.table)]
    levels = table_levels(straight, form)
    row_of = np.searchsorted(np.array(levels), middle_y) - 1
    column_of = np.searchsorted(np.array(edges), middle_x) - 1
    for number in range(form.table.rows):
        slots = []
        for slot in form.slots:
            if slot.column is None:
                continue
            place = Box(edges[slot.column], levels[number], edges[slot.column + 1], levels[number + 1])
            inside = np.nonzero((row_of == number) & (column_of == slot.column))[0]
            lines = placing.lines_in(place, marks.boxes, marks.area, inside, letter)
            slots.append(InkedSlot(slot, tuple(lines), place))
        yield InkedRow(number, marks, tuple(slots))


def table_levels(straight: Straight, form: Form) -> list[float]:
    """The y of the rows' level rules on the straight page, each moved to the rule that is seen near it."""
    assert form.table is not None
    fit = straight.fit
    shares = tables.row_shares(form.table)
    reach = 0.25 * (shares[1] - shares[0]) * fit.height
    left, right = fit.at(0.02, 0.5)[0], fit.at(0.98, 0.5)[0]
    return [grid.nearest_level(straight.even, left, right, fit.at(0.5, float(v))[1], reach) for v in shares]
