"""Comments on tasks: open threads, and the comments on a task beside the picture of its page."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from pipeline.base.model import Box
from pipeline.registry.comments.comments import MOST_LISTED
from pipeline.registry.comments.model import MOST_LETTERS as MOST_SAID
from pipeline.registry.comments.model import CommentedTask, CommentThread
from pipeline.registry.data_entry.model import box_around
from pipeline.web.context import Visit, VisitDep, page_source
from pipeline.web.drawn_regions import MOST_LETTERS, drawn_boxes, share_of
from pipeline.web.pictures import PageSource

router = APIRouter(prefix="/comments")

Words = Annotated[str, Form(max_length=20_000)]
Token = Annotated[str, Form(pattern="^[0-9a-f]{32}$")]
"""Equal for repeated sends of one form."""


@router.get("")
def show_open(visit: VisitDep) -> Response:
    threads = visit.desk.open_comments(visit.person)
    return visit.page("comments/list.html", threads=threads, most=MOST_LISTED)


@router.get("/{task_id}")
def show_task(visit: VisitDep, task_id: int) -> Response:
    return _page(visit, visit.desk.comments_of_task(visit.person, task_id))


@router.post("/{task_id}")
def comment(
    visit: VisitDep,
    task_id: int,
    token: Token,
    text: Words = "",
    regions: Annotated[str, Form(max_length=MOST_LETTERS)] = "",
) -> Response:
    """Comment on a task, or on a drawn region of its page."""
    shown = visit.desk.comments_of_task(visit.person, task_id)

    def comment_on_task() -> None:
        drawn = drawn_boxes(visit.site, shown.book_id, shown.ref, regions) if shown.sees_page else []
        visit.desk.comment(visit.person, task_id, text, token, drawn[0] if drawn else None)

    return _act_and_show(visit, task_id, comment_on_task, typed=text)


@router.post("/{task_id}/{thread_id}/answer")
def answer(visit: VisitDep, task_id: int, thread_id: int, token: Token, text: Words = "") -> Response:
    return _act_and_show(
        visit,
        task_id,
        lambda: visit.desk.answer_comment(visit.person, task_id, thread_id, text, token),
        typed=text,
        thread_id=thread_id,
    )


@router.post("/{task_id}/{thread_id}/close")
def close(visit: VisitDep, task_id: int, thread_id: int, token: Token) -> Response:
    return _act_and_show(
        visit,
        task_id,
        lambda: visit.desk.close_comment(visit.person, task_id, thread_id, token),
        thread_id=thread_id,
    )


def _act_and_show(
    visit: Visit, task_id: int, act: Callable[[], None], *, typed: str = "", thread_id: int = 0
) -> Response:
    """Do the act and show the comments again; a refusal is shown with its reason and the typed text."""
    shown = partial(visit.desk.comments_of_task, visit.person, task_id)
    with visit.refusing(lambda refused: _page(visit, shown(), refused=refused, typed=typed, at=thread_id)):
        act()
    place = f"/comments/{task_id}"
    return RedirectResponse(f"{place}#y-kien-{thread_id}" if thread_id else place, status_code=303)


def _page(visit: Visit, shown: CommentedTask, *, refused: str = "", typed: str = "", at: int = 0) -> Response:
    sheet = page_source(visit.site, shown.book_id, shown.ref)
    size = visit.site.work.pictures.size(sheet) if shown.sees_page else None
    return visit.page(
        "comments/task.html",
        shown=shown,
        threads=[(thread, share_of(_box(thread, sheet), size)) for thread in shown.threads],
        may_draw=size is not None,
        new_token=lambda: secrets.token_hex(16),
        most=MOST_SAID,
        refused=refused,
        typed=typed,
        at=at,
    )


def _box(thread: CommentThread, sheet: PageSource) -> Box | None:
    if thread.corners is None:
        return None
    return box_around(thread.corners, None if sheet.straightening is None else sheet.straightening.matrix)
