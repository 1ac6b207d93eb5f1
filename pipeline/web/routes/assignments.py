"""Assignments of books and shares with their due dates, teams, and tasks that nobody may take."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import local_date
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.registry.assignments.portions import Assignee, ShareRange
from pipeline.registry.statistics.book_states import BOOK_STAGE_LABELS
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.scanning.book_list import BookFilter, FilterChoices

router = APIRouter(prefix="/assignments")
teams_router = APIRouter(prefix="/teams")

MISSING = {
    Stage.REVIEW: "người rà soát hoặc người kiểm tra",
    Stage.CHECK: "người kiểm tra",
    Stage.THIRD: "người kiểm tra chưa gõ, chưa xem các ô ấy",
    Stage.SUPERVISOR: "người phụ trách",
}
"""The missing role, for a task at a stage that nobody may take."""


MOST_FORMS = 20
"""Largest number of books with a form of their own; filters and the list of books reach the others."""


@router.get("")
def show_assignments(visit: VisitDep, narrowed: Annotated[BookFilter, Query()]) -> Response:
    return _page(visit, narrowed=narrowed)


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
            desk.assign_book(person, book_id, typed.login, day_of(typed.due_on))
        else:
            desk.assign_share(person, book_id, typed.whom, typed.share(), day_of(typed.due_on))
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


def day_of(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RegistryError("Hạn phải là một ngày. Hãy chọn lại ngày.") from None


def _page(visit: Visit, refused: str = "", narrowed: BookFilter = BookFilter()) -> Response:
    waiting = {count.book_id for count in visit.desk.counts(visit.person)}
    mine = [
        book
        for book in visit.registry.statistics(visit.person.places).book_states()
        if book.book_id in waiting
    ]
    units = visit.units
    books = narrowed.admitted(mine, units)
    admitted = {book.book_id for book in books}
    return visit.page(
        "assignments.html",
        assigned=[
            one
            for one in visit.desk.assignments(visit.person)
            if narrowed == BookFilter() or one.book_id in admitted
        ],
        books={book.book_id: f"{book.folder_name}, quyển {book.volume}" for book in books[:MOST_FORMS]},
        found=len(books),
        narrowed=narrowed,
        choices=FilterChoices.of(mine, units),
        stage_labels=BOOK_STAGE_LABELS,
        title_of=visit.schemas.title_of,
        people=visit.desk.assignable(visit.person),
        unattended=visit.desk.unattended(visit.person),
        unassigned=visit.desk.unassigned(visit.person),
        teams=visit.desk.teams(visit.person),
        missing=MISSING,
        stage_words=STAGE_LABELS,
        today=local_date(visit.site.now()),
        refused=refused,
    )
