"""The desk: review tasks one after another.

The page's scripts send requests; the answers are HTML fragments and JSON.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from pipeline.base.stages import Stage
from pipeline.declarations.office.delivery_rules import RULES_BY_NAME
from pipeline.registry.accounts.model import Role
from pipeline.registry.tasks.model import DeskTask
from pipeline.registry.typed_text import composed
from pipeline.web.context import RowId, Visit, VisitDep, page_source
from pipeline.web.desk.field_view import STATUS_LABELS, boxes_of
from pipeline.web.desk.pages_beside import pages_beside
from pipeline.web.desk.requests import (
    AutocompleteRequest,
    DeliveredRequest,
    NextTaskRequest,
    RegionRequest,
    Sentence,
    TaskSubmission,
    TypedFields,
)
from pipeline.web.desk.shortcuts import DESK, DIALOGS, SUPERVISOR_DIALOGS, shortcuts_of
from pipeline.web.desk.task_view import task_view, typed_views

router = APIRouter(prefix="/desk")


@router.get("")
def show_desk(
    visit: VisitDep, stage: Stage | None = None, book: int | None = None, task: RowId | None = None
) -> Response:
    """Show the desk for a stage or a book; ``task``: a task that the person holds and that comes first."""
    answers = visit.person.role is Role.SUPERVISOR
    return visit.page(
        "desk.html",
        stage=stage or "",
        book=book or "",
        task=task or "",
        answers=answers,
        dialogs=DIALOGS + (SUPERVISOR_DIALOGS if answers else ()),
        keys=shortcuts_of(DESK),
    )


@router.post("/next")
def next_task(visit: VisitDep, wanted: NextTaskRequest) -> Response:
    """Return a leased task that the page does not show yet, else a new task; 204 when there is none."""
    task = visit.desk.next_task(
        visit.person, stage=wanted.stage, book_id=wanted.book, at_book=wanted.at_book, known=wanted.known
    )
    return Response(status_code=204) if task is None else _fragment(visit, task)


@router.post("/held")
def count_held(visit: VisitDep) -> JSONResponse:
    """Return the numbers of tasks leased to the person at the desk and in a column, on any tab, open or closed."""
    held = visit.desk.held_work(visit.person)
    return JSONResponse({"desk": held.desk, "column": held.column})


@router.post("/undo")
def undo(visit: VisitDep) -> Response:
    return _fragment(visit, visit.desk.undo(visit.person))


@router.post("/known")
def autocomplete(visit: VisitDep, typed: AutocompleteRequest) -> JSONResponse:
    """Return continuations of a text, values decided in the same book first; for an empty text these alone."""
    record = visit.schemas.records.get(typed.record)
    spec = record.by_name.get(typed.field) if record else None
    if spec is None:
        return JSONResponse(())
    decided = () if typed.task is None else visit.desk.book_values(visit.person, typed.task, typed.field)
    return JSONResponse(visit.site.autocomplete.suggest(spec, typed.text, typed.place, decided))


@router.post("/tasks/{task_id}")
def show_task(visit: VisitDep, task_id: int) -> Response:
    return _fragment(visit, visit.desk.task(visit.person, task_id))


@router.post("/tasks/{task_id}/pages")
def show_pages(visit: VisitDep, task_id: int) -> JSONResponse:
    """Return the pages around a task's page, each with the address of its picture."""
    place = visit.desk.page_of(visit.person, task_id)
    return JSONResponse(pages_beside(visit.desk.scanned_pages(visit.person, place.book_id), place.ref))


@router.post("/tasks/{task_id}/check")
def check_typed(visit: VisitDep, task_id: int, typed: TypedFields) -> Response:
    """Return the findings of the rules about the inputs, as a fragment for each field; nothing is stored."""
    entry = visit.desk.known_entry(visit.person, task_id)
    words = [word.verdict for word in typed.words]
    checked = visit.site.rules.checked(entry, words)
    fields = typed_views(checked, words, entry, visit.schemas)
    return visit.page("desk/checked.html", fields=fields)


@router.post("/tasks/{task_id}/words")
def take_words(visit: VisitDep, task_id: int, submission: TaskSubmission) -> JSONResponse:
    outcome = visit.desk.key(
        visit.person,
        task_id,
        submission.version,
        submission.verdicts,
        token=submission.token,
        seconds=submission.seconds,
        kept=submission.kept,
    )
    return JSONResponse({"stage": outcome.stage, "waiting": outcome.waiting, "version": outcome.version})


