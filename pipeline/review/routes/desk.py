"""The desk: one task after another. Scripts of the page ask; pieces of pages and JSON come back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import JSONResponse, Response

from pipeline.registry.accounts import Role
from pipeline.registry.desk.values import DeskTask, Stage
from pipeline.review.admission import OfSession
from pipeline.review.desk.asked import ANSWERING, ASKED
from pipeline.review.desk.keys import DESK
from pipeline.review.desk.task_view import STATUS_WORDS, boxes_of, task_view
from pipeline.review.desk.words import Words
from pipeline.review.numbers import RowId
from pipeline.review.site import OfSite, Site, sheet_of

router = APIRouter(prefix="/desk")


class Body(BaseModel):
    """What a script sends; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid")


class Wanted(Body):
    """Which task comes next: at ``stage`` (``""``: any), of ``book`` (None: any), none of those ``known`` already."""

    stage: Stage | None = None
    book: RowId | None = None
    known: Annotated[list[RowId], Field(max_length=20)] = []


class Sentence(Body):
    """Why, or what is asked."""

    sentence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Typed(Body):
    """What somebody has typed into a field so far."""

    record: Annotated[str, Field(max_length=50)]
    field: Annotated[str, Field(max_length=100)]
    place: Annotated[str, Field(max_length=20)] = ""
    text: Annotated[str, Field(max_length=300)]


@router.get("")
def show_desk(
    request: Request, site: OfSite, session: OfSession, stage: Stage | None = None, book: int | None = None
) -> Response:
    answers = session.person.role is Role.SUPERVISOR
    return site.pages.page(
        request,
        "desk.html",
        stage=stage or "",
        book=book or "",
        answers=answers,
        asked=ASKED + (ANSWERING if answers else ()),
        keys=DESK,
    )


@router.post("/next")
def next_task(request: Request, site: OfSite, session: OfSession, wanted: Wanted) -> Response:
    """A task in hand that the page does not show yet, else a new one; 204 when there is none."""
    task = site.desk.next_task(session.person, stage=wanted.stage, book_id=wanted.book, known=wanted.known)
    return Response(status_code=204) if task is None else _piece(request, site, task)


@router.post("/undo")
def undo(request: Request, site: OfSite, session: OfSession) -> Response:
    return _piece(request, site, site.desk.undo(session.person))


@router.post("/known")
def known_words(site: OfSite, typed: Typed) -> JSONResponse:
    record = site.schemas.records.get(typed.record)
    spec = record.by_name.get(typed.field) if record else None
    return JSONResponse(site.known.words(spec, typed.text, typed.place) if spec else ())


@router.post("/tasks/{task_id}")
def show_task(request: Request, site: OfSite, session: OfSession, task_id: int) -> Response:
    return _piece(request, site, site.desk.task(session.person, task_id))


@router.post("/tasks/{task_id}/words")
def take_words(site: OfSite, session: OfSession, task_id: int, words: Words) -> JSONResponse:
    outcome = site.desk.key(
        session.person, task_id, words.version, words.verdicts, token=words.token, seconds=words.seconds
    )
    return JSONResponse({"stage": outcome.stage, "waiting": outcome.waiting, "version": outcome.version})


@router.post("/tasks/{task_id}/stay")
def stay(site: OfSite, session: OfSession, task_id: int) -> JSONResponse:
    return JSONResponse({"until": site.desk.task(session.person, task_id).lease_until.isoformat()})


@router.post("/tasks/{task_id}/hand-back")
def hand_back(site: OfSite, session: OfSession, task_id: int) -> JSONResponse:
    site.desk.hand_back(session.person, task_id)
    return JSONResponse({})


@router.post("/tasks/{task_id}/skip")
def skip(site: OfSite, session: OfSession, task_id: int, why: Sentence) -> JSONResponse:
    site.desk.skip(session.person, task_id, why.sentence)
    return JSONResponse({})


@router.post("/tasks/{task_id}/ask")
def ask(site: OfSite, session: OfSession, task_id: int, what: Sentence) -> JSONResponse:
    site.desk.ask(session.person, task_id, what.sentence)
    return JSONResponse({})


@router.post("/tasks/{task_id}/answer")
def answer(site: OfSite, session: OfSession, task_id: int, what: Sentence) -> JSONResponse:
    site.desk.answer(session.person, task_id, what.sentence)
    return JSONResponse({})


@router.post("/tasks/{task_id}/rescan")
def rescan(site: OfSite, session: OfSession, task_id: int, why: Sentence) -> JSONResponse:
    site.desk.request_rescan(session.person, task_id, why.sentence)
    return JSONResponse({})


def _piece(request: Request, site: Site, task: DeskTask) -> Response:
    """The task as a piece of the page; its pictures are being made meanwhile."""
    sheet = sheet_of(site, task.book_id, task.ref)
    site.pictures.make_ahead(sheet, boxes_of(task))
    view = task_view(task, sheet, site.schemas, site.pictures)
    return site.pages.page(request, "desk/task.html", view=view, status_words=STATUS_WORDS)
