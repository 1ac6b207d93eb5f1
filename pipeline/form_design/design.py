"""A design: a form as it is edited in the browser, element by element.

The lines of ``schemas/forms`` are here a list of elements, each with its own key, so that a picture shows an element
as a box and a person can move, bind and remove it. A design holds all of a form: converting a form to a design and
back (``form_of_design(design_of_form(form))``) keeps its labels and slots. In addition a design marks elements that
the machine proposes and no person has looked at yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median_low
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator, model_validator

from pipeline.declarations.schema import Area, Cell, CheckBox, Column, Declaration, Form

MOST_ELEMENTS = 600
"""Largest number of elements of a kind in a design; the longest known form has 60."""

Key = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,24}$")]
Text = Annotated[str, Field(max_length=300)]
Name = Annotated[str, Field(max_length=60)]
Share = Annotated[float, Field(ge=-1.0, le=2.0, allow_inf_nan=False)]
DesignedBox = tuple[Share, Share, Share, Share]
FormId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{2,59}$")]

_TEXTS = frozenset({"label", "heading", "group", "value", "after", "before"})
_BOUNDS: Mapping[type, TypeAdapter[Any]] = {
    float: TypeAdapter(Share),
    tuple: TypeAdapter(tuple[Share, ...]),
    dict: TypeAdapter(Annotated[dict[Name, Name], Field(max_length=12)]),
}


class DesignedElement(Declaration):
    """The properties of every element beyond those of a form, with bounds for data from a browser.

    Attributes:
        proposed: The machine proposes the element, and no person has looked at it.
        doubtful: The machine is not sure of it, so that it is not accepted together with others.
    """

    key: Key
    proposed: bool = False
    doubtful: bool = False

    @field_validator("*")
    @classmethod
    def _is_bounded(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            most = 300 if info.field_name in _TEXTS else 60
            if len(value) > most:
                raise ValueError(f"longer than {most} letters")
        elif type(value) in _BOUNDS:
            _BOUNDS[type(value)].validate_python(value)
        return value


class DesignedCell(DesignedElement, Cell):
    """A printed label, a blank, or a label followed by a blank; positions are shares of the frame.

    Attributes:
        at: The v of its baseline.
        start: The u where the label begins; None: only a blank.
        from_: The u where the blank begins; None: only a label.
    """

    at: Share


class DesignedArea(DesignedElement, Area):
    """A free rectangle: notes, a signature, a stamp."""


class DesignedCheckBox(DesignedElement, CheckBox):
    """A printed box to tick."""

    label: str = ""


class DesignedColumn(DesignedElement, Column):
    """A column of a table."""

    heading: str = ""
    width: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class DesignedTable(Declaration):
    """The rows and columns of a table. Attributes as in ``schema.Table``."""

    rows: Annotated[int, Field(ge=1, le=100)]
    top: Share
    bottom: Share
    ruled: bool = True
    columns: Annotated[tuple[DesignedColumn, ...], Field(min_length=1, max_length=100)]


class Design(Declaration):
    """A form as it is edited. Attributes as in ``schema.Form``; the elements are the classes above.

    ``on_pages``: the form's frame as placed by a person, in shares of the frame found on the specimens.
    """

    id: FormId
    record: Name
    title: Text = ""
    layout: Literal["page", "table", "cover", "act"] = "page"
    evidence: Literal["seen", "assumed"] = "seen"
    years: tuple[Annotated[int, Field(ge=1800, le=2100)], Annotated[int, Field(ge=1800, le=2100)]]
    province: Annotated[str, Field(max_length=120)] = ""
    printer: Annotated[str, Field(max_length=120)] = ""
    printing_of: Name = ""
    paper_mm: tuple[Annotated[float, Field(ge=50, le=1500)], Annotated[float, Field(ge=50, le=1500)]]
    frame: DesignedBox
    rules: Annotated[tuple[Share, ...], Field(max_length=40)] = ()
    left: Share = 0.031
    right: Share = 0.721
    text_size: Annotated[float, Field(ge=0.002, le=0.1)] = 0.0165
    note: Annotated[str, Field(max_length=1000)] = ""
    cells: Annotated[tuple[DesignedCell, ...], Field(max_length=MOST_ELEMENTS)] = ()
    areas: Annotated[tuple[DesignedArea, ...], Field(max_length=MOST_ELEMENTS)] = ()
    checkboxes: Annotated[tuple[DesignedCheckBox, ...], Field(max_length=MOST_ELEMENTS)] = ()
    table: DesignedTable | None = None
    on_pages: DesignedBox = (0.0, 0.0, 1.0, 1.0)

    @model_validator(mode="after")
    def _has_unique_keys(self) -> Design:
        keys = [element.key for element in self.elements()]
        if len(set(keys)) != len(keys):
            raise ValueError("two elements have one key")
        return self

    def elements(self) -> Iterator[DesignedCell | DesignedArea | DesignedCheckBox | DesignedColumn]:
        yield from self.cells
        yield from self.areas
        yield from self.checkboxes
        if self.table is not None:
            yield from self.table.columns

    @property
    def unseen(self) -> tuple[str, ...]:
        """The keys of proposed bindings that no person has looked at yet."""
        return tuple(
            element.key
            for element in self.elements()
            if element.proposed and (element.field or getattr(element, "fields", None))
        )

    @property
    def doubtful(self) -> tuple[str, ...]:
        """The keys of those of which the machine is not sure."""
        unsure = {element.key for element in self.elements() if element.doubtful}
        return tuple(key for key in self.unseen if key in unsure)


def as_proposed(design: Design) -> Design:
    """Return the design with every element marked as a doubtful proposal, for a file from another office."""
    fields = design.model_dump(by_alias=True)
    columns = fields["table"]["columns"] if fields["table"] is not None else ()
    for element in (*fields["cells"], *fields["areas"], *fields["checkboxes"], *columns):
        element["proposed"] = element["doubtful"] = True
    return design.model_validate(fields)


SHARED = ("id", "record", "title", "layout", "evidence", "years", "province", "printer", "printing_of", "paper_mm",
          "frame", "rules", "left", "right", "text_size", "note")  # fmt: skip
"""The attributes that a form and a design share by name."""


def design_of_form(form: Form) -> Design:
    """Return a form as a design; every label gets an explicit start."""
    cells: list[DesignedCell] = []
    for line in form.lines:
        at = form.left
        for cell in line.cells:
            start = at if cell.start is None else cell.start
            fields = cell.model_dump(by_alias=True) | {"key": f"c{len(cells) + 1}", "at": line.at}
            cells.append(DesignedCell.model_validate(fields | {"start": start if cell.label else None}))
            at = _end_of(cell.to, cell.from_, form, cells[-1])
    shared = {name: getattr(form, name) for name in SHARED}
    table = None
    if form.table is not None:
        columns = tuple(
            DesignedColumn(key=f"t{number}", **column.model_dump())
            for number, column in enumerate(form.table.columns, start=1)
        )
        table = DesignedTable(columns=columns, **form.table.model_dump(exclude={"columns"}))
    return Design(
        **shared,
        cells=tuple(cells),
        areas=tuple(
            DesignedArea(key=f"a{n}", **area.model_dump()) for n, area in enumerate(form.areas, start=1)
        ),
        checkboxes=tuple(
            DesignedCheckBox(key=f"b{n}", **box.model_dump())
            for n, box in enumerate(form.checkboxes, start=1)
        ),
        table=table,
    )


def _end_of(to: float | None, start_of_blank: float | None, form: Form, cell: DesignedCell) -> float:
    """Return where the next label of a line begins if it has no start of its own."""
    if to is not None:
        return to
    if start_of_blank is not None:
        return start_of_blank
    return (cell.start or 0.0) + form.print_width(cell.label, cell.style)


def form_table(design: Design) -> dict[str, Any]:
    """Return the content of a form's file as ``tomllib`` reads it: lines from top to bottom."""
    table: dict[str, Any] = {name: _plain(getattr(design, name)) for name in SHARED}
    for name in ("province", "printer", "printing_of", "note"):
        if not table[name]:
            del table[name]
    if not table["rules"]:
        del table["rules"]
    table["line"] = _lines(design)
    table["area"] = [_stated(area, ("at",) if area.label else (), ("box",)) for area in design.areas]
    table["checkbox"] = [_stated(box, ("label", "at", "box")) for box in design.checkboxes]
    if design.table is not None:
        table["table"] = {
            "rows": design.table.rows,
            "top": design.table.top,
            "bottom": design.table.bottom,
            **({} if design.table.ruled else {"ruled": False}),
            "column": [_stated(column, ("heading", "width")) for column in design.table.columns],
        }
    return {
        key: value for key, value in table.items() if value != [] or key in ("frame", "years", "paper_mm")
    }


