"""Column mode: a field of many entries on one page."""

from __future__ import annotations

from base64 import b64encode

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from pipeline.base.model import Box
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.registry.tasks.model import LeasedColumn
from pipeline.web.context import Visit, VisitDep, page_source
from pipeline.web.desk.column_view import column_view
from pipeline.web.desk.expected_form import expected_form, is_doubted
from pipeline.web.desk.field_view import STATUS_LABELS, box_of
from pipeline.web.desk.requests import (
    ColumnSubmission,
    NextColumnRequest,
    PictureSheetRequest,
    SubmittedCell,
)
from pipeline.web.desk.shortcuts import COLUMN, DIALOGS, shortcuts_of
from pipeline.web.routes.pictures import ink_picture

router = APIRouter(prefix="/column")


@router.get("")
def show_column(
    visit: VisitDep, book: int | None = None, field: str = "", stage: Stage = Stage.REVIEW
) -> Response:
    """Show the choice of columns; with a book and a field the grid, which its script fills."""
    if book is not None and field:
        return visit.page(
            "column.html", book=book, field=field, stage=stage, dialogs=DIALOGS, keys=shortcuts_of(COLUMN)
        )
    books = {count.book_id: count.book for count in visit.desk.counts(visit.person)}
    chosen = book if book is not None else next(iter(books), None)
    counts = visit.desk.column_counts(visit.person, chosen) if chosen is not None else ()
    return visit.page(
        "columns.html",
        books=books,
        chosen=chosen,
        rows=[count for count in counts if count.field],
        record_of=visit.schemas.record,
        stage_words=STAGE_LABELS,
        held=visit.desk.held_work(visit.person).desk,
    )


@router.post("/next")
def next_column(visit: VisitDep, wanted: NextColumnRequest) -> Response:
    """Return the next snippets of the column; 204 at its end."""
    column = visit.desk.column(visit.person, wanted.book, wanted.field, wanted.stage)
    return Response(status_code=204) if column is None else _fragment(visit, column)


@router.post("/pictures")
def picture_sheet(visit: VisitDep, wanted: PictureSheetRequest) -> JSONResponse:
    """Return the pictures of snippets in one response, in the order in which they are wanted.

    ``found``: whether the picture shows the ink, and not that the scan cannot be opened.
    """
    pictures = (ink_picture(visit, one.task, Box(*one.box)) for one in wanted.pictures)
    return JSONResponse(
        [
            {"type": one.media_type, "found": one.found, "content": b64encode(one.content).decode()}
            for one in pictures
        ]
    )


@router.post("/words")
def take_words(visit: VisitDep, submission: ColumnSubmission) -> JSONResponse:
    """Record each valid or confirmed text; return the reasons for rejecting the others, which stay leased."""
    doubted = {
        cell.task: sentence for cell in submission.words if (sentence := _doubt(visit, submission, cell))
    }
    words = [cell for cell in submission.words if cell.task not in doubted]
    outcomes = {}
    if words:
        keyed = visit.desk.key_column(
            visit.person,
            [(cell.task, cell.version, cell.verdict) for cell in words],
            token=submission.token,
            seconds=submission.seconds,
            kept={cell.field for cell in words if cell.kept},
        )
        outcomes = {cell.task: outcome.refused for cell, outcome in zip(words, keyed, strict=True)}
    return JSONResponse(
        [
            {
                "task": cell.task,
                "refused": doubted.get(cell.task) or outcomes[cell.task],
                "doubted": cell.task in doubted,
            }
            for cell in submission.words
        ]
    )


@router.post("/undo")
def undo(visit: VisitDep, shown: NextColumnRequest | None = None) -> Response:
    """Undo the person's last act in column mode; ``shown``: the column on the screen."""
    column = (shown.field, shown.stage) if shown else None
    return _fragment(visit, visit.desk.undo_column(visit.person, column))


@router.post("/hand-back")
def hand_back(visit: VisitDep) -> JSONResponse:
    visit.desk.hand_back_column(visit.person)
    return JSONResponse({})


def _doubt(visit: Visit, submission: ColumnSubmission, cell: SubmittedCell) -> str:
    """Return why a text is rejected: it is not a valid value and was not confirmed as kept; ``""`` if accepted."""
    record = visit.schemas.records.get(submission.record)
    spec = record.by_name.get(cell.field) if record else None
    if cell.kept or spec is None or not is_doubted(spec, cell.verdict, visit.schemas):
        return ""
    expected = expected_form(spec, visit.schemas)
    needed = f" (cần: {expected})" if expected else ""
    return f"“{cell.text}” không phải giá trị của ô{needed}. Gõ lại, hoặc Ctrl+Enter để giữ như giấy."


def _fragment(visit: Visit, column: LeasedColumn) -> Response:
    sheets = {
        ref: page_source(visit.site, column.book_id, ref)
        for ref in dict.fromkeys(task.ref for task in column.tasks)
    }
    for ref, sheet in sheets.items():
        boxes = (box_of(task.work) for task in column.tasks if task.ref == ref)
        visit.site.work.pictures.make_ahead(
            sheet, [box for box in boxes if box is not None], whole_page=False
        )
    view = column_view(column, sheets, visit.schemas, visit.site.work.pictures)
    return visit.page("desk/column.html", view=view, status_labels=STATUS_LABELS)
