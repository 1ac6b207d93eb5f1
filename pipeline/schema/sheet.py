"""What is printed on a sheet, as ``schemas/forms`` declare it: cells, areas, check boxes, a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from pipeline.schema.declaration import Declaration

PARTS = ("day", "month", "year", "hour", "minute")
"""The parts of a date or a time that may have a blank of their own."""

Style = Literal["regular", "bold", "italic", "bold-italic", "small"]


class Cell(Declaration):
    """A printed label and the blank behind it, on one printed line.

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
    """A free rectangle (left, top, right, bottom in u, v): notes, a signature.

    ``at`` is where its label begins (unused without one). A ``signature`` area is never read.
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


class CheckBox(Declaration):
    """A printed box to tick; a mark gives ``field`` the value ``value``. ``box`` in u, v.

    Without a ``field`` it is print only: the Ministry has no column for it. ``coded``: whether the field's list has a
    code for the value; where it has none, the value stays the printed words until an office gives it a code.
    """

    label: str
    at: tuple[float, float]
    box: tuple[float, float, float, float]
    field: str = ""
    value: str = ""
    coded: bool = True


class Column(Declaration):
    """One column of a table form; ``width``: share of the frame's width, ``group``: heading over several."""

    heading: str
    width: float
    group: str = ""
    field: str | None = None
    fields: Mapping[str, str] = Field(default_factory=dict)
    kind: str | None = None


class Table(Declaration):
    """Rows of a table form: ``top``/``bottom`` bound the rows (v), the heading stands above ``top``."""

    rows: int
    top: float
    bottom: float
    columns: tuple[Column, ...] = Field(alias="column")
