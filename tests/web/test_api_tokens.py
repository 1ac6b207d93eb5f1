"""Tokens of other systems in the browser: administrators see them and end them, and make none."""

from __future__ import annotations

from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.publishing.model import ApiScope
from tests.web.browser import text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, browser_of, join


def test_an_administrator_sees_when_a_token_was_used_and_ends_it_once(
    app: FastAPI, registry: Registry, accounts: Accounts, clock: Clock
) -> None:
    join(accounts, "quan.tri", Role.ADMINISTRATOR)
    publishing = registry.publishing(clock)
    made = publishing.create_token(
        "so-tu-phap", [ApiScope.BOOKS, ApiScope.SEARCH], [OWN], 9, author="console"
    )
    browser = browser_of(app, accounts, "quan.tri")
    page = browser.get("/api-tokens")
    assert "tra cứu" in text_of(page)
    assert "chưa lần nào" in text_of(page)
    assert made.secret not in page.text
    assert browser.ask("POST", "/api-tokens/so-tu-phap/revoke", data={"csrf": "0"}).status_code == 403
    assert publishing.token_in_force(made.secret) is not None
    assert browser.submit("/api-tokens/so-tu-phap/revoke").headers["location"] == "/api-tokens"
    assert publishing.token_in_force(made.secret) is None
    again = browser.submit("/api-tokens/so-tu-phap/revoke")
    assert (again.status_code, "đã bị thu hồi" in text_of(again)) == (422, True)
    assert browser.submit("/api-tokens/khong-co/revoke").status_code == 404
    assert browser.submit("/api-tokens", {"name": "moi"}).status_code == 405
    (last,) = registry.audit().recent(1)
    assert (last.actor, last.action, last.subject) == (
        "quan.tri",
        "api-token-revoked",
        "api-token:so-tu-phap",
    )
