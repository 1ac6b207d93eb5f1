"""Guessing passwords over real connections from several addresses."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.logins import csrf_of
from pipeline.registry.accounts.model import Role
from pipeline.web.app import create_app, new_site
from pipeline.web.context import ServerWork
from tests.registry.pages import SCHEMAS
from tests.web.browser import text_of
from tests.web.clock import Clock
from tests.web.conftest import PASSWORD, browser_of, join
from tests.web.serving import served


def log_in(address: str, source: str, login: str, password: str) -> httpx.Response:
    """Through the login form, from an address of this machine."""
    with httpx.Client(
        base_url=address, transport=httpx.HTTPTransport(local_address=source), timeout=60
    ) as client:
        client.get("/login")
        form = {"csrf": csrf_of(client.cookies["hotich-form"]), "login": login, "password": password}
        return client.post("/login", data=form)


def test_who_guesses_at_one_address_locks_the_owner_out_nowhere_else(
    app: FastAPI, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(accounts, "bi.doan", Role.REVIEWER)
    with served(app, monkeypatch) as address:
        for _ in range(5):
            assert log_in(address, "127.0.0.2", "bi.doan", "đoán mò").status_code == 401
        locked = log_in(address, "127.0.0.2", "bi.doan", PASSWORD)
        assert (locked.status_code, "15 phút" in text_of(locked)) == (401, True)
        assert log_in(address, "127.0.0.1", "bi.doan", PASSWORD).status_code == 303


def test_who_has_chosen_a_password_is_named_so_that_the_file_of_the_first_one_goes(
    registry: Registry, clock: Clock
) -> None:
    changed: list[str] = []
    work = ServerWork(changed_password=changed.append)
    app, accounts = create_app(new_site(registry, SCHEMAS, work=work, now=clock)), registry.accounts(clock)
    join(accounts, "doi.mat", Role.REVIEWER)
    browser, chosen = browser_of(app, accounts, "doi.mat"), "mười hai con thỏ"
    browser.submit("/password", {"old": "sai mật khẩu", "new": chosen, "again": chosen})
    assert changed == []
    browser.submit("/password", {"old": PASSWORD, "new": chosen, "again": chosen})
    assert changed == ["doi.mat"]


@pytest.mark.parametrize(
    "password", ["Ubnd@12345", "UBND#Xa-Thu-Nghiem-2026", "Nguoi.Thu@1990", "0912345678"]
)
def test_a_password_that_is_guessed_first_is_not_taken(
    app: FastAPI, accounts: Accounts, password: str
) -> None:
    if not any(one.person.login == "chon.mat" for one in accounts.list()):
        join(accounts, "chon.mat", Role.REVIEWER, name="Người Thử")
    browser = browser_of(app, accounts, "chon.mat")
    answer = browser.submit("/password", {"old": PASSWORD, "new": password, "again": password})
    assert (answer.status_code, "dễ đoán" in text_of(answer)) == (422, True)
