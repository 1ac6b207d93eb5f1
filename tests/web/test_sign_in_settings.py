"""The sign-in through a provider, set in the browser by two people; secrets that are put in and never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.office_secrets import OfficeSecrets
from pipeline.web.supervising.office_work import settings_desk
from pipeline.web.supervising.sign_in_settings import loosened_sign_in
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, browser_of, join
from tests.web.sign_in_provider.openid_provider import CLIENT, OpenIdProvider, running

SECRET = "bi-mat-cua-may-thu-0123456789abcdef"
AT = "/settings/sign-in"
OFFICE = '# ghi chú giữ lại\n[review]\ncheck = "all"\n'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace(tmp_path_factory.mktemp("workspace"))
    made.office.write_text(OFFICE, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def provider(clock: Clock) -> Iterator[OpenIdProvider]:
    with running(clock, SECRET) as one:
        yield one


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock, workspace: Workspace) -> FastAPI:
    office = OfficeDesk(settings=settings_desk(workspace, SCHEMAS), secrets=OfficeSecrets(workspace))
    return create_app(new_site(registry, SCHEMAS, office=office, now=clock))


@pytest.fixture(scope="module")
def administrator(app: FastAPI, accounts: Accounts) -> Browser:
    join(accounts, "quan.tri.mot", Role.ADMINISTRATOR)
    return browser_of(app, accounts, "quan.tri.mot")


@pytest.fixture(scope="module")
def second(app: FastAPI, accounts: Accounts) -> Browser:
    join(accounts, "quan.tri.hai", Role.ADMINISTRATOR)
    return browser_of(app, accounts, "quan.tri.hai")


def filled(browser: Browser, provider: OpenIdProvider, **changed: Any) -> dict[str, Any]:
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', browser.get(AT).text)
    form = {
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "address": "https://hotich.test",
        "claim": "groups",
        "group_name": ["ra-soat", "", ""],
        "group_role": ["reviewer", "reviewer", "reviewer"],
        "group_places": ["00000", "", ""],
        "seen": seen,
    }
    return form | changed


def confirm(browser: Browser, registry: Registry) -> int:
    newest = max(one.change_id for one in registry.open_policy_changes())
    return browser.submit(f"/confirmations/policies/{newest}", {"answer": "confirmed"}).status_code


def test_two_people_switch_it_on_and_the_secret_is_put_in_and_never_shown(
    app: FastAPI,
    registry: Registry,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    workspace: Workspace,
    provider: OpenIdProvider,
    administrator: Browser,
    second: Browser,
) -> None:
    assert "Chưa đặt nơi cấp" in text_of(administrator.submit(f"{AT}/test"))
    form = filled(administrator, provider)
    preview = text_of(administrator.submit(AT, form))
    assert "Nhóm “ra-soat”: (chưa có) → Người rà soát, 00000" in preview
    assert "chờ người thứ hai" in preview
    without = administrator.submit(AT, form | {"confirmed": "yes"})
    assert (without.status_code, "Chưa có “Bí mật đăng nhập" in text_of(without)) == (422, True)

    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    assert chief.submit("/settings/secrets/sign_in", {"secret": SECRET}).status_code == 403
    for wrong in ("", "có dấu", "a\nb", "x" * 2000):
        assert administrator.submit("/settings/secrets/sign_in", {"secret": wrong}).status_code == 422
    short = administrator.submit("/settings/secrets/webhook", {"secret": "ngan"})
    assert short.status_code == 422
    assert "từ 32 đến 1000 ký tự" in short.text
    assert 'action="/settings/secrets/webhook"' in short.text
    assert administrator.submit("/settings/secrets/khac", {"secret": SECRET}).status_code == 404
    put = administrator.submit("/settings/secrets/sign_in", {"secret": SECRET + "-sai"})
    assert put.headers["location"] == "/settings?saved=secret#secrets"
    assert workspace.sign_in_key.read_text() == f"{SECRET}-sai\n"
    assert workspace.sign_in_key.stat().st_mode & 0o777 == 0o600
    shown = administrator.get("/settings").text + administrator.get(AT).text
    assert ("đã có" in shown, SECRET in shown) == (True, False)

    asked = administrator.submit(AT, form | {"confirmed": "yes"})
    assert asked.headers["location"] == "/confirmations?asked=policy"
    assert 'href="/sign-in' not in Browser(app).get("/login").text
    assert confirm(administrator, registry) == 403
    assert confirm(second, registry) == 303
    assert 'href="/sign-in' in Browser(app).get("/login").text, "it holds without a restart"
    assert workspace.office.read_text(encoding="utf-8").startswith("# ghi chú giữ lại")

    assert "không nhận hotich" in text_of(administrator.submit(f"{AT}/test"))
    administrator.submit("/settings/secrets/sign_in", {"secret": SECRET})
    assert "có 1 khóa ký dùng được" in text_of(administrator.submit(f"{AT}/test"))
    assert Browser(app).get("/sign-in").headers["location"].startswith(f"{provider.issuer}/auth?")
    audited = registry.audit().recent(100)
    assert "secret:sign_in" in {row.subject for row in audited if row.action == "secret-put"}
    assert SECRET not in str(audited)

    more = filled(administrator, provider, group_name=["ra-soat", "moi", ""], group_places=["00000", "", ""])
    assert "mã các nơi đăng ký, hay “mọi nơi”" in text_of(administrator.submit(AT, more))
    root = more | {
        "group_role": ["administrator", "", ""],
        "group_name": ["ra-soat"],
        "group_places": ["00000"],
    }
    assert "chọn vai trò" in text_of(administrator.submit(AT, root))
    off = filled(administrator, provider, off="true", confirmed="yes")
    assert administrator.submit(AT, off).headers["location"] == "/settings?saved=sign_in"
    assert 'href="/sign-in' not in Browser(app).get("/login").text, "switching off waits for nobody"
    assert workspace.office.read_text(encoding="utf-8").strip() == OFFICE.strip()


def test_only_what_takes_away_waits_for_nobody() -> None:
    def policy(*groups: tuple[str, str, list[str] | None], **keys: str) -> dict[str, Any]:
        rows = [{"name": name, "role": role, "places": places} for name, role, places in groups]
        return {"issuer": "i", "client_id": "c", "address": "a", "claim": "g", "group": rows} | keys

    review, check = ("r", "reviewer", ["1", "2"]), ("c", "checker", None)
    before = policy(review, check)
    for within in ({}, before, policy(review), policy(("r", "reviewer", ["1"]), ("c", "checker", ["1"]))):
        assert loosened_sign_in(before, within) == [], within
    for wider in (
        policy(check, review),
        policy(check),  # whoever is in both groups was a reviewer and is a checker now
        policy(review, check, ("n", "operator", ["1"])),
        policy(("r", "checker", ["1", "2"]), check),
        policy(("r", "reviewer", None), check),
        policy(review, check, issuer="x"),
    ):
        assert loosened_sign_in(before, wider), wider
    assert loosened_sign_in({}, before)
