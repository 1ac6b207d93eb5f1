"""Accounts of the staff, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from starlette.responses import RedirectResponse, Response

from pipeline.registry.model.accounts import Account, AccountError, Role
from pipeline.registry.services.accounts.unknown_places import refuse_unknown_places
from pipeline.web.context import Site, Visit, VisitDep

router = APIRouter(prefix="/accounts")

Text = Annotated[str, Form()]
Codes = Annotated[list[str], Form()]


@router.get("")
def show_accounts(visit: VisitDep) -> Response:
    return _list(visit)


@router.post("")
def create_account(
    visit: VisitDep,
    role: Annotated[Role, Form()],
    login: Text = "",
    name: Text = "",
    everywhere: Text = "",
    places: Codes = [],  # noqa: B006 (FastAPI copies it)
    more_places: Text = "",
) -> Response:
    try:
        codes = _codes(everywhere, places, more_places)
        refuse_unknown_places(visit.site.accounts, codes, visit.schemas.places.gazetteer.has_code)
        password = visit.site.accounts.create(login, name, role, codes, visit.person.login)
    except AccountError as refused:
        typed = {"login": login, "name": name, "role": role, "more_places": more_places}
        return _list(visit, refused.message, typed)
    return _one_time(visit, login.strip().lower(), password)


@router.get("/{login}")
def show_account(visit: VisitDep, login: str) -> Response:
    return _account_page(visit, login)


@router.post("/{login}/duties")
def set_duties(
    visit: VisitDep,
    login: str,
    role: Annotated[Role, Form()],
    everywhere: Text = "",
    places: Codes = [],  # noqa: B006
    more_places: Text = "",
) -> Response:
    with visit.refusing(lambda refused: _account_page(visit, login, refused), AccountError):
        codes = _codes(everywhere, places, more_places)
        refuse_unknown_places(visit.site.accounts, codes, visit.schemas.places.gazetteer.has_code, login)
        visit.site.accounts.set_duties(login, role, codes, visit.person.login)
    return RedirectResponse("/accounts", status_code=303)


@router.post("/{login}/name")
def rename(visit: VisitDep, login: str, name: Text = "") -> Response:
    with visit.refusing(lambda refused: _account_page(visit, login, refused), AccountError):
        visit.site.accounts.rename(login, name, visit.person.login)
    return RedirectResponse("/accounts", status_code=303)


@router.post("/{login}/reset")
def reset_password(visit: VisitDep, login: str) -> Response:
    return _one_time(visit, login, visit.site.accounts.reset_password(login, visit.person.login))


@router.post("/{login}/deactivate")
def deactivate(visit: VisitDep, login: str) -> Response:
    with visit.refusing(lambda refused: _account_page(visit, login, refused), AccountError):
        visit.site.accounts.deactivate(login, visit.person.login)
    return RedirectResponse("/accounts", status_code=303)


@router.post("/{login}/activate")
def activate(visit: VisitDep, login: str) -> Response:
    visit.site.accounts.activate(login, visit.person.login)
    return RedirectResponse("/accounts", status_code=303)


def _codes(everywhere: str, ticked: list[str], more: str) -> list[str] | None:
    """Return the place codes of a form; None: all places. Raises ``AccountError`` when both are given."""
    codes = [*ticked, *more.replace(";", ",").split(",")]
    codes = [code.strip() for code in codes if code.strip()]
    if everywhere and codes:
        raise AccountError("Hãy chọn một trong hai: mọi nơi, hoặc những nơi nêu ra.")
    return None if everywhere else codes


def _list(visit: Visit, refused: str = "", typed: dict[str, str] | None = None) -> Response:
    return visit.page(
        "accounts.html",
        accounts=visit.site.accounts.list(),
        waiting=_waiting(visit.site),
        places=visit.site.accounts.places(),
        refused=refused,
        typed=typed or {"login": "", "name": "", "role": Role.REVIEWER, "more_places": ""},
    )


def _account_page(visit: Visit, login: str, refused: str = "") -> Response:
    return visit.page(
        "account.html",
        account=_account(visit.site, login),
        waits=login in _waiting(visit.site),
        places=visit.site.accounts.places(),
        refused=refused,
    )


def _account(site: Site, login: str) -> Account:
    found = next((account for account in site.accounts.list() if account.person.login == login), None)
    if found is None:
        raise HTTPException(404)
    return found


def _one_time(visit: Visit, login: str, password: str) -> Response:
    """Show a one-time password. It is shown once, here, and stored nowhere."""
    return visit.page(
        "one_time.html",
        login=login,
        password=password,
        days=visit.site.accounts.options.one_time.days,
        waits=login in _waiting(visit.site),
        placeless=_account(visit.site, login).person.places == frozenset(),
    )


def _waiting(site: Site) -> frozenset[str]:
    """Return the logins of accounts that are out of use until another administrator confirms them."""
    return frozenset(act.login for act in site.accounts.open_acts() if act.waits)
