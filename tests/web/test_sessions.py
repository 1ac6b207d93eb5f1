"""Coming in through the pages: cookies, fixation, lockout, forced change, where one lands."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.app import create_app, new_site
from pipeline.web.security.middleware import Rate, ReviewOptions
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import PASSWORD, browser_of, join

NEW = "một câu khác hẳn câu kia"


@pytest.fixture(autouse=True, scope="module")
def person(accounts: Accounts) -> str:
    join(accounts, "an.tran", Role.REVIEWER)
    return "an.tran"


@pytest.fixture
def fresh_app(registry: Registry, clock: Clock) -> FastAPI:
    """An application that nobody has asked anything yet."""
    return create_app(new_site(registry, SCHEMAS, now=clock))


def test_from_a_one_time_password_to_work(app: FastAPI, accounts: Accounts) -> None:
    first = accounts.create("moi.den", "Người Mới", Role.REVIEWER, [])
    browser = Browser(app)
    assert browser.log_in("moi.den", first).headers["location"] == "/password"
    assert "mật khẩu dùng một lần" in text_of(browser.get("/password"))
    assert browser.get("/").headers["location"] == "/password"
    done = browser.submit("/password", {"old": first, "new": NEW, "again": NEW})
    assert done.headers["location"] == "/"
    assert "Người Mới" in browser.get("/").text


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"old": "sai mật khẩu", "new": NEW, "again": NEW}, "hiện nay không đúng"),
        ({"old": PASSWORD, "new": NEW, "again": NEW + "."}, "không giống nhau"),
        ({"old": PASSWORD, "new": "ngắn", "again": "ngắn"}, "ít nhất 10"),
        ({}, "ít nhất 10"),
    ],
)
def test_a_password_that_cannot_be_changed_so_is_told_why(
    app: FastAPI, accounts: Accounts, person: str, fields: dict[str, str], word: str
) -> None:
    browser = browser_of(app, accounts, person)
    refused = browser.submit("/password", fields)
    assert (refused.status_code, word in text_of(refused)) == (422, True)
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    ("base", "secure"), [("http://desk.test", False), ("https://desk.test", True)], ids=["plain", "tls"]
)
def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    app: FastAPI, person: str, base: str, secure: bool
) -> None:
    browser = Browser(app, base)
    cookies = [
        browser.get("/login").headers["set-cookie"],
        *browser.log_in(person, PASSWORD).headers.get_list("set-cookie"),
    ]
    assert len(cookies) == 3
    for cookie in cookies:
        name, *flags = cookie.lower().split("; ")
        assert {"httponly", "samesite=lax", "path=/"} <= set(flags)
        assert not any(flag.startswith("domain") for flag in flags)
        assert ("secure" in flags) == secure
        assert name.startswith("__host-") == secure


def test_a_token_that_was_planted_before_the_login_is_worth_nothing_after_it(
    app: FastAPI, accounts: Accounts, person: str
) -> None:
    for planted in ("x" * 43, accounts.authenticate(person, PASSWORD, "test").token):
        browser = Browser(app)
        browser.get("/login")
        form_token = browser.csrf
        browser._client.cookies.set("hotich", planted)
        known = accounts.session(planted)
        browser._client.post(
            "/login",
            data={"csrf": known.csrf if known else form_token, "login": person, "password": PASSWORD},
        )
        cookies = [cookie.value for cookie in browser._client.cookies.jar if cookie.name == "hotich"]
        assert any(accounts.session(token or "") for token in cookies if token != planted)
        assert accounts.session(planted) is None


def test_five_wrong_passwords_lock_and_a_quarter_of_an_hour_opens(
    fresh_app: FastAPI, accounts: Accounts, clock: Clock, person: str
) -> None:
    browser = Browser(fresh_app)
    for _ in range(5):
        refused = browser.log_in(person, "sai mật khẩu rồi")
        assert (refused.status_code, "không đúng" in text_of(refused)) == (401, True)
    locked = browser.log_in(person, PASSWORD)
    assert (locked.status_code, "quá nhiều lần" in text_of(locked)) == (401, True)
    clock.pass_(minutes=15, seconds=1)
    assert browser.log_in(person, PASSWORD).status_code == 303


def test_an_unknown_login_reads_like_a_wrong_password(fresh_app: FastAPI, person: str) -> None:
    pages = [Browser(fresh_app).log_in(login, "sai mật khẩu rồi") for login in (person, "khong.co")]
    assert len({page.status_code for page in pages}) == 1
    assert text_of(pages[0]) == text_of(pages[1])


def test_too_many_logins_in_a_moment_are_slowed_down(registry: Registry, person: str) -> None:
    app = create_app(new_site(registry, SCHEMAS, ReviewOptions(logins=Rate(burst=3, per_second=0.0))))
    browser = Browser(app)
    answers = [browser.log_in(f"khong.co{number}", PASSWORD) for number in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].headers["retry-after"] == "60"
    assert browser.get("/login").status_code == 200


def test_leaving_ends_the_session_on_the_server(app: FastAPI, accounts: Accounts, person: str) -> None:
    browser = browser_of(app, accounts, person)
    token = browser.token
    assert browser.submit("/logout").headers["location"] == "/login"
    assert accounts.session(token) is None
    assert Browser(app, token=token).get("/").status_code == 303


def test_an_idle_session_is_over(app: FastAPI, accounts: Accounts, clock: Clock, person: str) -> None:
    browser = browser_of(app, accounts, person)
    clock.pass_(minutes=29)
    assert browser.get("/").status_code == 200
    clock.pass_(minutes=30)
    assert browser.get("/").headers["location"] == "/login?next=/"
    asked = browser.get("/desk?stage=check&book=2").headers["location"]
    assert parse_qs(urlsplit(asked).query)["next"] == ["/desk?stage=check&book=2"]


def test_htmx_is_told_to_load_the_login_and_not_to_put_it_into_the_page(app: FastAPI) -> None:
    answer = Browser(app).get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login?next=/")


def test_after_the_login_one_lands_where_one_wanted_to(app: FastAPI, person: str) -> None:
    assert Browser(app).log_in(person, PASSWORD, next="/password").headers["location"] == "/password"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/\r\nX-Bad: 1", "", "evil"],
)
def test_the_login_leads_nowhere_else(app: FastAPI, person: str, elsewhere: str) -> None:
    browser = Browser(app)
    answer = browser.log_in(person, PASSWORD, next=elsewhere)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "x-bad" not in answer.headers
    assert browser.get("/login", params={"next": elsewhere}).headers["location"] == "/"
