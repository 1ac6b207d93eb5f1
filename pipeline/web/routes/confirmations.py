"""Changes of the accounts of supervisors and administrators, which a second person confirms."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.model import AUTHOR_WORDS, AccountError, Role
from pipeline.web.context import Site, SiteDep
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/confirmations")


@router.get("")
def show_confirmations(request: Request, site: SiteDep, session: SessionDep) -> Response:
    return _list(request, site, session.person.role)


@router.post("/{act_id}")
def answer_act(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    act_id: int,
    answer: Annotated[Literal["confirmed", "refused"], Form()],
) -> Response:
    try:
        site.accounts.answer_act(session.person, act_id, confirmed=answer == "confirmed")
    except AccountError as refused:
        return _list(request, site, session.person.role, refused.message)
    return RedirectResponse("/confirmations", status_code=303)


def _list(request: Request, site: Site, role: Role, refused: str = "") -> Response:
    return site.renderer.render(
        request,
        "confirmations.html",
        status=422 if refused else 200,
        acts=site.accounts.open_acts(),
        authors=AUTHOR_WORDS,
        answers_waiting=role is Role.ADMINISTRATOR,
        refused=refused,
    )
