"""The door for scans, as a script of the page uses it and as others try to."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from benchmarks.intake.made_scans import encoded, picture
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.scans.inbox.uploads import UploadDesk
from tests.web.browser import Browser, text_of
from tests.web.conftest import OWN, browser_of

SCAN = encoded(picture(), "JPEG")
BOOK = 1


@pytest.fixture
def browser(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]) -> Browser:
    return browser_of(app, accounts, people[Role.OPERATOR, OWN])


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def begun(browser: Browser, name: str, content: bytes = SCAN) -> dict[str, Any]:
    answer = browser.send(f"/uploads/{BOOK}", {"name": name, "size": len(content)})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def piece(
    browser: Browser,
    upload: str,
    content: bytes,
    offset: int = 0,
    headers: dict[str, str] = {},  # noqa: B006
) -> Any:
    sent = {
        "X-CSRF-Token": browser.csrf, "X-SHA256": sha(content), "Content-Type": "application/octet-stream",
        "Accept": "application/json",
    }  # fmt: skip
    path = f"/uploads/{BOOK}/{upload}?offset={offset}"
    return browser.ask("POST", path, content=content, headers=sent | headers)


def test_a_file_in_pieces_becomes_a_scan_and_the_audit_tells_who_sent_it(
    browser: Browser, registry: Registry, uploads: UploadDesk, books: Path
) -> None:
    told = begun(browser, "trang-1.jpg")
    half = len(SCAN) // 2
    assert piece(browser, told["upload"], SCAN[:half]).json() == {"received": half}
    assert begun(browser, "trang-1.jpg")["received"] == half
    assert piece(browser, told["upload"], SCAN[half:], half).json() == {"received": len(SCAN)}
    ended = browser.send(f"/uploads/{BOOK}/{told['upload']}/end", {"sha256": sha(SCAN)})
    assert ended.status_code == 200
    uploads.wait()
    assert browser.get(f"/uploads/{BOOK}").json() == {
        "stored": 1, "checking": 0, "inspected": [0, 0], "half": 0, "flawed": [],
    }  # fmt: skip
    assert (books / "KS.2010.01" / "trang-1.jpg").read_bytes() == SCAN
    noted = next(row for row in registry.audit().recent(10) if row.action == "scan-sent")
    assert (noted.actor, noted.subject) == (f"operator.{OWN}", f"book:{BOOK}")
    assert "Đã nhận 1 tệp" in text_of(browser.get(f"/books/{BOOK}/scans"))


def test_what_is_wrong_with_a_file_is_told_in_words_to_the_script_and_on_the_page(
    browser: Browser, uploads: UploadDesk
) -> None:
    empty = browser.ask(
        "POST",
        f"/uploads/{BOOK}",
        json={"name": "rong.pdf", "size": 0},
        headers={"X-CSRF-Token": browser.csrf, "Accept": "application/json"},
    )
    assert (empty.status_code, "rỗng" in empty.json()["sentence"]) == (422, True)
    no_scan = b"MZ" * 50
    told = begun(browser, "chuong-trinh.pdf", no_scan)
    piece(browser, told["upload"], no_scan)
    browser.send(f"/uploads/{BOOK}/{told['upload']}/end", {"sha256": sha(no_scan)})
    uploads.wait()
    (flawed,) = browser.get(f"/uploads/{BOOK}").json()["flawed"]
    assert (flawed["name"], flawed["state"]) == ("chuong-trinh.pdf", "refused")
    assert flawed["message"] in text_of(browser.get(f"/books/{BOOK}/scans"))


def test_bytes_pass_one_door_only_with_the_token_and_no_longer_than_a_piece(
    browser: Browser, uploads: UploadDesk
) -> None:
    upload = begun(browser, "dai.jpg", bytes(3 << 20))["upload"]
    assert piece(browser, upload, b"x", headers={"X-CSRF-Token": "0" * 64}).status_code == 403
    assert piece(browser, upload, bytes(uploads.options.piece_bytes + 1)).status_code == 413
    assert piece(browser, upload, b"x", headers={"Content-Type": "image/jpeg"}).status_code == 415
    damaged = piece(browser, upload, b"x", headers={"X-SHA256": sha(b"y")})
    assert (damaged.status_code, damaged.json()["code"]) == (422, "upload")
    headers = {"X-CSRF-Token": browser.csrf, "Content-Type": "application/octet-stream"}
    assert browser.ask("POST", "/books/new", content=b"x", headers=headers).status_code == 415
    assert piece(browser, upload, bytes(uploads.options.piece_bytes)).status_code == 200


def test_nobody_goes_on_with_the_upload_of_another(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], browser: Browser
) -> None:
    upload = begun(browser, "cua-toi.jpg")["upload"]
    other = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    assert piece(other, upload, SCAN).status_code == 422
    assert begun(other, "cua-toi.jpg")["upload"] != upload
