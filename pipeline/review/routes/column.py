"""Column mode: one field of many entries at once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from pipeline.registry.desk.values import Column, Stage
from pipeline.review.admission import OfSession
from pipeline.review.desk.column_view import column_view, count_rows
from pipeline.review.desk.keys import COLUMN
from pipeline.review.desk.task_view import STATUS_WORDS, box_of
from pipeline.review.desk.words import ColumnWords
from pipeline.review.numbers import RowId
from pipeline.review.site import OfSite, Site, sheet_of

router = APIRouter(prefix="/column")


class Wanted(BaseModel):
    """Which column comes next."""

    model_config = ConfigDict(extra="forbid")

    book: RowId
    field: str
    stage: Stage


@router.get("")
def show_column(
    request: Request,
    site: OfSite,
    session: OfSession,
    book: int | None = None,
    field: str = "",
    stage: Stage = Stage.REVIEW,
) -> Response:
    """The columns to choose from; with a book and a field the grid, which its script fills."""
    if book is not None and field:
        return site.pages.page(request, "column.html", book=book, field=field, stage=stage, keys=COLUMN)
    books = {count.book_id: count.book for count in site.desk.counts(session.person)}
    chosen = book if book is not None else next(iter(books), None)
    counts = site.desk.column_counts(session.person, chosen) if chosen is not None else ()
    return site.pages.page(
        request, "columns.html", books=books, chosen=chosen, rows=count_rows(counts, site.schemas)
    )


@router.post("/next")
def next_column(request: Request, site: OfSite, session: OfSession, wanted: Wanted) -> Response:
    """The next snippets of the column; 204 when none is left."""
    column = site.desk.column(session.person, wanted.book, wanted.field, wanted.stage)
    return Response(status_code=204) if column is None else _piece(request, site, column)


@router.post("/words")
def take_words(site: OfSite, session: OfSession, words: ColumnWords) -> JSONResponse:
    outcomes = site.desk.key_column(
        session.person,
        [(word.task, word.version, word.verdict) for word in words.words],
        token=words.token,
        seconds=words.seconds,
    )
    answers = zip(words.words, outcomes, strict=True)
    return JSONResponse([{"task": word.task, "refused": outcome.refused} for word, outcome in answers])


@router.post("/undo")
def undo(request: Request, site: OfSite, session: OfSession) -> Response:
    return _piece(request, site, site.desk.undo_column(session.person))


@router.post("/hand-back")
def hand_back(site: OfSite, session: OfSession) -> JSONResponse:
    site.desk.hand_back_column(session.person)
    return JSONResponse({})


def _piece(request: Request, site: Site, column: Column) -> Response:
    sheets = {ref: sheet_of(site, column.book_id, ref) for ref in {task.ref for task in column.tasks}}
    for ref, sheet in sheets.items():
        boxes = (box_of(task.work) for task in column.tasks if task.ref == ref)
        site.pictures.make_ahead(sheet, [box for box in boxes if box is not None])
    view = column_view(column, sheets, site.schemas, site.pictures)
    return site.pages.page(request, "desk/column.html", view=view, status_words=STATUS_WORDS)
