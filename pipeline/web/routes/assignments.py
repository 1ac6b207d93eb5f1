"""Assignments of books and shares with their due dates, teams, and tasks that nobody may take."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import local_date
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.registry.assignments.portions import Assignee, ShareRange
from pipeline.web.context import RowId, Visit, VisitDep

router = APIRouter(prefix="/assignments")
teams_router = APIRouter(prefix="/teams")

MISSING = {
    Stage.REVIEW: "người rà soát hoặc người kiểm tra",
    Stage.CHECK: "người kiểm tra",
    Stage.THIRD: "người kiểm tra chưa gõ, chưa xem các ô ấy",
    Stage.SUPERVISOR: "người phụ trách",
}
"""The missing role, for a task at a stage that nobody may take."""


@router.get("")
def show_assignments(visit: VisitDep) -> Response:
    return _page(visit)


class AssignmentForm(BaseModel):
    """An assignment of a book or a share; ``ends``: the login's assignment, or the share by its number, ends."""

    login: str = Field(default="", max_length=100)
    team: str = Field(default="", max_length=100)
    first: str = Field(default="", max_length=10)
    last: str = Field(default="", max_length=10)
    unit: Literal["pages", "entries"] = "pages"
    due_on: str = Field(default="", max_length=10)
    number: RowId = 0
    ends: bool = False

    @property
    def whom(self) -> Assignee:
        return Assignee(team=self.team) if self.team else Assignee(login=self.login)

    def share(self) -> ShareRange | None:
        first, last = self.first, self.last
        if not first and not last:
            return None
        if not (first.isascii() and first.isdecimal() and last.isascii() and last.isdecimal()):
            raise RegistryError("Phần sổ cần hai số: từ và đến. Để trống cả hai ô là giao cả quyển.")
        if not 1 <= int(first) <= int(last):
            raise RegistryError("Phần sổ phải từ số nhỏ đến số lớn, bắt đầu từ 1. Hãy ghi lại.")
        return ShareRange(int(first), int(last), self.unit == "entries")


@router.post("/{book_id}")
def assign(visit: VisitDep, book_id: int, typed: Annotated[AssignmentForm, Form()]) -> Response:
    """Assign a book or a share to a person or a team, or end an assignment."""
    desk, person = visit.desk, visit.person
    with visit.refusing(lambda refused: _page(visit, refused)):
        if typed.ends and typed.number:
            desk.end_share(person, book_id, typed.number)
        elif typed.ends:
            desk.end_assignment(person, book_id, typed.login)
        elif not typed.team and not typed.first and not typed.last:
            desk.assign_book(person, book_id, typed.login, _day(typed.due_on))
        else:
            desk.assign_share(person, book_id, typed.whom, typed.share(), _day(typed.due_on))
    return RedirectResponse("/assignments", status_code=303)


@teams_router.post("")
def set_member(
    visit: VisitDep,
    team: Annotated[str, Form(max_length=1000)] = "",
    login: Annotated[str, Form(max_length=100)] = "",
    leaves: Annotated[bool, Form()] = False,
) -> Response:
    """Add a person to a team, or remove the person from it."""
    with visit.refusing(lambda refused: _page(visit, refused)):
        visit.desk.set_team_member(visit.person, team, login, belongs=not leaves)
    return RedirectResponse("/assignments", status_code=303)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RegistryError("Hạn phải là một ngày. Hãy chọn lại ngày.") from None


def _page(visit: Visit, refused: str = "") -> Response:
    assigned = visit.desk.assignments(visit.person)
    books: dict[int, str] = {}
    for count in visit.desk.counts(visit.person):
        books.setdefault(count.book_id, f"{count.book}, quyển {count.volume}")
    return visit.page(
        "assignments.html",
        assigned=assigned,
        books=books,
        people=visit.desk.assignable(visit.person),
        unattended=visit.desk.unattended(visit.person),
        unassigned=visit.desk.unassigned(visit.person),
        teams=visit.desk.teams(visit.person),
        missing=MISSING,
        stage_words=STAGE_LABELS,
        today=local_date(visit.site.now()),
        refused=refused,
    )
