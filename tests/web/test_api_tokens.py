"""Tokens of other systems in the browser: administrators see them and end them, and make none alone."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.publishing.model import ApiScope
from pipeline.web.supervising.office_work import read_policies
from pipeline.web.supervising.staff_file_desk import StaffFileDesk
from tests.registry.pages import SCHEMAS
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
    assert browser.submit("/api-tokens", {"name": "moi"}).status_code == 422
    (last,) = registry.audit().recent(1)
    assert (last.actor, last.action, last.subject) == (
        "quan.tri",
        "api-token-revoked",
        "api-token:so-tu-phap",
    )


def test_a_token_is_made_by_two_and_shown_to_the_second_once(
    app: FastAPI, registry: Registry, accounts: Accounts, clock: Clock, tmp_path: Path
) -> None:
    office = tmp_path / "office.toml"
    check = partial(read_policies, declared=SCHEMAS, package=tmp_path / "package.toml")
    desk = StaffFileDesk(office, tmp_path / "history", check)
    site = app.state.site
    app.state.site = replace(site, office=replace(site.office, settings=desk))
    join(accounts, "xin.ma", Role.ADMINISTRATOR)
    join(accounts, "xac.nhan", Role.ADMINISTRATOR)
    asker, second = (browser_of(app, accounts, login) for login in ("xin.ma", "xac.nhan"))
    form = {"name": "cong-dan", "scopes": [ApiScope.ENTRIES], "everywhere": "true", "days": "30"}
    for wrong, words in (({"scopes": []}, "ít nhất một điều"), ({"everywhere": ""}, "ít nhất một nơi")):
        answer = asker.submit("/api-tokens", form | wrong)
        assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert asker.submit("/api-tokens", form).headers["location"] == "/confirmations?asked=policy"
    change = registry.open_policy_changes()[-1]
    assert "cong-dan" not in {token.name for token in site.publishing.tokens()}
    confirmed = {"answer": "confirmed"}
    own = asker.submit(f"/confirmations/policies/{change.change_id}", confirmed)
    assert own.status_code in (403, 422)
    office.write_text("[approval]\nbook = true\n", encoding="utf-8")
    stale = second.submit(f"/confirmations/policies/{change.change_id}", confirmed)
    assert "Thiết lập đã đổi" in text_of(stale)
    office.unlink()
    shown = second.submit(f"/confirmations/policies/{change.change_id}", confirmed)
    (secret,) = re.findall(r"hotich_[\w-]+", shown.text)
    token = site.publishing.token_in_force(secret)
    assert (token is not None and token.name, token is not None and token.places) == ("cong-dan", None)
    again = second.submit(f"/confirmations/policies/{change.change_id}", confirmed)
    assert secret not in again.text
    app.state.site = site
