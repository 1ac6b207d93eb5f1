"""What a second person confirms: accounts of supervisors and administrators, and loosened settings."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.registry.accounts.model import CONSOLE, AccountError, Role
from pipeline.registry.policy_changes import PolicyAnswer
from pipeline.web.context import Visit, VisitDep
from pipeline.web.routes.api_tokens import TOKEN, make_asked_token
from pipeline.web.routes.office_settings import confirm_change

router = APIRouter(prefix="/confirmations")


@router.get("")
def show_confirmations(visit: VisitDep, asked: Annotated[str, Query(max_length=20)] = "") -> Response:
    return _list(visit, visit.person.role, asked=asked == "policy")


@router.post("/policies/{change_id}")
def answer_policy_change(
    visit: VisitDep, change_id: int, answer: Annotated[PolicyAnswer, Form()]
) -> Response:
    """Confirm or refuse a change of the office's settings, or note that a loosening was seen."""
    with visit.refusing(
        lambda refused: _list(visit, visit.person.role, refused), RegistryError, SettingsRefused
    ):
        if answer is PolicyAnswer.CONFIRMED:
            change = visit.registry.policy_change_for(visit.person, change_id)
            if change.seen.startswith(TOKEN):
                made = make_asked_token(visit, change)
                return visit.page("supervising/api_token.html", made=made, author=change.author)
            confirm_change(visit.request, visit.site, visit.session, change_id)
        else:
            visit.registry.answer_policy_change(visit.person, change_id, answer)
    return RedirectResponse("/confirmations", status_code=303)


@router.post("/{act_id}")
def answer_act(
    visit: VisitDep, act_id: int, answer: Annotated[Literal["confirmed", "refused"], Form()]
) -> Response:
    with visit.refusing(lambda refused: _list(visit, visit.person.role, refused), AccountError):
        visit.site.accounts.answer_act(visit.person, act_id, confirmed=answer == "confirmed")
    return RedirectResponse("/confirmations", status_code=303)


def _list(visit: Visit, role: Role, refused: str = "", *, asked: bool = False) -> Response:
    acts = visit.site.accounts.open_acts()
    return visit.page(
        "confirmations.html",
        acts=acts,
        changes=visit.registry.open_policy_changes(),
        answers_waiting=role is Role.ADMINISTRATOR,
        answers_changes=visit.person.places is None,
        doubtful=any(act.login == visit.person.login and act.author != CONSOLE for act in acts),
        refused=refused,
        asked=asked,
    )
