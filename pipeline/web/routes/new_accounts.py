"""Creation of several accounts from a pasted list: checked line by line, then made all or none."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from pipeline.base.text.tones import folded
from pipeline.registry.accounts.accounts import Accounts, refuse_unknown_places
from pipeline.registry.accounts.model import ROLE_WORDS, AccountError, KnownPlace, NewAccount, Role
from pipeline.registry.accounts.stored_accounts import login_of, name_of, places_of
from pipeline.values.places import Resolver
from pipeline.web.context import Visit, VisitDep
from pipeline.web.scanning.place_codes import PlaceChoice, communes_named

MOST = 100
"""Largest number of accounts in a list, since each password takes time."""

LONGEST_LINE = 500
TOO_MANY = f"Mỗi lần nhiều nhất {MOST} người, mỗi dòng không quá {LONGEST_LINE} chữ. Hãy chia danh sách."
EVERYWHERE = "mọi nơi"
HEADING = "tên đăng nhập"

MOST_LEVELS = 3
"""Number of parts of a place's full name: commune, district and province."""

MOST_CHOICES = 8

router = APIRouter(prefix="/new-accounts")


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """A line of the list: the requested account, or the flaw of the line."""

    number: int
    account: NewAccount | None
    flaw: str = ""


@router.get("")
def show_form(visit: VisitDep) -> Response:
    return _page(visit)


@router.post("")
def make_accounts(
    visit: VisitDep, lines: Annotated[str, Form()] = "", confirmed: Annotated[str, Form(max_length=3)] = ""
) -> Response:
    """Show the accounts in a list, and make them once they were shown."""
    if sum(bool(line.strip()) for line in lines.splitlines()) > MOST + 1 or len(lines) > MOST * LONGEST_LINE:
        return _page(visit, lines=lines, refused=TOO_MANY)
    listed = read_lines(lines, visit.site.accounts, visit.schemas.places)
    accounts = [line.account for line in listed if line.account is not None]
    if not listed:
        return _page(visit, lines=lines, refused="Hãy dán danh sách, mỗi dòng một người.")
    if len(listed) > MOST:
        return _page(visit, lines=lines, refused=TOO_MANY)
    if confirmed != "yes" or len(accounts) < len(listed):
        return _page(visit, lines=lines, listed=listed)
    with visit.refusing(
        lambda refused: _page(visit, lines=lines, listed=listed, refused=refused), AccountError
    ):
        passwords = visit.site.accounts.create_all(accounts, visit.person.login)
    waiting = {act.login for act in visit.site.accounts.open_acts() if act.waits}
    names = {account.login: account.name for account in accounts}
    return visit.page(
        "one_time_list.html",
        made=[(login, names[login], password, login in waiting) for login, password in passwords],
        address=str(visit.request.base_url),
        days=visit.site.accounts.options.one_time.days,
    )


def read_lines(text: str, accounts: Accounts, resolver: Resolver) -> tuple[ListedAccount, ...]:
    """Return the accounts in a list, one for each line.

    A line is login, name, role and places, separated by tabs (as copied from a spreadsheet), semicolons or else commas;
    a part may be quoted. Places are codes, or names of places with books or of communes, separated by commas, or
    ``mọi nơi``.
    A heading and blank lines are skipped.

    Args:
        text: The list.
        resolver: Resolves names of communes.
    """
    taken = {account.person.login for account in accounts.list()}
    places = accounts.places()
    listed: list[ListedAccount] = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = _parts(line)
        if not any(parts) or (not listed and parts[0].lower() == HEADING):
            continue
        try:
            account = _account(parts, places, resolver)
            refuse_unknown_places(accounts, account.places, resolver.gazetteer.has_code)
            if account.login in taken:
                raise AccountError("Tên đăng nhập này đã có, hoặc đã ở dòng trên.")
            taken.add(account.login)
            listed.append(ListedAccount(number, account))
        except AccountError as refused:
            listed.append(ListedAccount(number, None, refused.message))
    return tuple(listed)


def _parts(line: str) -> list[str]:
    """Return the parts of a line, as a spreadsheet writes or copies it."""
    delimiter = next((separator for separator in "\t;" if separator in line), ",")
    parts = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    return [part.strip() for part in parts] or [""]


def _account(parts: list[str], places: tuple[KnownPlace, ...], resolver: Resolver) -> NewAccount:
    if len(parts) not in (3, 4):
        raise AccountError("Mỗi dòng gồm tên đăng nhập; họ tên; vai trò; nơi đăng ký.")
    role = _role(parts[2])
    text = parts[3] if len(parts) == 4 else ""
    everywhere = folded(text) == folded(EVERYWHERE)
    codes = None if everywhere else place_codes_of(text, places, resolver)
    kept = places_of(role, codes)
    return NewAccount(login_of(parts[0]), name_of(parts[1]), role, None if kept is None else tuple(kept))


def _role(text: str) -> Role:
    for role, words in ROLE_WORDS.items():
        if folded(text) in (folded(words), role.value):
            return role
    raise AccountError(f"Không có vai trò ấy. Các vai trò: {', '.join(ROLE_WORDS.values())}.")


def place_codes_of(text: str, known: tuple[KnownPlace, ...], resolver: Resolver) -> list[str]:
    """Return the codes of places separated by commas, each a code or a name, with its district and province or without.

    Args:
        known: Places with books, which may bear other names than the tables.

    Raises:
        AccountError: A name is that of several places; it lists them with their codes.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    codes: list[str] = []
    while parts:
        count, code = _first_code(parts, known, resolver)
        codes.append(code)
        parts = parts[count:]
    return codes


def _first_code(parts: list[str], known: tuple[KnownPlace, ...], resolver: Resolver) -> tuple[int, str]:
    """Return the number of parts that name the first place, and its code; an unknown name is taken as a code."""
    choices: tuple[PlaceChoice, ...] = ()
    if not any(letter.isalpha() for letter in parts[0]):
        return 1, parts[0]
    for count in range(min(len(parts), MOST_LEVELS), 0, -1):
        name = ", ".join(parts[:count])
        codes = {place.code for place in known if folded(place.name) == folded(name)}
        found = [] if codes else communes_named(name, resolver)
        # a part before the commune may be a hamlet, or another place in the list
        found = [one for one in found if folded(one.name) in folded(parts[0])]
        found = [one for one in found if folded(one.title).startswith(_unit_words(parts[0]))] or found
        if len(codes) + len(found) == 1:
            return count, (codes or {found[0].code}).pop()
        if codes:
            raise AccountError(f"Có nhiều nơi tên “{name[:40]}”. Hãy ghi mã nơi đăng ký.")
        choices = choices or tuple(found)
    if choices:
        listed = "; ".join(f"{one.title}: {one.code}" for one in choices[:MOST_CHOICES])
        raise AccountError(f"Có {len(choices)} nơi tên “{parts[0][:40]}”. Hãy ghi mã của nơi đúng: {listed}.")
    return 1, parts[0]


def _unit_words(part: str) -> str:
    """Return the type and name of a unit, without the words of its office."""
    return folded(part).removeprefix("ubnd").removeprefix("ủy ban nhân dân").strip()


def _page(
    visit: Visit, *, lines: str = "", listed: tuple[ListedAccount, ...] = (), refused: str = ""
) -> Response:
    flawed = any(line.flaw for line in listed)
    return visit.page(
        "new_accounts.html",
        status=422 if refused or flawed else 200,
        lines=lines,
        listed=listed,
        flawed=flawed,
        refused=refused,
        places=visit.site.accounts.places(),
        most=MOST,
        most_bytes=MOST * LONGEST_LINE,
    )
