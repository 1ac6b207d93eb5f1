"""A column as its template takes it: equal readings in one row, blind fields each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from pipeline.base.model import FieldStatus, PageRef
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.registry import Verdict
from pipeline.registry.tasks.model import ColumnCount, ColumnTask, LeasedColumn
from pipeline.web.desk.doubt_reasons import doubt_reasons
from pipeline.web.desk.expected_form import expected_form, is_doubted
from pipeline.web.desk.field_view import (
    STATUS_LABELS,
    Choice,
    FieldPicture,
    box_of,
    choices,
    field_picture,
)
from pipeline.web.pictures import PageSource, Pictures

NARROW, WIDE = 3.5, 9.0
"""Width over height of a snippet, up to which it is narrow and from which it is wide."""

UNSETTLED = "chưa có"
"""What is told of a field in the same blank that is not settled."""

SHORT = 14
"""Letters that the input under a narrow snippet has room for."""


@dataclass(frozen=True, slots=True)
class ColumnCell:
    """One snippet.

    Attributes:
        task_id: Its task.
        version: The version of the task.
        where: Names it for people who cannot see it.
        page: Equal for snippets of one page.
        ink: Its picture; None where the field has no place of its own.
        choices: The readings that it may be given.
        reason: Why the value of its row is offered.
        doubt: Why the machine is not sure of it.
        beside: Label and text of the other fields of the blank that the picture shows.
        inked: Whether the machine saw ink of the field: who calls it blank is asked once more.
    """

    task_id: int
    version: int
    where: str
    page: str
    ink: FieldPicture | None
    choices: tuple[Choice, ...]
    reason: str = ""
    doubt: str = ""
    beside: tuple[tuple[str, str], ...] = ()
    inked: bool = False


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """Snippets with the same reading.

    Attributes:
        status: The status of the reading; None where each is keyed by itself.
        text: Its text.
        cells: The snippets.
        doubted: The text is no value of the field as far as its kind can tell.
    """

    status: FieldStatus | None
    text: str
    cells: tuple[ColumnCell, ...]
    doubted: bool = False

    @property
    def label(self) -> str:
        return " ".join(filter(None, (self.text, STATUS_LABELS[self.status] if self.status else "")))


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column to be shown.

    Attributes:
        column: The column.
        label: The label of its field.
        stage: Its stage, in words.
        width: The CSS class of its cells.
        rows: Its rows of like snippets.
        count: How many snippets it has.
        expected: The form in which a value is expected.
    """

    column: LeasedColumn
    label: str
    stage: str
    width: str
    rows: tuple[ColumnRow, ...]
    count: int
    expected: str


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
    record = schemas.record(column.record)
    spec: FieldSpec = record.by_name[column.field]

    def cell(task: ColumnTask) -> ColumnCell:
        box = box_of(task.work)
        ink = field_picture(task.task_id, box, sheets[task.ref], pictures) if box else None
        number = f"số {task.entry_number}, " if task.entry_number else ""
        where = f"{number}trang {task.ref.page_no}"
        reason = next((offer.reason for offer in task.work.offers), "")
        return ColumnCell(
            task.task_id,
            task.version,
            where,
            f"{task.ref.scan_sha256[:16]}-{task.ref.page_no}",
            ink,
            choices(task.work),
            reason,
            " ".join(doubt_reasons(task.work, ())),
            tuple((record.by_name[name].label, _told(text)) for name, text in task.beside.items()),
            task.work.inked,
        )

    rows = tuple(
        ColumnRow(
            status,
            text,
            tuple(cell(task) for task in tasks),
            doubted=status is not None and is_doubted(spec, Verdict(spec.name, status, text), schemas),
        )
        for (status, text), tasks in groupby(column.tasks, key=_expected)
    )
    return ColumnView(
        column,
        spec.label,
        STAGE_LABELS[column.stage],
        _width(rows),
        rows,
        len(column.tasks),
        expected_form(spec, schemas),
    )


def _told(text: str | None) -> str:
    return UNSETTLED if text is None else text or STATUS_LABELS[FieldStatus.BLANK]


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
