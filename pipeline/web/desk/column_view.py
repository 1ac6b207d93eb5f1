"""A column prepared for its template: equal values in one row, each blind field alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.base.model import FieldStatus, PageRef
from pipeline.base.stages import STAGE_LABELS
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.registry.tasks.model import ColumnTask, LeasedColumn, SnippetRow
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
"""Width over height of a snippet: narrow up to the first, wide from the second."""

UNSETTLED = "chưa có"
"""The text for an unsettled field in the same blank."""

SHORT = 14
"""Number of letters for which the input under a narrow snippet has room."""


@dataclass(frozen=True, slots=True)
class ColumnCell:
    """A snippet of a column.

    Attributes:
        where: The accessible name of the snippet.
        page: A key that is equal for snippets of one page.
        ink: The picture; None where the field has no place of its own.
        choices: The readings to choose from.
        reason: Why the row's value is offered.
        doubt: Why the machine is unsure.
        beside: Label and text of the other fields in the same blank, as the picture shows them.
        inked: Whether the machine saw ink in the field; then a person who calls it blank must confirm.
        text: The text that the snippet takes when its row is accepted.
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
    text: str = ""


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """Snippets with equal values.

    Attributes:
        status: The status of the value; None where each snippet is keyed alone.
        text: The commonest wording among them.
        doubted: The text is not a valid value of the field.
        is_stamp: Whether all of them hold one stamp.
        is_known: Whether people keyed the value elsewhere in the book.
    """

    status: FieldStatus | None
    text: str
    cells: tuple[ColumnCell, ...]
    doubted: bool = False
    is_stamp: bool = False
    is_known: bool = False

    @property
    def label(self) -> str:
        return " ".join(filter(None, (self.text, STATUS_LABELS[self.status] if self.status else "")))


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column prepared for its template.

    Attributes:
        stage: The Vietnamese name of the review stage.
        width: The CSS class of the cells.
        rows: Rows of equal values; those that are no valid value and the snippets to be keyed alone come last.
        count: Number of snippets.
        expected: The expected form of a value.
    """

    column: LeasedColumn
    label: str
    stage: str
    width: str
    rows: tuple[ColumnRow, ...]
    count: int
    expected: str

    @property
    def is_dense(self) -> bool:
        """Whether all snippets take the values of their rows, so that they may be smaller than inputs have to be."""
        return self.width == "middle" and all(
            row.status and cell.text == row.text for row in self.rows for cell in row.cells
        )


def column_view(
    column: LeasedColumn, sheets: Mapping[PageRef, PageSource], schemas: Schemas, pictures: Pictures
) -> ColumnView:
    """Return ``column`` prepared for its template. ``sheets``: the pages of its snippets."""
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
            tuple((record.by_name[name].label, _neighbour_text(text)) for name, text in task.beside.items()),
            task.work.inked,
            task.of_row.text if task.of_row else "",
        )

    def row(snippets: SnippetRow) -> ColumnRow:
        verdict = snippets.verdict
        return ColumnRow(
            verdict.status if verdict else None,
            verdict.text if verdict else "",
            tuple(cell(task) for task in snippets.tasks),
            doubted=verdict is not None and is_doubted(spec, verdict, schemas),
            is_stamp=snippets.is_stamp,
            is_known=snippets.is_known,
        )

    rows = sorted(map(row, column.rows), key=lambda one: (one.status is None, one.doubted))
    return ColumnView(
        column,
        spec.label,
        STAGE_LABELS[column.stage],
        _width(rows),
        tuple(rows),
        len(column.tasks),
        expected_form(spec, schemas),
    )


def _neighbour_text(text: str | None) -> str:
    return UNSETTLED if text is None else text or STATUS_LABELS[FieldStatus.BLANK]


def _width(rows: Sequence[ColumnRow]) -> str:
    """Return the CSS class of cells that have room for the snippets and their readings."""
    pictures = [cell.ink for row in rows for cell in row.cells if cell.ink]
    aspect = median(ink.width / ink.height for ink in pictures) if pictures else NARROW
    if aspect >= WIDE:
        return "large"
    return "middle" if aspect > NARROW or any(len(row.text) > SHORT for row in rows) else "small"
