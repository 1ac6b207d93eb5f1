"""Accounts of the staff, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.accounts import refuse_unknown_places
from pipeline.registry.accounts.model import Account, AccountError, Role
from pipeline.web.context import Visit, VisitDep
from pipeline.web.routes.new_accounts import place_codes_of

router = APIRouter(prefix="/accounts")


class DutiesForm(BaseModel):
    """The role of an account and its places: ticked, added by code, or ``everywhere``."""

    role: Role
    everywhere: str = ""
    places: list[str] = []
    more_places: str = ""

    def codes(self, visit: Visit) -> list[str] | None:
        """Return the place codes; None: all places.

        Raises:
            AccountError: Both are given, or a name is that of several places.
        """
        named = self.more_places.replace(";", ",")
        more = place_codes_of(named, visit.site.accounts.places(), visit.schemas.places)
        codes = [code for code in (*(code.strip() for code in self.places), *more) if code]
        if self.everywhere and codes:
            raise AccountError("Hãy chọn một trong hai: mọi nơi, hoặc những nơi nêu ra.")
        return None if self.everywhere else codes


class AccountForm(DutiesForm):
    """A new account."""

    login: str = ""
    name: str = ""


@router.get("")
def show_accounts(visit: VisitDep) -> Response:
    return _list(visit)


@router.post("")
def create_account(visit: VisitDep, typed: Annotated[AccountForm, Form()]) -> Response:
    accounts = visit.site.accounts
    with visit.refusing(lambda refused: _list(visit, refused, typed), AccountError):
        codes = typed.codes(visit)
        refuse_unknown_places(accounts, codes, visit.schemas.places.gazetteer.has_code)
        password = accounts.create(typed.login, typed.name, typed.role, codes, visit.person.login)
    return _one_time(visit, typed.login.strip().lower(), password)


@router.get("/{login}")
def show_account(visit: VisitDep, login: str) -> Response:
    return _account_page(visit, login)


@router.post("/{login}/duties")
def set_duties(visit: VisitDep, login: str, typed: Annotated[DutiesForm, Form()]) -> Response:
    accounts = visit.site.accounts
    with visit.refusing(lambda refused: _account_page(visit, login, refused), AccountError):
        codes = typed.codes(visit)
        refuse_unknown_places(accounts, codes, visit.schemas.places.gazetteer.has_code, login)
        accounts.set_duties(login, typed.role, codes, visit.person.login)
    return RedirectResponse("/accounts", status_code=303)


@router.post("/{login}/name")
def rename(visit: VisitDep, login: str, name: Annotated[str, Form()] = "") -> Response:
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


def _list(visit: Visit, refused: str = "", typed: AccountForm = AccountForm(role=Role.REVIEWER)) -> Response:
    return visit.page(
        "accounts.html",
        accounts=visit.site.accounts.list(),
        waiting=_waiting(visit),
        places=visit.site.accounts.places(),
        refused=refused,
        typed=typed,
    )


def _account_page(visit: Visit, login: str, refused: str = "") -> Response:
    return visit.page(
        "account.html",
        account=_account(visit, login),
        waits=login in _waiting(visit),
        places=visit.site.accounts.places(),
        refused=refused,
    )


def _account(visit: Visit, login: str) -> Account:
    account = next((account for account in visit.site.accounts.list() if account.person.login == login), None)
    if account is None:
        raise HTTPException(404)
    return account


def _one_time(visit: Visit, login: str, password: str) -> Response:
    """Show a one-time password. It is shown only once and stored nowhere."""
    return visit.page(
        "one_time.html",
        login=login,
        password=password,
        days=visit.site.accounts.options.one_time.days,
        waits=login in _waiting(visit),
        placeless=_account(visit, login).person.places == frozenset(),
    )


def _waiting(visit: Visit) -> frozenset[str]:
    """Return the logins of accounts that are unusable until another administrator confirms them."""
    return frozenset(act.login for act in visit.site.accounts.open_acts() if act.waits)
