"""Which book or share is assigned to whom until when, who is in which team, and which tasks nobody may take."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.base.localtime import local_date
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.registry import NotThere
from pipeline.registry.accounts.model import Session
from pipeline.registry.assignments.portions import Assignee, ShareRange
from pipeline.registry.tasks.model import NotYours
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/assignments")
teams_router = APIRouter(prefix="/teams")

MISSING = {
    Stage.REVIEW: "người rà soát hoặc người kiểm tra",
    Stage.CHECK: "người kiểm tra",
    Stage.THIRD: "người kiểm tra chưa gõ, chưa xem các ô ấy",
    Stage.SUPERVISOR: "người phụ trách",
}
"""Who is missing where a task at a stage has nobody."""


@router.get("")
def show_assignments(request: Request, site: SiteDep, session: SessionDep) -> Response:
    return _page(request, site, session)


@router.post("/{book_id}")
def assign(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: int,
    login: Annotated[str, Form(max_length=100)] = "",
    team: Annotated[str, Form(max_length=100)] = "",
    first: Annotated[str, Form(max_length=10)] = "",
    last: Annotated[str, Form(max_length=10)] = "",
    unit: Annotated[Literal["pages", "entries"], Form()] = "pages",
    due_on: Annotated[str, Form(max_length=10)] = "",
    number: Annotated[RowId, Form()] = 0,
    ends: Annotated[bool, Form()] = False,
) -> Response:
    """Assign a book or a share of it to a person or a team, or end that."""
    try:
        if ends and number:
            site.desk.end_share(session.person, book_id, number)
        elif ends:
            site.desk.end_assignment(session.person, book_id, login)
        elif not team and not first and not last:
            site.desk.assign_book(session.person, book_id, login, _day(due_on))
        else:
            whom = Assignee(team=team) if team else Assignee(login=login)
            share = _share(first, last, by_entry=unit == "entries")
            site.desk.assign_share(session.person, book_id, whom, share, _day(due_on))
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _page(request, site, session, refused.message)
    return RedirectResponse("/assignments", status_code=303)


@teams_router.post("")
def set_member(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    team: Annotated[str, Form(max_length=1000)] = "",
    login: Annotated[str, Form(max_length=100)] = "",
    leaves: Annotated[bool, Form()] = False,
) -> Response:
    """Put somebody into a team, or take them out of it."""
    try:
        site.desk.set_team_member(session.person, team, login, belongs=not leaves)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _page(request, site, session, refused.message)
    return RedirectResponse("/assignments", status_code=303)


def _share(first: str, last: str, *, by_entry: bool) -> ShareRange | None:
    """Return the range that a form names; None where it names none."""
    if not first and not last:
        return None
    if not (first.isascii() and first.isdecimal() and last.isascii() and last.isdecimal()):
        raise RegistryError("Phần sổ cần hai số: từ và đến. Để trống cả hai ô là giao cả quyển.")
    if not 1 <= int(first) <= int(last):
        raise RegistryError("Phần sổ phải từ số nhỏ đến số lớn, bắt đầu từ 1. Hãy ghi lại.")
    return ShareRange(int(first), int(last), by_entry)


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
        unassigned=site.desk.unassigned(session.person),
        teams=site.desk.teams(session.person),
        missing=MISSING,
        stage_words=STAGE_LABELS,
        today=local_date(site.now()),
        refused=refused,
    )
