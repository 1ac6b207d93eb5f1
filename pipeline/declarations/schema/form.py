"""``schemas/forms``: what is printed on a sheet, and where its labels and slots are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Literal

from pydantic import Field

from pipeline.declarations.schema.declaration import Declaration
from pipeline.declarations.schema.slots import Label, Piece, Slot, Style, roles_of, slot_name

PARTS = ("day", "month", "year", "hour", "minute")
"""The parts of a date or a time that may have a slot of their own."""

Rectangle = tuple[float, float, float, float]
"""Left, top, right and bottom in u and v."""


class Cell(Declaration):
    """A printed label and the slot behind it, on one printed line.

    ``start`` is where the label begins (by default where the cell before it ended, or the form's ``left``);
    ``from``/``to`` bound the blank. A cell with neither ``field`` nor ``fields`` is print only (a heading).
    ``field`` may stand in several cells: the next one without a label continues the value on a further line;
    ``part`` (day, month, year, hour, minute) says that the blank holds one part of a value.
    ``fields`` (role = field) with ``kind`` is one blank that holds several fields, split by a composite kind.
    ``printed`` marks a value that the press set (a page number); ``stamped`` one that may be a red stamp.
    """

    label: str = ""
    style: Style = "regular"
    start: float | None = None
    field: str | None = None
    fields: Mapping[str, str] = Field(default_factory=dict)
    kind: str | None = None
    part: str | None = None
    from_: float | None = Field(default=None, alias="from")
    to: float | None = None
    printed: bool = False
    stamped: bool = False


class Line(Declaration):
    """One printed line; ``at`` is the v of its baseline."""

    at: float
    cells: tuple[Cell, ...]


class Area(Declaration):
    """A free rectangle (left, top, right, bottom in u, v): notes, a signature, a block of an act in running text.

    ``at`` is where its label begins (unused without one). A ``signature`` area is never read. In a form of acts,
    ``after`` and ``before`` are the printed words between which its value is written, and ``begins_act`` says that
    these words begin an act, of which a page may hold several.
    """

    label: str = ""
    style: Style = "bold"
    at: tuple[float, float] = (0.0, 0.0)
    box: tuple[float, float, float, float]
    field: str | None = None
    fields: Mapping[str, str] = Field(default_factory=dict)
    kind: str | None = None
    signature: bool = False
    stamped: bool = False
    after: str = ""
    before: str = ""
    begins_act: bool = False


class CheckBox(Declaration):
    """A printed box to tick.

    Attributes:
        label: The text printed beside it.
        at: Where the label begins (u, v).
        box: Its left, top, right and bottom in u, v.
        field: The field that a mark fills; without one the box is print only, as the Ministry has no column
            for it.
        value: The value that a mark gives the field.
        coded: Whether the field's list has a code for the value; without one the value stays the printed
            words until an office gives it a code.
    """

    label: str
    at: tuple[float, float]
    box: tuple[float, float, float, float]
    field: str = ""
    value: str = ""
    coded: bool = True


class Column(Declaration):
    """One column of a table form.

    Attributes:
        width: Its width as a share of the frame's.
        group: The heading over several columns.
        fields: The fields that it holds by role of a composite kind.
        kind: That composite kind.
        ditto: Whether a ditto mark in it (``nt``, ``〃``) stands for the value above; False: it is what is written.
    """

    heading: str
    width: float
    group: str = ""
    field: str | None = None
    fields: Mapping[str, str] = Field(default_factory=dict)
    kind: str | None = None
    ditto: bool = True


class Table(Declaration):
    """The rows of a table form.

    Attributes:
        top: Where the first one begins (v); the heading is above.
        bottom: Where the last one ends (v).
        ruled: Whether rules part them. Where they do not, ``rows`` is how many a full page has about, and an entry
            begins where its first column that is read is written.
        columns: Its columns from left to right.
    """

    rows: int
    top: float
    bottom: float
    ruled: bool = True
    columns: tuple[Column, ...] = Field(alias="column")


MM_AN_INCH = 25.4

PRINT_ADVANCE = 0.43
"""Mean width of a printed letter, as a share of the letters' size (measured on the six printed sheets)."""


class Form(Declaration):
    """One printed form.

    Lengths u and v are shares of the width and height of the printed frame.

    Attributes:
        id: Its id, the name of its file.
        layout: Whether it is a page of its own, a table, a cover, or an act in running text that a person keys.
        evidence: Whether such a sheet was seen or its layout is assumed.
        years: The first and the last year in which books of it were opened.
        province: The province whose books it was seen in; ``""``: any.
        printer: Who printed it, where that is known.
        printing_of: The form of which it is another printing: pages of either are read in books of that form.
        retired: Whether no further book is declared with it; books that are, and their pages, are read as before.
        paper_mm: The width and height of the paper in mm.
        frame: Left, top, right and bottom of the printed frame as shares of the paper.
        rules: The printed vertical rules (u).
        left: Where lines begin (u).
        right: Where dotted lines end (u).
        text_size: The size of printed letters as a share of the frame's height.
        areas: Its free rectangles.
        checkboxes: Its printed boxes to tick.
        wordings: By field, how clerks of its time wrote it; synthetic books are written so.
        fingerprint: A hash of its file.
    """

    id: str
    record: str
    title: str
    layout: Literal["page", "table", "cover", "act"]
    evidence: Literal["seen", "assumed"]
    years: tuple[int, int]
    province: str = ""
    printer: str = ""
    printing_of: str = ""
    retired: bool = False
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
    wordings: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    note: str = ""
    fingerprint: str = ""

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """All printed texts in reading order, with their positions."""
        return tuple(_labels(self))

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """All slots in reading order."""
        return _slots(self)

    @property
    def boxes(self) -> tuple[CheckBox, ...]:
        """The check boxes that are read; ``checkboxes`` also has those that are print only."""
        return tuple(box for box in self.checkboxes if box.field)

    @cached_property
    def literal_fields(self) -> frozenset[str]:
        """The fields in whose column a ditto mark stands for nothing above it."""
        return frozenset(name for slot in self.slots if not slot.ditto for name in slot.field_names)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The record's fields that have a place on this form."""
        names = [name for slot in self.slots for name in slot.field_names]
        names += [box.field for box in self.boxes]
        return tuple(dict.fromkeys(names))

    def dpi_of(self, shape: tuple[int, ...]) -> float:
        """Return pixels an inch of a picture (h, w, …) whose longer side the form's paper fills.

        What an image file says of its resolution is often wrong.
        """
        return float(max(shape[:2]) / (max(self.paper_mm) / MM_AN_INCH))

    def letter_height(self, dpi: float) -> float:
        """Return the height of the printed letters in pixels at that resolution."""
        _, top, _, bottom = self.frame
        return self.text_size * (bottom - top) * self.paper_mm[1] / MM_AN_INCH * dpi

    def print_width(self, text: str, style: Style) -> float:
        """Return about how wide a printed text is, as a share of the frame's width; off by a letter or two at most."""
        left, top, right, bottom = self.frame
        height_by_width = (bottom - top) * self.paper_mm[1] / ((right - left) * self.paper_mm[0])
        letters = len(text) * (1.5 if text.isupper() else 1.0) * {"bold": 1.05, "small": 0.82}.get(style, 1.0)
        return PRINT_ADVANCE * letters * self.text_size * height_by_width


def _labels(form: Form) -> Iterator[Label]:
    for line in form.lines:
        at = form.left
        for cell in line.cells:
            start = at if cell.start is None else cell.start
            blank = cell.from_ if cell.from_ is not None else cell.to
            end = blank if blank is not None else start + form.print_width(cell.label, cell.style)
            if cell.label:
                roles = roles_of(cell.field, cell.fields)
                yield Label(cell.label, cell.style, start, end, line.at, slot_name(roles))
            at = cell.to if cell.to is not None else end
    for area in form.areas:
        if not area.label:
            continue
        u, v = area.at
        end = u + form.print_width(area.label, area.style)
        yield Label(area.label, area.style, u, end, v, slot_name(roles_of(area.field, area.fields)))
    for box in form.checkboxes:
        u, v = box.at
        yield Label(box.label, "small", u, u + form.print_width(box.label, "small"), v, box.field)


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
            name,
            area.kind or "",
            roles,
            area=area.box,
            signature=area.signature,
            stamped=area.stamped,
            after=area.after,
            before=area.before,
            begins_act=area.begins_act,
        )
    if form.table:
        for number, column in enumerate(form.table.columns):
            roles = roles_of(column.field, column.fields)
            if roles:
                found[slot_name(roles)] = Slot(
                    slot_name(roles), column.kind or "", roles, column=number, ditto=column.ditto
                )
    return tuple(found.values())
