"""Several accounts at once, from a pasted list: looked at line by line first, then made all or none."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.base.text.tones import folded
from pipeline.registry.accounts.accounts import Accounts, refuse_unknown_places
from pipeline.registry.accounts.model import ROLE_WORDS, AccountError, KnownPlace, NewAccount, Role
from pipeline.registry.accounts.stored_accounts import login_of, name_of, places_of
from pipeline.web.context import Site, SiteDep
from pipeline.web.security.authentication import SessionDep

MOST = 100
"""Accounts that one list may make: each password takes time."""

LONGEST_LINE = 500
TOO_MANY = f"Mỗi lần nhiều nhất {MOST} người, mỗi dòng không quá {LONGEST_LINE} chữ. Hãy chia danh sách."
EVERYWHERE = "mọi nơi"
HEADING = "tên đăng nhập"

router = APIRouter(prefix="/new-accounts")


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """A line of the list: the account that it asks for, or what is wrong with it."""

    number: int
    account: NewAccount | None
    flaw: str = ""


@router.get("")
def show_form(request: Request, site: SiteDep) -> Response:
    return _page(request, site)


@router.post("")
def make_accounts(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    lines: Annotated[str, Form()] = "",
    confirmed: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Show what a list asks for, and make its accounts when that was seen."""
    if sum(bool(line.strip()) for line in lines.splitlines()) > MOST + 1 or len(lines) > MOST * LONGEST_LINE:
        return _page(request, site, lines=lines, refused=TOO_MANY)
    listed = read_lines(lines, site.accounts, site.schemas.places.gazetteer.has_code)
    wanted = [one.account for one in listed if one.account is not None]
    if not listed:
        return _page(request, site, lines=lines, refused="Hãy dán danh sách, mỗi dòng một người.")
    if len(listed) > MOST:
        return _page(request, site, lines=lines, refused=TOO_MANY)
    if confirmed != "yes" or len(wanted) < len(listed):
        return _page(request, site, lines=lines, listed=listed)
    try:
        made = site.accounts.create_all(wanted, session.person.login)
    except AccountError as refused:
        return _page(request, site, lines=lines, listed=listed, refused=refused.message)
    waiting = {act.login for act in site.accounts.open_acts() if act.waits}
    return site.renderer.render(
        request,
        "one_time_list.html",
        made=[(login, password, login in waiting) for login, password in made],
        days=site.accounts.options.one_time.days,
    )


def read_lines(text: str, accounts: Accounts, is_unit: Callable[[str], bool]) -> tuple[ListedAccount, ...]:
    """Return the accounts that a list asks for, one a line.

    A line is login, name, role and places, parted by tabs (as a spreadsheet gives them), semicolons or, where there are
    neither, commas; a part may stand in quotes. Places are codes or names of those that have books here, parted by
    commas, or ``mọi nơi``. A heading and blank lines are skipped.

    Args:
        text: The list.
        accounts: The accounts that are there.
        is_unit: Whether an administrative unit has that code.
    """
    taken = {one.person.login for one in accounts.list()}
    places = accounts.places()
    found: list[ListedAccount] = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = _parts(line)
        if not any(parts) or (not found and parts[0].lower() == HEADING):
            continue
        try:
            account = _account(parts, places)
            refuse_unknown_places(accounts, account.places, is_unit)
            if account.login in taken:
                raise AccountError("Tên đăng nhập này đã có, hoặc đã ở dòng trên.")
            taken.add(account.login)
            found.append(ListedAccount(number, account))
        except AccountError as refused:
            found.append(ListedAccount(number, None, refused.message))
    return tuple(found)


def _parts(line: str) -> list[str]:
    """Return the parts of a line, as a spreadsheet writes or copies it."""
    mark = next((one for one in "\t;" if one in line), ",")
    found = next(csv.reader([line], delimiter=mark, skipinitialspace=True), [])
    return [part.strip() for part in found] or [""]


def _account(parts: list[str], places: tuple[KnownPlace, ...]) -> NewAccount:
    if len(parts) not in (3, 4):
        raise AccountError("Mỗi dòng gồm tên đăng nhập; họ tên; vai trò; nơi đăng ký.")
    role = _role(parts[2])
    wanted = parts[3] if len(parts) == 4 else ""
    everywhere = folded(wanted) == folded(EVERYWHERE)
    codes = None if everywhere else [_code(one.strip(), places) for one in wanted.split(",") if one.strip()]
    kept = places_of(role, codes)
    return NewAccount(login_of(parts[0]), name_of(parts[1]), role, None if kept is None else tuple(kept))


def _role(text: str) -> Role:
    for role, words in ROLE_WORDS.items():
        if folded(text) in (folded(words), role.value):
            return role
    raise AccountError(f"Không có vai trò ấy. Các vai trò: {', '.join(ROLE_WORDS.values())}.")


def _code(text: str, places: tuple[KnownPlace, ...]) -> str:
    """Return the code of a place that was written as its name; what is no name is a code."""
    named = {place.code for place in places if folded(place.name) == folded(text)}
    if len(named) > 1:
        raise AccountError(f"Có nhiều nơi tên “{text[:40]}”. Hãy ghi mã nơi đăng ký.")
    return named.pop() if named else text


def _page(
    request: Request,
    site: Site,
    *,
    lines: str = "",
    listed: tuple[ListedAccount, ...] = (),
    refused: str = "",
) -> Response:
    flawed = any(one.flaw for one in listed)
    return site.renderer.render(
        request,
        "new_accounts.html",
        status=422 if refused or flawed else 200,
        lines=lines,
        listed=listed,
        flawed=flawed,
        refused=refused,
        places=site.accounts.places(),
        most=MOST,
        most_bytes=MOST * LONGEST_LINE,
    )
