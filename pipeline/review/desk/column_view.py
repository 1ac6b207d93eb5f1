"""A column as its template takes it: equal readings in one row, blind fields each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from pipeline.model import FieldStatus, PageRef
from pipeline.registry.model.desk import ColumnCount, ColumnTask, LeasedColumn
from pipeline.review.desk.field_view import (
    STATUS_LABELS,
    Choice,
    FieldPicture,
    box_of,
    choices,
    field_picture,
)
from pipeline.review.pictures import PageSource, Pictures
from pipeline.schema import FieldSpec, Schemas
from pipeline.stages import STAGE_LABELS, Stage

NARROW, WIDE = 3.5, 9.0
"""Width over height of a snippet, up to which it is narrow and from which it is wide."""

SHORT = 14
"""Letters that the input under a narrow snippet has room for."""


@dataclass(frozen=True, slots=True)
class ColumnCell:
    """One snippet. ``where`` names it for people who cannot see it; ``reason``: why the value of its row is offered."""

    task_id: int
    version: int
    where: str
    ink: FieldPicture | None
    choices: tuple[Choice, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """Snippets with the same reading (``status``, ``text``); ``status`` is None where each is keyed by itself."""

    status: FieldStatus | None
    text: str
    cells: tuple[ColumnCell, ...]

    @property
    def label(self) -> str:
        return " ".join(filter(None, (self.text, STATUS_LABELS[self.status] if self.status else "")))


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column to be shown. ``width``: the CSS class of its cells."""

    column: LeasedColumn
    label: str
    stage: str
    width: str
    rows: tuple[ColumnRow, ...]
    count: int


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column that may be chosen."""

    book_id: int
    book: str
    field: str
    label: str
    stage: Stage
    stage_words: str
    waiting: int


def count_rows(counts: Iterable[ColumnCount], schemas: Schemas) -> tuple[ColumnChoice, ...]:
    return tuple(
        ColumnChoice(
            one.book_id,
            one.book,
            one.field,
            schemas.record(one.record).by_name[one.field].label,
            one.stage,
            STAGE_LABELS[one.stage],
            one.waiting,
        )
        for one in counts
        if one.field
    )


def column_view(
    column: LeasedColumn, sheets: Mapping[PageRef, PageSource], schemas: Schemas, pictures: Pictures
) -> ColumnView:
    """Return ``column`` ready for its template. ``sheets``: the pages of its snippets."""
    spec: FieldSpec = schemas.record(column.record).by_name[column.field]

    def cell(task: ColumnTask) -> ColumnCell:
        box = box_of(task.work)
        ink = field_picture(task.task_id, box, sheets[task.ref], pictures) if box else None
        number = f"số {task.entry_number}, " if task.entry_number else ""
        where = f"{number}trang {task.ref.page_no}"
        reason = next((offer.reason for offer in task.work.offers), "")
        return ColumnCell(task.task_id, task.version, where, ink, choices(task.work), reason)

    rows = tuple(
        ColumnRow(status, text, tuple(cell(task) for task in tasks))
        for (status, text), tasks in groupby(column.tasks, key=_expected)
    )
    return ColumnView(column, spec.label, STAGE_LABELS[column.stage], _width(rows), rows, len(column.tasks))


def _width(rows: Iterable[ColumnRow]) -> str:
    """Return the CSS class of cells in which the snippets and their readings have room."""
    rows = list(rows)
    inks = [cell.ink for row in rows for cell in row.cells if cell.ink]
    shape = median(ink.width / ink.height for ink in inks) if inks else NARROW
    if shape >= WIDE:
        return "large"
    return "middle" if shape > NARROW or any(len(row.text) > SHORT for row in rows) else "small"


def _expected(task: ColumnTask) -> tuple[FieldStatus | None, str]:
    """Return what the person before keyed, else what the machine read, else what follows from other values.

    It is nothing where the field is blind, where two people keyed different texts, or where nothing was read.
    """
    work = task.work
    if work.blind or work.candidates:
        return None, ""
    if work.first is not None:
        return work.first.status, work.first.text
    reading = work.reading
    if reading is None or reading.status is not FieldStatus.READ or not reading.text:
        return (FieldStatus.READ, work.offers[0].text) if work.offers else (None, "")
    if not work.is_likely:
        return None, ""
    return FieldStatus.READ, reading.text
