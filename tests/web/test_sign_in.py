"""Signing in through a provider that runs beside the tests: who comes in, as whom, and everything that must not."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from joserfc import jwt

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import PROVIDER, Role
from pipeline.web.app import create_app, new_site
from pipeline.web.security.middleware import Rate, ReviewOptions
from pipeline.web.sign_in_provider import GroupDuties, Provider
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, PASSWORD
from tests.web.sign_in_provider.openid_provider import (
    SECRET,
    Claims,
    OpenIdProvider,
    encoded,
    running,
    signed_in_there,
    signing_key,
)

GROUPS = (
    GroupDuties(name="phu-trach", role=Role.SUPERVISOR, places=None),
    GroupDuties(name="kiem-tra", role=Role.CHECKER, places=(OWN, OTHER)),
    GroupDuties(name="ra-soat", role=Role.REVIEWER, places=(OWN,)),
)
LOGIN = "nguoi.dung"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> Iterator[OpenIdProvider]:
    with running(clock) as server:
        yield server


@pytest.fixture
def registry(sqlite_url: str) -> Iterator[Registry]:
    with Registry.open(sqlite_url, SCHEMAS) as opened:
        yield opened


@pytest.fixture
def accounts(registry: Registry, clock: Clock) -> Accounts:
    return registry.accounts(clock)


@pytest.fixture
def app(registry: Registry, provider: OpenIdProvider, clock: Clock) -> FastAPI:
    asked = Provider(provider.policy(*GROUPS), SECRET, clock, lambda: clock().timestamp())
    site = new_site(registry, SCHEMAS, ReviewOptions(logins=Rate(1000, 1)), now=clock, sign_in=asked)
    return create_app(site)


def way_back(browser: Browser, then: str = "/") -> str:
    """Where the browser comes back to, after its person has signed in at the provider."""
    return signed_in_there(browser.get("/sign-in", params={"next": then}).headers["location"])


def failure(browser: Browser, back: str, status: int = 401) -> str:
    answer = browser.get(back)
    assert (answer.status_code, browser.token) == (status, "")
    return text_of(answer)


def said(registry: Registry, action: str) -> list[tuple[str, str, object]]:
    """Actor, subject and detail of every entry of the audit with that action."""
    assert registry.audit().verify().flaws == ()
    with registry._database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT actor, action, subject, detail FROM audit ORDER BY id"
        ).all()
    return [(row.actor, row.subject, json.loads(row.detail)) for row in rows if row.action == action]


def test_the_first_sign_in_makes_an_account_and_the_next_finds_it(
    app: FastAPI, registry: Registry, accounts: Accounts, provider: OpenIdProvider
) -> None:
    browser = Browser(app)
    assert "/sign-in?next=" in browser.get("/login").text
    answer = browser.get(way_back(browser, "/desk?x=1"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk?x=1")
    assert browser.get("/session").json()["login"] == LOGIN
    (made,) = [one for one in accounts.list() if one.person.login == LOGIN]
    assert (made.person.name, made.person.role, made.person.places) == (
        "Trần Thị Thử",
        Role.REVIEWER,
        frozenset({OWN}),
    )
    assert said(registry, "identity-linked") == [(PROVIDER, f"account:{LOGIN}", {})]

    provider.person |= {"name": "Tên Khác", "preferred_username": "an.khac"}
    other = Browser(app)
    assert other.get(way_back(other)).status_code == 303
    assert other.get("/session").json()["login"] == LOGIN
    assert [actor for actor, _, _ in said(registry, "signed-in")] == [LOGIN, LOGIN]
    assert (len(said(registry, "account-created")), said(registry, "duties-set")) == (1, [])

    assert other.submit("/logout").headers["location"] == "/login"
    assert other.get("/").headers["location"].startswith("/login")
    assert browser.get("/session").status_code == 200


def test_neither_a_login_nor_a_name_leads_to_an_account_of_another_person(
    app: FastAPI, accounts: Accounts, provider: OpenIdProvider
) -> None:
    accounts.create("an.tran", "Trần An", Role.SUPERVISOR, None)
    provider.person |= {"preferred_username": "An.Trần@tinh.vn", "name": "Trần An", "email": "an.tran"}
    browser = Browser(app)
    browser.get(way_back(browser))
    login = browser.get("/session").json()["login"]
    assert login.startswith("an.tran.")
    provider.person["sub"] = "p-2"
    second = Browser(app)
    second.get(way_back(second))
    assert second.get("/session").json()["login"] not in {"an.tran", login}


@pytest.mark.parametrize("groups", [[], ["la"], "ra-soat", None])
def test_without_a_group_that_grants_a_role_there_is_no_account(
    app: FastAPI, registry: Registry, accounts: Accounts, provider: OpenIdProvider, groups: object
) -> None:
    provider.person["groups"] = groups
    browser = Browser(app)
    assert "chưa được giao việc gì ở đây" in failure(browser, way_back(browser))
    assert accounts.list() == ()
    assert said(registry, "sign-in-refused") == [(PROVIDER, "", {"reason": "no-role"})]


def test_groups_change_the_role_at_the_next_sign_in_and_their_end_ends_the_sessions(
    app: FastAPI, registry: Registry, accounts: Accounts, provider: OpenIdProvider
) -> None:
    browser = Browser(app)
    browser.get(way_back(browser))
    provider.person["groups"] = ["ra-soat", "kiem-tra"]
    again = Browser(app)
    again.get(way_back(again))
    (one,) = accounts.list()
    assert (one.person.role, one.person.places) == (Role.CHECKER, frozenset({OWN, OTHER}))
    assert said(registry, "duties-set") == [
        (PROVIDER, f"account:{LOGIN}", {"role": "checker", "places": sorted([OWN, OTHER])})
    ]
    provider.person["groups"] = []
    third = Browser(app)
    assert "chưa được giao việc gì" in failure(third, way_back(third))
    assert browser.get("/").headers["location"].startswith("/login")


def test_a_supervisor_waits_for_an_administrator_and_a_dismissed_one_stays_out(
    app: FastAPI, accounts: Accounts, provider: OpenIdProvider
) -> None:
    login, password = accounts.first_administrator() or ("", "")
    session = accounts.authenticate(login, password, "-")
    session = accounts.change_password(session, password, PASSWORD, "-")
    browser = Browser(app)
    browser.get(way_back(browser))
    provider.person["groups"] = ["phu-trach"]
    for _ in range(2):
        again = Browser(app)
        assert "chờ một người quản trị xác nhận" in failure(again, way_back(again))
    assert browser.get("/").headers["location"].startswith("/login")
    (act,) = accounts.open_acts()
    assert act.waits
    assert "nhóm ở nơi cấp tài khoản chung" in act.sentence
    accounts.answer_act(session.person, act.act_id, confirmed=True)
    assert browser.get(way_back(browser)).status_code == 303
    assert browser.get("/reports").status_code == 200

    provider.person |= {"sub": "p-2", "preferred_username": "hai"}
    second = Browser(app)
    assert "chờ một người quản trị" in failure(second, way_back(second))
    (act,) = accounts.open_acts()
    accounts.answer_act(session.person, act.act_id, confirmed=False)
    assert "đang ngừng dùng" in failure(second, way_back(second))


def test_an_account_that_was_closed_here_stays_closed(
    app: FastAPI, registry: Registry, accounts: Accounts, provider: OpenIdProvider
) -> None:
    browser = Browser(app)
    browser.get(way_back(browser))
    accounts.deactivate(LOGIN)
    provider.person["groups"] = ["kiem-tra"]
    other = Browser(app)
    assert "đang ngừng dùng" in failure(other, way_back(other))
    (one,) = accounts.list()
    assert (one.active, one.person.role) == (False, Role.REVIEWER)
    assert said(registry, "sign-in-refused") == [(PROVIDER, f"account:{LOGIN}", {"reason": "locked"})]


def test_an_administrator_by_hand_is_one_no_more_when_groups_say_so_unless_nobody_else_is(
    app: FastAPI, accounts: Accounts
) -> None:
    browser = Browser(app)
    browser.get(way_back(browser))
    accounts.set_duties(LOGIN, Role.ADMINISTRATOR, None)
    other = Browser(app)
    assert "người quản trị duy nhất" in failure(other, way_back(other))
    accounts.create("hai", "Người Hai", Role.ADMINISTRATOR, None)
    assert other.get(way_back(other)).status_code == 303
    assert {one.person.login: one.person.role for one in accounts.list()}[LOGIN] is Role.REVIEWER


def test_an_account_to_which_somebody_was_led_behind_the_programs_back_is_refused(
    app: FastAPI, registry: Registry, accounts: Accounts, provider: OpenIdProvider
) -> None:
    accounts.first_administrator()
    with registry._database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO external_identity (account_id, issuer, subject, linked_at) "
            "SELECT id, ?, 'p-1', created_at FROM account",
            (provider.issuer,),
        )
    browser = Browser(app)
    assert "sửa ngoài chương trình" in failure(browser, way_back(browser))


def test_who_comes_back_too_often_is_refused(
    registry: Registry, provider: OpenIdProvider, clock: Clock
) -> None:
    asked = Provider(provider.policy(*GROUPS), SECRET, clock)
    browser = Browser(
        create_app(new_site(registry, SCHEMAS, ReviewOptions(logins=Rate(1, 0)), now=clock, sign_in=asked))
    )
    assert browser.get("/sign-in/callback").status_code == 401
    for path in ("/sign-in", "/sign-in/callback"):
        assert browser.get(path).status_code == 429


# --- what proves nobody -------------------------------------------------------------------------------------------


def changed(**other: object) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **other}


def shifted(**seconds: int) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **{key: claims[key] + by for key, by in seconds.items()}}


def lacking(key: str) -> Callable[[Claims], Claims]:
    return lambda claims: {name: value for name, value in claims.items() if name != key}


STATEMENTS: dict[str, Callable[[Claims], Claims]] = {
    "nonce": changed(nonce="khac"),
    "no nonce": lacking("nonce"),
    "nonce is a number": changed(nonce=1),
    "audience": changed(aud="may-khac"),
    "further audience": changed(aud=["hotich", "may-khac"]),
    "other party": changed(azp="may-khac"),
    "no audience": changed(aud=None),
    "issuer": changed(iss="http://127.0.0.1:1/realms/tinh"),
    "expired": shifted(exp=-361),
    "no end": lacking("exp"),
    "end is a word": changed(exp="9999999999"),
    "of the future": shifted(iat=100),
    "older than the sign-in": shifted(iat=-700),
    "not yet": changed(nbf=2**40),
    "no subject": changed(sub=""),
    "long subject": changed(sub="x" * 10_000),
    "hidden characters": changed(sub="p\x001"),
}


def unsigned(claims: Claims) -> str:
    return f"{encoded({'alg': 'none', 'kid': 'k1'})}.{encoded(claims)}."


def signed_with_the_public_key(claims: Claims) -> str:
    public = signing_key("k1").as_pem(private=False)
    told = f"{encoded({'alg': 'HS256', 'kid': 'k1'})}.{encoded(claims)}"
    mark = hmac.digest(public, told.encode(), "sha256")
    return f"{told}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def signed_by_another(claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, signing_key("k2"))


def with_another_body(claims: Claims) -> str:
    head, _, mark = signed_by_right_key(claims).split(".")
    return f"{head}.{encoded({**claims, 'sub': 'p-9'})}.{mark}"


def signed_by_right_key(claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, signing_key("k1"))


SIGNATURES = {
    "none": unsigned,
    "public key as secret": signed_with_the_public_key,
    "another key": signed_by_another,
    "another body": with_another_body,
    "no token": lambda _: "x.y.z",
    "key that is not published": lambda claims: jwt.encode(
        {"alg": "RS256", "kid": "k3"}, claims, signing_key("k2")
    ),
}


def test_a_statement_that_does_not_hold_lets_nobody_in(
    app: FastAPI, registry: Registry, accounts: Accounts, provider: OpenIdProvider
) -> None:
    came_in = []
    for name, claims in STATEMENTS.items():
        provider.claims = claims
        browser = Browser(app)
        assert browser.get(way_back(browser)).status_code == 401, name
        came_in += [name] if browser.token else []
    provider.claims = dict
    for name, sign in SIGNATURES.items():
        provider.sign = sign
        browser = Browser(app)
        text = text_of(browser.get(way_back(browser)))
        assert "Không kiểm chứng được lời xác nhận" in text, name
        came_in += [name] if browser.token else []
    assert came_in == []
    assert accounts.list() == ()
    reasons = [detail for _, _, detail in said(registry, "sign-in-refused")]
    assert reasons == [{"reason": "token"}] * (len(STATEMENTS) + len(SIGNATURES))
    provider.sign = provider.signed
    browser = Browser(app)
    assert browser.get(way_back(browser)).status_code == 303  # without a fault the same person comes in


def test_a_way_back_belongs_to_one_browser_one_time_and_ten_minutes(
    app: FastAPI, registry: Registry, clock: Clock
) -> None:
    browser, thief = Browser(app), Browser(app)
    back = way_back(browser)
    assert "không bắt đầu ở trình duyệt này" in failure(thief, back)
    way_back(thief)
    assert "không bắt đầu ở trình duyệt này" in failure(thief, back)
    code = parse_qs(urlsplit(back).query)["code"][0]
    cookie = browser._client.cookies.get("hotich-sign-in") or ""
    assert browser.get(back).status_code == 303

    replaying = Browser(app)
    replaying._client.cookies.set("hotich-sign-in", cookie)
    assert "đã dùng" in failure(replaying, back)

    with_old_code = Browser(app)
    state = parse_qs(urlsplit(way_back(with_old_code)).query)["state"][0]
    assert "không nhận lượt" in failure(with_old_code, f"/sign-in/callback?state={state}&code={code}")

    late = Browser(app)
    back = way_back(late)
    clock.pass_(minutes=10)
    assert "hết hạn" in failure(late, back)
    for forged in ("", "a.b.c.d", cookie[:-1] + ("A" if cookie[-1] != "A" else "B"), "x" * 4000):
        other = Browser(app)
        other._client.cookies.set("hotich-sign-in", forged)
        assert "hết hạn" in failure(other, back)
    assert len(said(registry, "signed-in")) == 1


def test_what_the_provider_declines_is_told_without_detail(app: FastAPI) -> None:
    for told in ("error=access_denied&error_description=bi-mat", "iss=http%3A%2F%2Fkhac.test&code=x"):
        browser = Browser(app)
        state = parse_qs(urlsplit(way_back(browser)).query)["state"][0]
        text = failure(browser, f"/sign-in/callback?state={state}&{told}")
        assert "không cho đăng nhập" in text
        assert "bi-mat" not in text
    assert browser.get("/sign-in/callback", params={"code": "x" * 10_000}).status_code == 422


def test_pages_elsewhere_are_not_opened_afterwards(app: FastAPI) -> None:
    for elsewhere in ("https://khac.test/", "//khac.test", "/" + "x" * 10_000):
        browser = Browser(app)
        answer = browser.get(way_back(browser, elsewhere))
        assert answer.headers.get("location") == "/", text_of(answer)


def test_a_cookie_of_a_sign_in_is_hidden_from_scripts_and_over_tls_bound_to_this_host(app: FastAPI) -> None:
    kept = Browser(app, "https://desk.test").get("/sign-in").headers["set-cookie"]
    assert kept.startswith("__Host-hotich-sign-in=")
    assert {"HttpOnly", "Secure", "SameSite=lax"} <= set(kept.split("; "))


def test_without_a_provider_there_is_no_button_and_no_way(registry: Registry, clock: Clock) -> None:
    browser = Browser(create_app(new_site(registry, SCHEMAS, now=clock)))
    assert "/sign-in" not in browser.get("/login").text
    for path in ("/sign-in", "/sign-in/callback?code=x&state=y"):
        assert "chưa mở đăng nhập bằng tài khoản chung" in failure(browser, path)
