"""``schemas/forms``: one printed sheet, with all its labels and blanks in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Literal

from pydantic import Field

from pipeline.schema.blank import Label, Piece, Slot, roles_of, slot_name
from pipeline.schema.declaration import Declaration
from pipeline.schema.sheet import Area, CheckBox, Line, Style, Table

PRINT_ADVANCE = 0.43
"""Mean width of a printed letter, as a share of the letters' size (measured on the six printed sheets)."""


class Form(Declaration):
    """One printed sheet. ``frame``: left, top, right, bottom of the printed frame as shares of the paper."""

    id: str
    record: str
    title: str
    layout: Literal["page", "table", "cover"]
    evidence: Literal["seen", "assumed"]
    years: tuple[int, int]
    paper_mm: tuple[float, float]
    frame: tuple[float, float, float, float]
    rules: tuple[float, ...] = ()
    left: float = 0.031
    right: float = 0.721
    text_size: float = 0.0165
    lines: tuple[Line, ...] = Field(default=(), alias="line")
    areas: tuple[Area, ...] = Field(default=(), alias="area")
    checkboxes: tuple[CheckBox, ...] = Field(default=(), alias="checkbox")
    table: Table | None = None
    note: str = ""
    fingerprint: str = ""

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """All printed texts, in reading order, with where they begin, end and stand."""
        return tuple(_labels(self))

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """All blanks, one a value (or a group of values that share a blank), in reading order."""
        return _slots(self)

    @property
    def boxes(self) -> tuple[CheckBox, ...]:
        """The check boxes that are read; ``checkboxes`` also holds those that are print only."""
        return tuple(box for box in self.checkboxes if box.field)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The record's fields that have a place on this form."""
        names = [name for slot in self.slots for name in slot.field_names]
        names += [box.field for box in self.boxes]
        return tuple(dict.fromkeys(names))


def _print_width(form: Form, text: str, style: Style) -> float:
    """About how wide a printed text is, as a share of the frame's width; off by a letter or two at most."""
    left, top, right, bottom = form.frame
    height_by_width = (bottom - top) * form.paper_mm[1] / ((right - left) * form.paper_mm[0])
    letters = len(text) * (1.5 if text.isupper() else 1.0) * {"bold": 1.05, "small": 0.82}.get(style, 1.0)
    return PRINT_ADVANCE * letters * form.text_size * height_by_width


def _labels(form: Form) -> Iterator[Label]:
    for line in form.lines:
        at = form.left
        for cell in line.cells:
            start = at if cell.start is None else cell.start
            blank = cell.from_ if cell.from_ is not None else cell.to
            end = blank if blank is not None else start + _print_width(form, cell.label, cell.style)
            if cell.label:
                roles = roles_of(cell.field, cell.fields)
                yield Label(cell.label, cell.style, start, end, line.at, slot_name(roles))
            at = cell.to if cell.to is not None else end
    for area in form.areas:
        if not area.label:
            continue
        u, v = area.at
        end = u + _print_width(form, area.label, area.style)
        yield Label(area.label, area.style, u, end, v, slot_name(roles_of(area.field, area.fields)))
    for box in form.checkboxes:
        u, v = box.at
        yield Label(box.label, "small", u, u + _print_width(form, box.label, "small"), v, box.field)


def _slots(form: Form) -> tuple[Slot, ...]:
    found: dict[str, Slot] = {}
    for line in form.lines:
        for cell in line.cells:
            roles = roles_of(cell.field, cell.fields)
            if not roles or cell.from_ is None or cell.to is None:
                continue
            name = slot_name(roles)
            piece = Piece(cell.from_, cell.to, line.at, cell.part or "", cell.label)
            before = found.get(name)
            if before is None:
                found[name] = Slot(
                    name, cell.kind or "", roles, (piece,), printed=cell.printed, stamped=cell.stamped
                )
            else:
                found[name] = replace(before, pieces=(*before.pieces, piece))
    for number, area in enumerate(form.areas):
        roles = roles_of(area.field, area.fields)
        name = slot_name(roles) or f"signature:{number}"
        found[name] = Slot(
            name, area.kind or "", roles, area=area.box, signature=area.signature, stamped=area.stamped
        )
    if form.table:
        for number, column in enumerate(form.table.columns):
            roles = roles_of(column.field, column.fields)
            if roles:
                found[slot_name(roles)] = Slot(slot_name(roles), column.kind or "", roles, column=number)
    return tuple(found.values())
