"""What people type to break in: into every field of every form, into paths, into stored names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.params import Form
from fastapi.routing import APIRoute
from pydantic import BaseModel

from benchmarks.security.route_samples import SAMPLES, TARGET, Sample
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import AccountError, Role
from pipeline.web.app import create_app, new_site
from pipeline.web.routes import ROUTERS
from pipeline.web.security.access import ACCESS, BY_ROUTE
from pipeline.web.security.middleware import Rate, ReviewOptions
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import browser_in, browser_of, join
from tests.web.routes import routes_of

MARK = "hotichxss"
PAYLOADS = [
    f"<script>alert('{MARK}')</script>",
    f'"><img src=x onerror={MARK}>',
    f"'-{MARK}-'",
    f"{{{{ 7*7 }}}}{{% raw %}}{MARK}",
    "' OR '1'='1' --",
    "'; DROP TABLE account; --",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "a\x00b",
    "\r\nSet-Cookie: hotich=x",
    "\u202enơi\u200b\ufeff",
    "$(id) `id` | id",
    "%s%n%x",
    "9" * 400,
    "ế" * 1_000 + "e" * 19_000,
    "=HYPERLINK(1)",
    "\ud7ff\uffff\U0001f600",
]


def form_fields() -> Iterator[tuple[str, str]]:
    """Every field that any form takes: path and field."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for field in route.dependant.body_params:
                    model = field.field_info.annotation
                    names = [field.alias]
                    if isinstance(field.field_info, Form) and isinstance(model, type):
                        names = list(model.model_fields) if issubclass(model, BaseModel) else names
                    yield from ((route.path, name) for name in names)


FIELDS = sorted(set(form_fields()))


def may_change(path: str) -> bool:
    """Whether supervisors may send that form."""
    access = BY_ROUTE["POST", path]
    return access.roles is not None and Role.SUPERVISOR in access.roles and path != "/password"


@pytest.fixture(scope="module")
def chief(accounts: Accounts) -> str:
    join(accounts, "phu.trach.moi", Role.SUPERVISOR)
    return "phu.trach.moi"


@pytest.fixture(autouse=True, scope="module")
def administrator(accounts: Accounts) -> str:
    join(accounts, "quan.tri", Role.ADMINISTRATOR)
    return "quan.tri"


@pytest.fixture(scope="module")
def open_app(registry: Registry, clock: Clock) -> FastAPI:
    """An application that never slows anybody down."""
    free = Rate(burst=10**9, per_second=1e9)
    return create_app(new_site(registry, SCHEMAS, ReviewOptions(requests=free, logins=free), now=clock))


