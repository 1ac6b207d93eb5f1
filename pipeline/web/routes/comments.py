"""Comments on tasks: what waits for an answer, and the comments on one task beside the picture of its page."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.base.model import Box
from pipeline.registry import NotThere, Withdrawn
from pipeline.registry.comments.comments import MOST_LISTED
from pipeline.registry.comments.model import MOST_LETTERS as MOST_SAID
from pipeline.registry.comments.model import CommentedTask, CommentThread
from pipeline.registry.data_entry.model import box_around
from pipeline.registry.tasks.model import NotYours
from pipeline.web.context import Site, SiteDep, page_source
from pipeline.web.drawn_regions import MOST_LETTERS, drawn_boxes, share_of
from pipeline.web.pictures import PageSource
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/comments")

Words = Annotated[str, Form(max_length=20_000)]
Token = Annotated[str, Form(pattern="^[0-9a-f]{32}$")]
"""The same for the same form sent again."""


@router.get("")
def show_open(request: Request, site: SiteDep, session: SessionDep) -> Response:
    threads = site.desk.open_comments(session.person)
    return site.renderer.render(request, "comments/list.html", threads=threads, most=MOST_LISTED)


@router.get("/{task_id}")
def show_task(request: Request, site: SiteDep, session: SessionDep, task_id: int) -> Response:
    return _page(request, site, site.desk.comments_of_task(session.person, task_id))


@router.post("/{task_id}")
def comment(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    task_id: int,
    token: Token,
    text: Words = "",
    regions: Annotated[str, Form(max_length=MOST_LETTERS)] = "",
) -> Response:
    """Say something about a task, or about the region of its page that was drawn."""
    shown = site.desk.comments_of_task(session.person, task_id)

    def say() -> None:
        drawn = drawn_boxes(site, shown.book_id, shown.ref, regions) if shown.sees_page else []
        site.desk.comment(session.person, task_id, text, token, drawn[0] if drawn else None)

    return _told(request, site, session, task_id, say, typed=text)


@router.post("/{task_id}/{thread_id}/answer")
def answer(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    task_id: int,
    thread_id: int,
    token: Token,
    text: Words = "",
) -> Response:
    return _told(
        request,
        site,
        session,
        task_id,
        lambda: site.desk.answer_comment(session.person, task_id, thread_id, text, token),
        typed=text,
        thread_id=thread_id,
    )


@router.post("/{task_id}/{thread_id}/close")
def close(
    request: Request, site: SiteDep, session: SessionDep, task_id: int, thread_id: int, token: Token
) -> Response:
    return _told(
        request,
        site,
        session,
        task_id,
        lambda: site.desk.close_comment(session.person, task_id, thread_id, token),
        thread_id=thread_id,
    )


def _told(
    request: Request,
    site: Site,
    session: SessionDep,
    task_id: int,
    act: Callable[[], None],
    *,
    typed: str = "",
    thread_id: int = 0,
) -> Response:
    """Do something and show the comments anew; where it is refused, with the reason and what was typed."""
    try:
        act()
    except (NotThere, NotYours, Withdrawn, RegistryUnavailable):
        raise
    except RegistryError as refused:
        shown = site.desk.comments_of_task(session.person, task_id)
        return _page(request, site, shown, refused=refused.message, typed=typed, at=thread_id)
    place = f"/comments/{task_id}"
    return RedirectResponse(f"{place}#y-kien-{thread_id}" if thread_id else place, status_code=303)


def _page(
    request: Request, site: Site, shown: CommentedTask, *, refused: str = "", typed: str = "", at: int = 0
) -> Response:
    sheet = page_source(site, shown.book_id, shown.ref)
    size = site.pictures.size(sheet) if shown.sees_page else None
    return site.renderer.render(
        request,
        "comments/task.html",
        status=422 if refused else 200,
        shown=shown,
        threads=[(one, share_of(_box(one, sheet), size)) for one in shown.threads],
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
