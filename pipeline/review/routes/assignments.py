"""Which book is assigned to whom until when, and which tasks nobody may take; for supervisors."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import RegistryError, RegistryUnavailable
from pipeline.localtime import local_date
from pipeline.registry import NotThere
from pipeline.registry.model.accounts import Session
from pipeline.registry.model.desk import NotYours
from pipeline.review.context import Site, SiteDep
from pipeline.review.security.authentication import SessionDep
from pipeline.stages import STAGE_LABELS

router = APIRouter(prefix="/assignments")


@router.get("")
def show_assignments(request: Request, site: SiteDep, session: SessionDep) -> Response:
    return _page(request, site, session)


@router.post("/{book_id}")
def assign(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: int,
    login: Annotated[str, Form(max_length=100)],
    due_on: Annotated[str, Form(max_length=10)] = "",
    ends: Annotated[bool, Form()] = False,
) -> Response:
    """Assign a book to somebody, or end that."""
    try:
        if ends:
            site.desk.end_assignment(session.person, book_id, login)
        else:
            site.desk.assign_book(session.person, book_id, login, _day(due_on))
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _page(request, site, session, refused.message)
    return RedirectResponse("/assignments", status_code=303)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RegistryError("Hạn phải là một ngày. Hãy chọn lại ngày.") from None


def _page(request: Request, site: Site, session: Session, refused: str = "") -> Response:
    assigned = site.desk.assignments(session.person)
    books: dict[int, str] = {}
    for count in site.desk.counts(session.person):
        books.setdefault(count.book_id, f"{count.book}, quyển {count.volume}")
    return site.renderer.render(
        request,
        "assignments.html",
        status=422 if refused else 200,
        assigned=assigned,
        books=books,
        people=site.desk.assignable(session.person),
        unattended=site.desk.unattended(session.person),
        stage_words=STAGE_LABELS,
        today=local_date(site.now()),
        refused=refused,
    )
