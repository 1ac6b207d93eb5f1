"""A column as its template takes it: like readings in one row, blind fields each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from pipeline.model import FieldStatus, PageRef
from pipeline.registry.desk.values import Column, ColumnCount, ColumnTask, Stage
from pipeline.review.desk.choices import Choice, choices
from pipeline.review.desk.ink import Ink, ink_of
from pipeline.review.desk.task_view import STAGE_WORDS, STATUS_WORDS, box_of
from pipeline.review.pictures import Pictures, Sheet
from pipeline.schema import FieldSpec, Schemas

NARROW, WIDE = 3.5, 9.0
"""Width of a snippet by its height, up to which it is narrow and from which it is wide."""

SHORT = 14
"""Letters that the input under a narrow snippet has room for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One snippet; ``where`` tells people apart who cannot see it."""

    task_id: int
    version: int
    where: str
    ink: Ink | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Snippets that say the same; ``status`` and ``text``: what, None where each is keyed by itself."""

    status: FieldStatus | None
    text: str
    cells: tuple[Cell, ...]

    @property
    def told(self) -> str:
        return " ".join(filter(None, (self.text, STATUS_WORDS[self.status] if self.status else "")))


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column to be shown; ``width``: which class of cells its snippets want."""

    column: Column
    label: str
    stage: str
    width: str
    rows: tuple[Row, ...]
    count: int


@dataclass(frozen=True, slots=True)
class CountRow:
    """A column that may be chosen."""

    book_id: int
    book: str
    field: str
    label: str
    stage: Stage
    stage_words: str
    waiting: int


def count_rows(counts: Iterable[ColumnCount], schemas: Schemas) -> tuple[CountRow, ...]:
    return tuple(
        CountRow(
            one.book_id,
            one.book,
            one.field,
            schemas.record(one.record).by_name[one.field].label,
            one.stage,
            STAGE_WORDS[one.stage],
            one.waiting,
        )
        for one in counts
        if one.field
    )


def column_view(
    column: Column, sheets: Mapping[PageRef, Sheet], schemas: Schemas, pictures: Pictures
) -> ColumnView:
    """``column`` made ready; ``sheets``: the pages of its snippets."""
    spec: FieldSpec = schemas.record(column.record).by_name[column.field]

    def cell(task: ColumnTask) -> Cell:
        box = box_of(task.work)
        ink = ink_of(task.task_id, box, sheets[task.ref], pictures) if box else None
        number = f"số {task.entry_number}, " if task.entry_number else ""
        where = f"{number}trang {task.ref.page_no}"
        return Cell(task.task_id, task.version, where, ink, choices(task.work))

    rows = tuple(
        Row(status, text, tuple(cell(task) for task in tasks))
        for (status, text), tasks in groupby(column.tasks, key=_says)
    )
    return ColumnView(column, spec.label, STAGE_WORDS[column.stage], _width(rows), rows, len(column.tasks))


def _width(rows: Iterable[Row]) -> str:
    """The class of cells in which the snippets and such words as are shown of them have room."""
    rows = list(rows)
    inks = [one.ink for row in rows for one in row.cells if one.ink]
    shape = median(ink.width / ink.height for ink in inks) if inks else NARROW
    if shape >= WIDE:
        return "large"
    return "middle" if shape > NARROW or any(len(row.text) > SHORT for row in rows) else "small"


def _says(task: ColumnTask) -> tuple[FieldStatus | None, str]:
    """What a snippet is taken to say: by the person before, else by the machine; nothing where it is blind, where words
    differ or where nothing was read."""
    work = task.work
    if work.blind or work.candidates:
        return None, ""
    if work.first is not None:
        return work.first.status, work.first.text
    if work.reading is None or work.reading.status is not FieldStatus.READ or not work.reading.text:
        return None, ""
    return FieldStatus.READ, work.reading.text
