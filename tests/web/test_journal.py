"""Logs tell routes and places in the code, and never a name, a password or a token."""

from __future__ import annotations

import logging

import pytest
from fastapi import FastAPI

from pipeline.base.errors import RegistryError
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.app import create_app, new_site
from pipeline.web.security import access
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.conftest import PASSWORD, browser_of, join

SEEDED = ("Đinh Thị Mẫu Đơn", "Lò Văn Thử Nghiệm")
WRONG = "mật khẩu gõ sai lần này"


class Fault(Exception):
    """An error whose text holds a name, as errors of drivers do."""


@pytest.fixture
def faulty(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """An application two of whose routes fail."""
    app = create_app(new_site(registry, SCHEMAS))
    for path in ("/fault", "/refusal"):
        monkeypatch.setitem(access.BY_ROUTE, ("GET", path), access.Access("GET", path, access.EVERYBODY))

    @app.get("/fault")
    def fault() -> None:
        raise Fault(SEEDED[0])

    @app.get("/refusal")
    def refusal() -> None:
        raise RegistryError("Sổ này đã khóa. Hãy chọn sổ khác.")

    return app


def test_a_fault_is_a_page_without_details_and_a_log_line_with_the_place(
    faulty: FastAPI, registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    join(registry.accounts(), "an.tran", Role.REVIEWER)
    browser = browser_of(faulty, registry.accounts(), "an.tran")
    answer = browser.get("/fault")
    assert (answer.status_code, "Chương trình gặp lỗi" in text_of(answer)) == (500, True)
    assert "content-security-policy" in answer.headers
    assert SEEDED[0] not in answer.text + caplog.text
    assert "Fault at test_journal.py:" in caplog.text
    fragment = browser.get("/fault", headers={"HX-Request": "true"})
    assert fragment.text.startswith("<p ")


def test_an_error_for_people_is_shown_to_them(faulty: FastAPI, registry: Registry) -> None:
    answer = browser_of(faulty, registry.accounts(), "an.tran").get("/refusal")
    assert (answer.status_code, "Sổ này đã khóa" in text_of(answer)) == (422, True)


def test_no_log_holds_a_name_a_password_a_login_or_a_token(
    app: FastAPI,
    accounts: Accounts,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    first = accounts.create("mau.don", SEEDED[0], Role.ADMINISTRATOR, None)
    browser = Browser(app)
    browser.log_in("mau.don", WRONG)
    browser.log_in(SEEDED[1], WRONG)
    browser.log_in("mau.don", first)
    browser.submit("/password", {"old": first, "new": PASSWORD, "again": PASSWORD})
    token = browser.token
    browser.submit("/accounts", {"login": "lo.van", "name": SEEDED[1], "role": "reviewer"})
    assert SEEDED[1] in browser.get("/accounts").text
    browser.submit("/accounts", {"login": "lo.van", "name": SEEDED[1], "role": SEEDED[1]})
    browser.get(f"/search/{SEEDED[1]}?q={SEEDED[1]}")
    browser.get(f"/accounts/{SEEDED[1]}")
    browser.submit("/accounts/lo.van/reset")
    browser.submit("/logout")
    lines = _logged(caplog)
    assert any(line.startswith("POST /accounts 200") for line in lines)
    assert any(line.startswith("GET - 404") for line in lines)
    logged = "\n".join(lines) + "".join(capfd.readouterr())
    for secret in (*SEEDED, *SEEDED[0].split(), "mau.don", "lo.van", WRONG, PASSWORD, first, token):
        assert secret not in logged
    assert "Traceback" not in logged


def _logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged, by whomever; only the test's own browser (httpx) tells the addresses that it asks for."""
    return [
        record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    ]
