"""What is not there: each address with a number or a name in it tells so, and what to do."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from benchmarks.security.route_samples import SAMPLES, Sample
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.security.access import ACCESS, SUPERVISORS, Access
from tests.web.browser import Browser, text_of
from tests.web.conftest import OWN, browser_in, browser_of, join

TOLD_OTHERWISE = frozenset({"/phone/{code}", "/intake/{scanner}/{day}/{serial}"})
"""A telephone with a code that is used up gets its page, which tells so; a picture that is not there is none."""

NAMED = {
    f"{access.method} {access.path}": access
    for access in ACCESS
    if access.tokens is None and "{" in access.path and access.path not in TOLD_OTHERWISE
}
BOX = {"left": "10", "top": "10", "right": "60", "bottom": "40"}
NO_NUMBER = "khong.co"


def asked(browser: Browser, access: Access, number: str) -> tuple[int, str]:
    """Status and sentence when that number, or a name, is asked for which is not there."""
    path = re.sub(r"{(\w+)}", lambda found: BOX.get(found[1]) or number, access.path)
    path = path.replace(f"/accounts/{number}", "/accounts/khong.co.ai")
    sample = SAMPLES.get((access.method, access.path), Sample())
    if access.method == "GET":
        answer = browser.get(path)
    elif sample.json is not None:
        answer = browser.send(path, sample.json)
    else:
        answer = browser.submit(path, sample.form)
    return answer.status_code, text_of(answer)


def everywhere(accounts: Accounts) -> str:
    """A supervisor of all places."""
    login = "phu.trach.moi.noi"
    if login not in {one.person.login for one in accounts.list()}:
        join(accounts, login, Role.SUPERVISOR, None)
    return login


@pytest.mark.parametrize("number", ["999999", NO_NUMBER])
@pytest.mark.parametrize("route", NAMED)
def test_what_is_not_there_is_told_with_what_to_do(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], route: str, number: str
) -> None:
    access = NAMED[route]
    supervises = access.roles and access.roles >= SUPERVISORS and not access.everywhere
    login = people[Role.SUPERVISOR if supervises else Role.ADMINISTRATOR, OWN]
    if access.everywhere and access.roles == SUPERVISORS:
        login = everywhere(accounts)
    status, told = asked(browser_in(app, accounts, login), access, number)
    assert status == 404
    assert "Hãy" in told


def test_a_column_of_a_book_that_is_not_there_is_told_too(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    browser = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    wanted = {"book": 999999, "field": "child_name", "stage": "review"}
    for answer in (browser.get("/column?book=999999"), browser.send("/column/next", wanted)):
        assert (answer.status_code, "quyển sổ" in text_of(answer)) == (404, True)
