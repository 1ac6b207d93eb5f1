"""A change without this session's own token is refused, on every route."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from benchmarks.security.route_samples import SAMPLES, TARGET, Sample
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.security.access import ACCESS, BY_ROUTE
from tests.web.browser import Browser, text_of
from tests.web.conftest import PASSWORD, browser_in, browser_of, join

CHANGES = [access.path for access in ACCESS if access.method != "GET" and access.tokens is None]


@pytest.fixture(autouse=True, scope="module")
def administrator(accounts: Accounts) -> str:
    join(accounts, "quan.tri", Role.ADMINISTRATOR)
    join(accounts, "phu.trach", Role.SUPERVISOR, place=None)
    join(accounts, TARGET, Role.REVIEWER)
    return "quan.tri"


@pytest.fixture
def browser(app: FastAPI, accounts: Accounts, administrator: str) -> Browser:
    return browser_of(app, accounts, administrator)


def stranger_token(app: FastAPI, accounts: Accounts) -> str:
    return browser_in(app, accounts, TARGET).csrf


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize("kind", ["none", "empty", "wrong", "cookie", "another's"])
def test_a_form_without_the_right_token_changes_nothing(
    app: FastAPI, accounts: Accounts, administrator: str, path: str, kind: str
) -> None:
    roles = BY_ROUTE["POST", path].roles
    may = administrator if roles is None or Role.ADMINISTRATOR in roles else "phu.trach"
    browser = browser_in(app, accounts, may)
    sample = SAMPLES.get(("POST", path), Sample())
    for name, value in sample.path.items():
        path = path.replace(f"{{{name}}}", value.replace("TASK", "1").replace("TICKET", "1"))
    token = {
        "none": None,
        "empty": "",
        "wrong": "0" * 64,
        "cookie": browser.token,
        "another's": stranger_token(app, accounts),
    }[kind]
    before = accounts.list()
    fields = {**sample.form} if token is None else {**sample.form, "csrf": token}
    answer = browser.ask("POST", path, data=fields)
    assert answer.status_code == 403
    assert "Biểu mẫu đã cũ" in text_of(answer)
    assert accounts.list() == before
    assert browser.get("/").status_code == 200


def test_the_login_form_belongs_to_the_browser_that_it_was_given_to(app: FastAPI) -> None:
    first, second = Browser(app), Browser(app)
    first.get("/login")
    second.get("/login")
    for token in (first.csrf, ""):
        assert second.ask("POST", "/login", data={"csrf": token, "login": "x"}).status_code == 403
    assert Browser(app).ask("POST", "/login", data={"csrf": first.csrf}).status_code == 403


def test_an_old_login_form_gives_one_that_works(app: FastAPI, accounts: Accounts, administrator: str) -> None:
    browser = Browser(app)
    again = browser.ask(
        "POST", "/login", data={"csrf": "0" * 64, "login": administrator, "password": PASSWORD}
    )
    assert (again.status_code, browser.token) == (403, "")
    assert "điền lại" in text_of(again)
    assert f'value="{browser.csrf}"' in again.text
    browser.submit("/login", {"login": administrator, "password": PASSWORD})
    assert browser.get("/").status_code == 200


def test_a_picture_asked_for_after_the_session_leaves_the_login_form_alone(
    app: FastAPI, accounts: Accounts, administrator: str
) -> None:
    """A page still fetches pictures while its person logs in anew in another tab."""
    picture = {"headers": {"accept": "image/avif,image/webp,*/*;q=0.8"}, "follow_redirects": True}
    browser = Browser(app)
    for path in ("/pictures/tasks/1/page", "/pictures/tickets/1/page"):
        answer = browser.get(path, **picture)
        assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None)


def test_a_script_may_send_the_token_in_a_header(browser: Browser) -> None:
    answer = browser.ask("POST", "/logout", headers={"X-CSRF-Token": browser.csrf})
    assert answer.headers["location"] == "/login"
    assert answer.status_code == 303


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_no_other_method_does_anything(browser: Browser, method: str) -> None:
    assert browser.ask(method, "/accounts").status_code == 405


def test_nothing_can_be_uploaded(browser: Browser) -> None:
    for options in (
        {"files": {"name": ("x.png", b"\x89PNG")}, "data": {"csrf": browser.csrf}},
        {"content": b"<x/>", "headers": {"content-type": "application/xml"}},
    ):
        answer = browser.ask("POST", "/accounts", **options)
        assert answer.status_code == 415
        assert "không nhận tệp" in text_of(answer)
