"""A telephone sends photographs of one book in the name of the person at whose screen it got its code."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from benchmarks.intake.made_scans import encoded, picture
from pipeline.layout.imaging.qr_codes import qr_path, read_qr_codes
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.logins import csrf_of
from pipeline.registry.accounts.model import Role
from pipeline.scans.inbox.uploads import UploadDesk
from pipeline.web.routes.phones import is_local
from pipeline.web.security.phone_passes import PhonePasses
from tests.registry.pages import LEDGER
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, PASSWORD, browser_of

PHOTO = encoded(picture(80), "JPEG")


@pytest.fixture
def screen(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]) -> Browser:
    return browser_of(app, accounts, people[Role.OPERATOR, OWN])


def code_on(screen: Browser, book: int = 1) -> str:
    """The path that the code on the screen leads to."""
    shown = screen.submit(f"/books/{book}/phone")
    assert shown.status_code == 200
    found = re.search(r"/phone/[\w-]{40,}", decoded(shown.text))
    assert found is not None
    return found[0]


def decoded(page: str) -> str:
    """The text in the QR code of a page, drawn as a browser draws it."""
    import numpy as np

    (side,) = re.findall(r'viewBox="0 0 (\d+) \1"', page)
    pixels = np.full((int(side), int(side)), 255, np.uint8)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", html.unescape(page)):
        pixels[int(y), int(x)] = 0
    (text,) = read_qr_codes(pixels.repeat(4, 0).repeat(4, 1))
    return text


def opened(app: FastAPI, path: str) -> Browser:
    """A telephone that has used a code."""
    phone = Browser(app)
    phone.get(path)
    assert phone.submit(path).headers.get("location") == "/phone"
    return phone


def ask(phone: Browser, path: str, **options: Any) -> Any:
    """As the page of the telephone does: with the token of its pass."""
    token = csrf_of(phone._client.cookies.get("hotich-phone") or "")
    headers = {"X-CSRF-Token": token, "Accept": "application/json", **options.pop("headers", {})}
    return phone.ask("POST", path, headers=headers, **options)


def send(phone: Browser, name: str = "anh-1.jpg", book: int = 1) -> Any:
    begun = ask(phone, f"/uploads/{book}", json={"name": name, "size": len(PHOTO)})
    if begun.status_code != 200:
        return begun
    upload = begun.json()["upload"]
    digest = hashlib.sha256(PHOTO).hexdigest()
    headers = {"Content-Type": "application/octet-stream", "X-SHA256": digest}
    ask(phone, f"/uploads/{book}/{upload}?offset=0", content=PHOTO, headers=headers)
    return ask(phone, f"/uploads/{book}/{upload}/end", json={"sha256": digest})


def test_a_photograph_goes_into_the_book_in_the_name_of_the_person_at_the_screen(
    app: FastAPI, screen: Browser, uploads: UploadDesk, books: Path, registry: Registry
) -> None:
    phone = opened(app, code_on(screen))
    page = phone.get("/phone")
    assert "quyển 01/2010" in text_of(page)
    assert "Đăng xuất" not in page.text
    assert f'content="{csrf_of(phone._client.cookies.get("hotich-phone") or "")}"' in page.text
    assert send(phone).status_code == 200
    uploads.wait()
    assert (books / "KS.2010.01" / "anh-1.jpg").read_bytes() == PHOTO
    assert (
        next(row for row in registry.audit().recent(9) if row.action == "scan-sent").actor
        == f"operator.{OWN}"
    )


def test_a_code_works_once_and_not_for_long_and_looking_at_it_uses_nothing(
    app: FastAPI, screen: Browser, clock: Clock
) -> None:
    path = code_on(screen)
    for _ in range(3):
        assert "Bắt đầu" in text_of(Browser(app).get(path))
    opened(app, path)
    late = Browser(app)
    assert "đã dùng rồi" in text_of(late.get(path))
    assert late.submit(path).headers.get("set-cookie", "").count("hotich-phone") == 0
    path = code_on(screen)
    clock.pass_(minutes=16)
    assert "hết hạn" in text_of(Browser(app).get(path))


def test_a_pass_opens_nothing_but_the_door_of_its_book(
    app: FastAPI, screen: Browser, registry: Registry
) -> None:
    phone = opened(app, code_on(screen))
    other = registry.book_id(LEDGER, "KS.2010.09")
    assert send(phone, book=other).status_code == 403
    for path in ("/", "/books", "/books/1/scans", "/tickets", "/runs", "/desk", "/books/1"):
        assert phone.get(path).headers["location"].startswith("/login")
    assert ask(phone, "/runs/1").status_code in {401, 403}


def test_a_pass_ends_with_the_session_at_the_screen(
    app: FastAPI, screen: Browser, accounts: Accounts
) -> None:
    phone = opened(app, code_on(screen))
    screen.submit("/logout")
    assert send(phone).status_code == 401
    assert phone.get("/phone").headers["location"].startswith("/login")


def test_a_pass_of_who_scans_no_more_sends_nothing(app: FastAPI, accounts: Accounts) -> None:
    first = accounts.create("doi.viec", "Người Thử", Role.OPERATOR, [OWN])
    session = accounts.authenticate("doi.viec", first, "test")
    accounts.change_password(session, first, PASSWORD, "test")
    phone = opened(app, code_on(browser_of(app, accounts, "doi.viec")))
    accounts.set_duties("doi.viec", Role.REVIEWER, [OWN])
    assert send(phone).status_code == 403


def test_the_token_of_the_screen_is_not_that_of_the_telephone(app: FastAPI, screen: Browser) -> None:
    phone = opened(app, code_on(screen))
    body = {"name": "a.jpg", "size": 5}
    refused = phone.ask("POST", "/uploads/1", json=body, headers={"X-CSRF-Token": screen.csrf})
    assert refused.status_code == 403


def test_the_code_says_when_no_telephone_can_follow_it() -> None:
    assert [is_local(one) for one in ("127.0.0.1", "localhost", "::1", "may-chu", "10.0.0.7")] == [
        True
    ] * 3 + [False] * 2
    side, ink = qr_path("http://10.0.0.7:8000/phone/x")
    assert side > 20
    assert ink.startswith("M4 4")


def test_one_screen_pushes_out_no_telephone_of_another() -> None:
    passes = PhonePasses(lambda: datetime(2026, 3, 2, tzinfo=UTC))
    other = passes.use_code(passes.new_code("binh", 1))
    codes = [passes.new_code("an", 1) for _ in range(1100)]
    assert [passes.is_code(code) for code in (codes[0], codes[-1])] == [False, True]
    for code in codes[-20:]:
        assert passes.use_code(code)
    assert passes.pass_of(other) is not None
    late = passes.new_code("binh", 1)
    for _ in range(1100):
        passes.new_code("an", 1)
    assert passes.is_code(late)
