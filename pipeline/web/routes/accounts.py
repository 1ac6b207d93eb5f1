"""Accounts of the staff, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.accounts import refuse_unknown_places
from pipeline.registry.accounts.model import Account, AccountError, Role
from pipeline.web.context import Site, SiteDep
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/accounts")

Text = Annotated[str, Form()]
Codes = Annotated[list[str], Form()]


@router.get("")
def show_accounts(request: Request, site: SiteDep) -> Response:
    return _list(request, site)


@router.post("")
def create_account(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    role: Annotated[Role, Form()],
    login: Text = "",
    name: Text = "",
    everywhere: Text = "",
    places: Codes = [],  # noqa: B006 (FastAPI copies it)
    more_places: Text = "",
) -> Response:
    try:
        codes = _codes(everywhere, places, more_places)
        refuse_unknown_places(site.accounts, codes, site.schemas.places.gazetteer.has_code)
        password = site.accounts.create(login, name, role, codes, session.person.login)
    except AccountError as refused:
        typed = {"login": login, "name": name, "role": role, "more_places": more_places}
        return _list(request, site, refused.message, typed)
    return _one_time(request, site, login.strip().lower(), password)


@router.get("/{login}")
def show_account(request: Request, site: SiteDep, login: str) -> Response:
    return _account_page(request, site, login)


@router.post("/{login}/duties")
def set_duties(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    login: str,
    role: Annotated[Role, Form()],
    everywhere: Text = "",
    places: Codes = [],  # noqa: B006
    more_places: Text = "",
) -> Response:
    try:
        codes = _codes(everywhere, places, more_places)
        refuse_unknown_places(site.accounts, codes, site.schemas.places.gazetteer.has_code, login)
        site.accounts.set_duties(login, role, codes, session.person.login)
    except AccountError as refused:
        return _account_page(request, site, login, refused.message)
    return RedirectResponse("/accounts", status_code=303)


@router.post("/{login}/name")
def rename(request: Request, site: SiteDep, session: SessionDep, login: str, name: Text = "") -> Response:
    try:
        site.accounts.rename(login, name, session.person.login)
    except AccountError as refused:
        return _account_page(request, site, login, refused.message)
    return RedirectResponse("/accounts", status_code=303)


@router.post("/{login}/reset")
def reset_password(request: Request, site: SiteDep, session: SessionDep, login: str) -> Response:
    return _one_time(request, site, login, site.accounts.reset_password(login, session.person.login))


@router.post("/{login}/deactivate")
def deactivate(request: Request, site: SiteDep, session: SessionDep, login: str) -> Response:
    try:
        site.accounts.deactivate(login, session.person.login)
    except AccountError as refused:
        return _account_page(request, site, login, refused.message)
    return RedirectResponse("/accounts", status_code=303)


@router.post("/{login}/activate")
def activate(site: SiteDep, session: SessionDep, login: str) -> Response:
    site.accounts.activate(login, session.person.login)
    return RedirectResponse("/accounts", status_code=303)


def _codes(everywhere: str, ticked: list[str], more: str) -> list[str] | None:
    """Return the place codes of a form; None: all places. Raises ``AccountError`` when both are given."""
    codes = [*ticked, *more.replace(";", ",").split(",")]
    codes = [code.strip() for code in codes if code.strip()]
    if everywhere and codes:
        raise AccountError("Hãy chọn một trong hai: mọi nơi, hoặc những nơi nêu ra.")
    return None if everywhere else codes


def _list(request: Request, site: Site, refused: str = "", typed: dict[str, str] | None = None) -> Response:
    return site.renderer.render(
        request,
        "accounts.html",
        status=422 if refused else 200,
        accounts=site.accounts.list(),
        waiting=_waiting(site),
        places=site.accounts.places(),
        refused=refused,
        typed=typed or {"login": "", "name": "", "role": Role.REVIEWER, "more_places": ""},
    )


def _account_page(request: Request, site: Site, login: str, refused: str = "") -> Response:
    return site.renderer.render(
        request,
        "account.html",
        status=422 if refused else 200,
        account=_account(site, login),
        waits=login in _waiting(site),
        places=site.accounts.places(),
        refused=refused,
    )


def _account(site: Site, login: str) -> Account:
    found = next((account for account in site.accounts.list() if account.person.login == login), None)
    if found is None:
        raise HTTPException(404)
    return found


def _one_time(request: Request, site: Site, login: str, password: str) -> Response:
    """Show a one-time password. It is shown once, here, and stored nowhere."""
    return site.renderer.render(
        request,
        "one_time.html",
        login=login,
        password=password,
        days=site.accounts.options.one_time.days,
        waits=login in _waiting(site),
        placeless=_account(site, login).person.places == frozenset(),
    )


def _waiting(site: Site) -> frozenset[str]:
    """Return the logins of accounts that are out of use until another administrator confirms them."""
    return frozenset(act.login for act in site.accounts.open_acts() if act.waits)
