"""An account with power, made at the desk, waits there for a second person, whom every page of theirs reminds."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.web.browser import Browser, text_of
from tests.web.conftest import PASSWORD, browser_of, join

NEW = "phu.trach.gia"


@pytest.fixture(scope="module")
def office(app: FastAPI, accounts: Accounts) -> dict[str, Browser]:
    """Two administrators, a supervisor and a reviewer."""
    roles = {
        "mot": Role.ADMINISTRATOR,
        "hai": Role.ADMINISTRATOR,
        "phu.trach": Role.SUPERVISOR,
        "ra.soat": Role.REVIEWER,
    }
    for login, role in roles.items():
        join(accounts, login, role)
    return {login: browser_of(app, accounts, login) for login in roles}


def test_an_administrator_alone_makes_no_supervisor(
    app: FastAPI, accounts: Accounts, office: dict[str, Browser]
) -> None:
    form = {"login": NEW, "name": "Người Thử", "role": "supervisor", "everywhere": "1"}
    made = office["mot"].submit("/accounts", form)
    assert (made.status_code, "một người quản trị khác xác nhận" in text_of(made)) == (200, True)
    password = re.findall(r"<code>([^<]+)</code>", made.text)[0]
    assert Browser(app).log_in(NEW, password).status_code == 401

    (act,) = [act for act in accounts.open_acts() if act.login == NEW]
    answers = {
        login: browser.submit(f"/confirmations/{act.act_id}", {"answer": "confirmed"}).status_code
        for login, browser in office.items()
        if login != "hai"
    }
    assert answers == {"mot": 403, "phu.trach": 403, "ra.soat": 403}
    assert office["mot"].submit(f"/accounts/{NEW}/activate").status_code in {303, 422}
    assert Browser(app).log_in(NEW, password).status_code == 401

    for login, path in (
        ("hai", "/"),
        ("phu.trach", "/"),
        ("phu.trach", "/reports"),
        ("hai", "/confirmations"),
    ):
        assert NEW in office[login].get(path).text
    assert NEW not in office["ra.soat"].get("/").text
    assert office["hai"].submit(f"/confirmations/{act.act_id}", {"answer": "maybe"}).status_code == 422
    assert office["hai"].submit(f"/confirmations/{act.act_id}", {"answer": "confirmed"}).status_code == 303
    assert Browser(app).log_in(NEW, password).headers["location"] == "/password"
    again = office["hai"].submit(f"/confirmations/{act.act_id}", {"answer": "confirmed"})
    assert again.status_code == 404


def test_a_new_password_for_a_supervisor_is_of_no_use_alone(
    app: FastAPI, accounts: Accounts, office: dict[str, Browser]
) -> None:
    made = office["mot"].submit("/accounts/phu.trach/reset")
    password = re.findall(r"<code>([^<]+)</code>", made.text)[0]
    assert Browser(app).log_in("phu.trach", password).status_code == 401
    (act,) = [act for act in accounts.open_acts() if act.login == "phu.trach" and act.waits]
    assert office["hai"].submit(f"/confirmations/{act.act_id}", {"answer": "refused"}).status_code == 303
    assert Browser(app).log_in("phu.trach", password).status_code == 401


def test_whom_the_only_administrator_made_is_told_the_way_to_be_confirmed(
    app: FastAPI, accounts: Accounts, office: dict[str, Browser]
) -> None:
    accounts.deactivate("hai")
    told = {}
    for login, role in (("ba", "administrator"), ("phu.trach.hai", "supervisor")):
        form = {"login": login, "name": "Người Thử", "role": role, "everywhere": "1"}
        made = office["mot"].submit("/accounts", form)
        (password,) = re.findall(r"<code>([^<]+)</code>", made.text)
        accounts.change_password(accounts.authenticate(login, password, "test"), password, PASSWORD, "test")
        told[login] = text_of(browser_of(app, accounts, login).get("/confirmations"))
    assert "bạn lập thêm một tài khoản người phụ trách" in told["ba"]
    assert "người quản trị thứ hai lập thêm một tài khoản người phụ trách" in told["phu.trach.hai"]
