"""What every response carries, whatever became of the request."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.rendering import ROOM, static_url
from pipeline.web.security.middleware import ALWAYS, CONTENT_SECURITY_POLICY
from tests.web.browser import Browser
from tests.web.conftest import browser_in, join

TEMPLATES = sorted((ROOM / "templates").rglob("*.html"))


@pytest.fixture(autouse=True, scope="module")
def person(accounts: Accounts) -> str:
    join(accounts, "an.tran", Role.ADMINISTRATOR)
    return "an.tran"


ASKED = [
    ("GET", "/login", 200),
    ("GET", "/", 200),
    ("GET", "/accounts", 200),
    ("GET", "/nothing", 404),
    ("POST", "/login", 403),
    ("PUT", "/login", 405),
    ("GET", "/static/site.css", 200),
    ("GET", static_url("site.css"), 200),
    ("GET", "/static/nothing.css", 404),
    ("GET", "/healthz", 200),
    ("GET", "/accounts/khong.co", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), ASKED)
def test_every_response_says_what_a_browser_may_do_with_it(
    app: FastAPI, accounts: Accounts, person: str, method: str, path: str, status: int
) -> None:
    browser = Browser(app) if path == "/login" else browser_in(app, accounts, person)
    answer = browser.ask(method, path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "server" not in answer.headers
    kept = {"/static/site.css": "no-cache", static_url("site.css"): "public, max-age=86400"}
    assert answer.headers["cache-control"] == kept.get(path, "no-store")


def test_the_policy_lets_nothing_in_from_elsewhere_and_no_script_or_style_within_a_page() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert not re.search(r"\*|https?:|data:", CONTENT_SECURITY_POLICY)
    for rule in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"):
        assert rule in CONTENT_SECURITY_POLICY


def test_over_tls_browsers_are_told_to_stay_there(app: FastAPI) -> None:
    assert "strict-transport-security" in Browser(app, "https://desk.test").get("/login").headers
    assert "strict-transport-security" not in Browser(app).get("/login").headers


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_needs_what_the_policy_forbids(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert (
        re.findall(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|hx-on|\|\s*safe", text) == []
    )
    assert re.findall(r"(?:src|href|action)=\"(?:https?:)?//", text) == []


def test_no_stylesheet_or_script_of_ours_asks_for_anything_elsewhere() -> None:
    for path in (ROOM / "static").rglob("*.*"):
        if path.suffix in {".css", ".js"}:
            assert re.findall(
                r"url\(\W*(?:https?:)?//|@import|\beval\(", path.read_text(encoding="utf-8")
            ) == [] or (path.name == "htmx.min.js")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_the_token(template: Path) -> None:
    for form in re.findall(r"<form.*?</form>", template.read_text(encoding="utf-8"), re.DOTALL):
        assert re.search('method="(get|dialog)"', form) or "fragments/csrf.html" in form
