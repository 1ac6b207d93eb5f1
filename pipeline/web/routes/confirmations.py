"""Changes to the accounts of supervisors and administrators, which a second person confirms."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.model import AUTHOR_WORDS, AccountError, Role
from pipeline.web.context import Visit, VisitDep

router = APIRouter(prefix="/confirmations")


@router.get("")
def show_confirmations(visit: VisitDep) -> Response:
    return _list(visit, visit.person.role)


@router.post("/{act_id}")
def answer_act(
    visit: VisitDep, act_id: int, answer: Annotated[Literal["confirmed", "refused"], Form()]
) -> Response:
    with visit.refusing(lambda refused: _list(visit, visit.person.role, refused), AccountError):
        visit.site.accounts.answer_act(visit.person, act_id, confirmed=answer == "confirmed")
    return RedirectResponse("/confirmations", status_code=303)


def _list(visit: Visit, role: Role, refused: str = "") -> Response:
    return visit.page(
        "confirmations.html",
        acts=visit.site.accounts.open_acts(),
        authors=AUTHOR_WORDS,
        answers_waiting=role is Role.ADMINISTRATOR,
        refused=refused,
    )