def form_of_design(design: Design) -> Form:
    """Return the form of a design; ``flaws.design_flaws`` explains an invalid design.

    Raises:
        pydantic.ValidationError: The design is not a valid form.
    """
    return Form.model_validate(form_table(design))


SAME_LINE = 0.2
"""Baselines closer than this share of the print's height form a line, since each was found or drawn separately."""


def _lines(design: Design) -> list[dict[str, Any]]:
    """Return the printed lines, top to bottom; neighbouring cells of a line share its baseline."""
    lines: list[list[DesignedCell]] = []
    for cell in sorted(design.cells, key=lambda cell: cell.at):
        near = [line for line in lines if cell.at - line[0].at <= SAME_LINE * design.text_size]
        beside = next((line for line in near if all(_are_neighbours(cell, other) for other in line)), None)
        if beside is None:
            lines.append([cell])
        else:
            beside.append(cell)
    return [
        {
            "at": median_low(cell.at for cell in line),
            "cells": [_stated(cell) for cell in sorted(line, key=_begin)],
        }
        for line in sorted(lines, key=lambda cells: median_low(cell.at for cell in cells))
    ]


def _are_neighbours(cell: DesignedCell, other: DesignedCell) -> bool:
    """Return whether two cells surely share a line, or do not overlap in width."""
    (left, right), (begin, end) = _extent(cell), _extent(other)
    return cell.at == other.at or right <= begin or end <= left


def _extent(cell: DesignedCell) -> tuple[float, float]:
    """Return the u where a cell begins and ends; the same for a label without a blank."""
    begin = _begin(cell)
    return begin, begin if cell.to is None else cell.to


def _begin(cell: DesignedCell) -> float:
    return next((u for u in (cell.start, cell.from_) if u is not None), 0.0)


def _stated(element: Declaration, always: tuple[str, ...] = (), then: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the keys of an element that differ from their defaults, in the order of files."""
    stated: dict[str, Any] = {}
    declared = type(element).model_fields
    names = list(declared)
    if isinstance(element, DesignedCell):  # the blank is written before its fields
        names = ["label", "style", "start", "from_", "to", *names]
    for name in dict.fromkeys(names):
        info, value = declared[name], getattr(element, name)
        if name in ("key", "proposed", "doubtful") or (name == "at" and isinstance(element, DesignedCell)):
            continue
        if name == "at" and name not in always:
            continue
        if name in always or name in then or value != info.get_default(call_default_factory=True):
            stated[info.alias or name] = _plain(value)
    return stated


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value