class Elements(HTMLParser):
    """What a browser would make of a page: every element with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@lru_cache(maxsize=32)
def is_inert(page: str) -> bool:
    """Whether nothing of a payload became an element, an attribute or a script; most payloads are answered alike."""
    return not any(
        tag in {"iframe", "object"}
        or (tag == "img" and "src" in attributes and not (attributes["src"] or "").startswith("/pictures/"))
        or (tag == "script" and not (attributes.get("src") or "").startswith("/static/"))
        or any(name.startswith("on") for name in attributes)
        or any((value or "").startswith("javascript:") for value in attributes.values())
        for tag, attributes in Elements(page).found
    )


def test_the_check_itself_knows_what_runs() -> None:
    assert not any(
        map(is_inert, ("<script>1</script>", "<p><img src=x>", "<a href='javascript:1'>", "<p onclick=x>"))
    )
    assert is_inert("<input value='&#34;&gt;&lt;img src=x onerror=1&gt;'>")


def test_forms_with_fields_were_found() -> None:
    assert {("/login", "login"), ("/password", "old"), ("/accounts", "name")} <= set(FIELDS)


def may_administer(path: str) -> bool:
    """Whether a form of an administrator comes further than to the refusal of the role."""
    roles = BY_ROUTE["POST", path].roles
    return roles is None or Role.ADMINISTRATOR in roles


@pytest.mark.parametrize(
    ("path", "field"), [one for one in FIELDS if may_administer(one[0]) or not may_change(one[0])]
)
def test_a_field_takes_anything_without_breaking(
    open_app: FastAPI, accounts: Accounts, clock: Clock, administrator: str, path: str, field: str
) -> None:
    try:
        accounts.create(TARGET, "Người Mẫu", Role.REVIEWER, [])
    except AccountError:
        accounts.activate(TARGET)
    sample = SAMPLES.get(("POST", path), Sample())
    address = path
    for name, value in sample.path.items():
        address = address.replace(f"{{{name}}}", value)
    browser = Browser(open_app) if path == "/login" else browser_in(open_app, accounts, administrator)
    for payload in PAYLOADS:
        if path in {"/login", "/password"}:
            clock.pass_(minutes=16)  # so that no lock hides what a try would do
            browser.get(path)
        answer = browser.submit(address, {**sample.form, field: payload})
        assert answer.status_code < 500, payload
        assert answer.headers.get("set-cookie", "").count("hotich=x") == 0
        assert is_inert(answer.text)
        assert "49" not in text_of(answer) or "7*7" not in payload
    assert is_inert(browser_in(open_app, accounts, administrator).get("/accounts").text)
    assert len(accounts.list()) >= 2


@pytest.mark.parametrize(("path", "field"), [one for one in FIELDS if may_change(one[0])])
def test_a_field_of_a_supervisor_takes_anything_without_breaking(
    open_app: FastAPI, accounts: Accounts, chief: str, path: str, field: str
) -> None:
    sample, browser = SAMPLES.get(("POST", path), Sample()), browser_in(open_app, accounts, chief)
    address = re.sub("{[a-z_]+}", "1", path)
    for payload in PAYLOADS:
        if sample.json is None:
            answer = browser.submit(address, {**sample.form, field: payload})
        else:
            answer = browser.send(address, {**sample.json, field: payload})
        assert answer.status_code != 500, payload
        assert is_inert(answer.text)


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30, -(2**63)])
def test_a_number_beyond_any_row_is_no_fault(
    open_app: FastAPI, accounts: Accounts, chief: str, number: int
) -> None:
    browser = browser_in(open_app, accounts, chief)
    for access in ACCESS:
        if access.roles is None or Role.SUPERVISOR not in access.roles or access.path == "/logout":
            continue
        address = re.sub("{[a-z_]+}", str(number), access.path)
        sample = SAMPLES.get((access.method, access.path), Sample())
        body = {
            name: number if isinstance(value, int) else value for name, value in (sample.json or {}).items()
        }
        asked = [f"{address}?book={number}&days={number}&after={number}&year={number}"]
        if access.method == "GET":
            answers = [browser.get(one) for one in (address, *asked)]
        elif sample.json is not None:
            answers = [browser.send(address, body)]
        else:
            answers = [browser.submit(address, sample.form)]
        assert all(answer.status_code != 500 for answer in answers), (access.path, number)
    words = [{"field": "child_name", "status": "read", "text": "x", "task": number, "version": number}]
    answer = browser.send("/column/words", {"token": "0" * 32, "words": words})
    assert answer.status_code == 422
    assert browser.send("/desk/next", {"known": [number]}).status_code == 422
    assert browser.submit("/lots", {"books": [str(number)]}).status_code == 422


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_parameter_of_a_path_takes_anything_without_breaking(
    open_app: FastAPI, accounts: Accounts, administrator: str, payload: str
) -> None:
    browser = browser_in(open_app, accounts, administrator)
    short = quote(payload[:500], safe="")
    for path in (f"/accounts/{short}", f"/static/{short}", f"/login?next={short}", f"/{short}"):
        answer = browser.get(path)
        assert answer.status_code in {200, 303, 404}
        assert is_inert(answer.text)
    for change in ("reset", "deactivate", "activate", "duties"):
        answer = browser.submit(f"/accounts/{short}/{change}", {"role": "reviewer"})
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("name", PAYLOADS[:4])
def test_a_stored_name_is_shown_as_it_is_and_runs_nowhere(
    open_app: FastAPI, accounts: Accounts, administrator: str, name: str
) -> None:
    login = f"ten.la{PAYLOADS.index(name)}"
    join(accounts, login, Role.REVIEWER, name=name)
    pages = [
        browser_in(open_app, accounts, administrator).get("/accounts"),
        browser_in(open_app, accounts, administrator).get(f"/accounts/{login}"),
        browser_of(open_app, accounts, login).get("/"),
    ]
    for page in pages:
        assert MARK in page.text
        assert is_inert(page.text)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/..\\app.py",
        "/static/vendor/../../access.py",
        "/static/vendor",
        "/static/",
        "/static/site.css%00.png",
    ],
)
def test_nothing_outside_the_static_files_can_be_reached(app: FastAPI, path: str) -> None:
    answer = Browser(app).get(path)
    assert answer.status_code in {303, 404, 405}
    assert "def " not in answer.text
    assert "root:" not in answer.text


def test_a_link_in_the_static_folder_would_not_be_followed_out_of_it(app: FastAPI) -> None:
    (mount,) = [route for route in app.routes if getattr(route, "path", "") == "/static"]
    assert mount.app.follow_symlink is False  # type: ignore[attr-defined]


def test_a_body_that_is_too_long_is_refused_whatever_its_header_says(
    app: FastAPI, accounts: Accounts, administrator: str
) -> None:
    browser = browser_of(app, accounts, administrator)
    long = browser.submit("/accounts", {"name": "x" * 300_000})
    assert (long.status_code, "quá dài" in text_of(long)) == (413, True)

    def blocks() -> Iterator[bytes]:
        yield b"name="
        for _ in range(40):
            yield b"x" * 10_000

    form = {"content-type": "application/x-www-form-urlencoded", "x-csrf-token": browser.csrf}
    assert browser.ask("POST", "/accounts", content=blocks(), headers=form).status_code == 413


def test_one_address_that_asks_without_end_is_slowed_down(registry: Registry) -> None:
    app = create_app(new_site(registry, SCHEMAS, ReviewOptions(requests=Rate(burst=5, per_second=0.0))))
    browser = Browser(app)
    answers = [browser.get("/healthz") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "đợi một phút" in text_of(answers[-1])
    assert "content-security-policy" in answers[-1].headers


def test_no_page_describes_the_application_to_strangers(app: FastAPI) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert Browser(app).get(path).status_code == 404


def test_every_route_was_walked(app: FastAPI) -> None:
    posts = {route.path for route in routes_of(app) if "POST" in (route.methods or ()) and route.body_field}
    assert posts == {path for path, _ in FIELDS}