@router.post("/tasks/{task_id}/delivered")
def show_delivered(visit: VisitDep, task_id: int, request: DeliveredRequest) -> Response:
    """Return the delivered form of a text and record the person's confirmation; 204 where both are the same."""
    entry = visit.desk.known_entry(visit.person, task_id)
    if entry.entry_id is None or request.field not in entry.fields:
        return Response(status_code=204)
    login = visit.person.login
    typed = (request.status, composed(request.text.strip()))
    if request.confirm is None:
        all_layers = visit.registry.delivery_layers(
            entry.entry_id, visit.site.policies.delivery, {request.field: typed}
        )
        layers = all_layers.get(request.field)
    else:
        visit.desk.keep_task(visit.person, task_id)  # a confirmation needs the lease of the task
        layers = visit.registry.confirm_delivery(
            entry.entry_id,
            request.field,
            visit.site.policies.delivery,
            request.confirm,
            typed,
            author=login,
            shown=request.shown,
        )
    if layers is None or not layers.delivered.rule:
        return Response(status_code=204)
    if entry.is_blind:  # another person's confirmation would reveal what they keyed
        layers = layers.unless_of_others(login)
    rule = RULES_BY_NAME[layers.delivered.rule]
    return visit.page("desk/delivered.html", layers=layers, rule=rule)


@router.post("/tasks/{task_id}/region")
def redraw_region(visit: VisitDep, task_id: int, request: RegionRequest) -> Response:
    """Read a field again in the region that the person drew; return the updated task.

    The registry is not locked during the reading; whether the region still fits the task is checked before and after.
    """
    region = visit.desk.region_to_read(visit.person, task_id, request.drawn)
    if region.is_kept:
        return _fragment(visit, visit.desk.task(visit.person, task_id))
    reading = visit.site.work.regions.read(visit.person.login, region)
    return _fragment(visit, visit.desk.redraw_region(visit.person, task_id, request.drawn, reading))


@router.post("/tasks/{task_id}/offers")
def offers(visit: VisitDep, task_id: int, typed: TypedFields) -> JSONResponse:
    """Return derived values by field, from the entry's values and the typed texts, each with its reason."""
    offers_by_field = visit.desk.offers_for(visit.person, task_id, [word.verdict for word in typed.words])
    return JSONResponse(
        {
            field: [{"text": offer.text, "reason": offer.reason} for offer in offered]
            for field, offered in offers_by_field.items()
        }
    )


@router.post("/tasks/{task_id}/stay")
def stay(visit: VisitDep, task_id: int) -> JSONResponse:
    return JSONResponse({"until": visit.desk.task(visit.person, task_id).lease_until.isoformat()})


@router.post("/tasks/{task_id}/hand-back")
def hand_back(visit: VisitDep, task_id: int) -> JSONResponse:
    visit.desk.hand_back(visit.person, task_id)
    return JSONResponse({})


@router.post("/tasks/{task_id}/skip")
def skip(visit: VisitDep, task_id: int, why: Sentence) -> JSONResponse:
    visit.desk.skip(visit.person, task_id, why.sentence)
    return JSONResponse({})


@router.post("/tasks/{task_id}/ask")
def ask(visit: VisitDep, task_id: int, what: Sentence) -> JSONResponse:
    visit.desk.ask(visit.person, task_id, what.sentence)
    return JSONResponse({})


@router.post("/tasks/{task_id}/answer")
def answer(visit: VisitDep, task_id: int, what: Sentence) -> JSONResponse:
    visit.desk.answer(visit.person, task_id, what.sentence)
    return JSONResponse({})


@router.post("/tasks/{task_id}/rescan")
def rescan(visit: VisitDep, task_id: int, why: Sentence) -> JSONResponse:
    visit.desk.request_rescan(visit.person, task_id, why.sentence)
    return JSONResponse({})


def _fragment(visit: Visit, task: DeskTask) -> Response:
    """Return the task as a page fragment; its pictures are made meanwhile."""
    sheet = page_source(visit.site, task.book_id, task.ref)
    visit.site.work.pictures.make_ahead(sheet, boxes_of(task))
    copied = task.copied
    copy = None if copied is None else page_source(visit.site, copied.book_id, copied.ref)
    view = task_view(task, sheet, visit.schemas, visit.site.work.pictures, copy)
    return visit.page("desk/task.html", view=view, status_labels=STATUS_LABELS)
