"""Physical books in the browser: described, handed over, signed by two people, printed, told when they are late."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI

from pipeline.declarations.ledger import ledger_text
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.pages import LEDGER
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, browser_of

BOOK = {
    "folder": "KS.1999.07", "place": OWN, "kind": "birth", "volume": "07/1999", "shelf": "Kệ 2", "pages": "100",
}  # fmt: skip
NOTE = {
    "books": ["KS.1999.07"], "giver": "Thử Một", "giver_office": "UBND xã Thử", "receiver": "Thử Hai",
    "receiver_office": "Công ty Thử",
}  # fmt: skip


def test_a_book_is_described_handed_over_signed_printed_and_told_when_late(
    chief: Browser, app: FastAPI, accounts: Accounts, clock: Clock, people: dict[tuple[Role, str], str]
) -> None:
    scanner = browser_of(app, accounts, people[Role.OPERATOR, OWN])
    refused = scanner.submit("/custody/books", {**BOOK, "pages": "trăm"})
    assert (refused.status_code, "phải là một số" in refused.text) == (422, True)
    assert scanner.submit("/custody/books", BOOK).status_code == 303
    day = clock().date()
    days = {"handed_on": day.isoformat(), "due_on": (day + timedelta(days=1)).isoformat()}
    made = scanner.submit("/custody/notes", {**NOTE, **days})
    at = made.headers["location"].replace("?made=", "/notes/")
    assert scanner.submit(f"{at}/sign", {"side": "giver"}).status_code == 303
    again = scanner.submit(f"{at}/sign", {"side": "receiver"})
    assert (again.status_code, "đã ký cho bên kia" in again.text) == (422, True)
    assert chief.submit(f"{at}/sign", {"side": "receiver"}).status_code == 303
    assert "Thử Hai, Công ty Thử phiếu" in text_of(chief.get("/custody"))
    paper = chief.get(at)
    assert (paper.content[:5], paper.headers["content-type"]) == (b"%PDF-", "application/pdf")
    read = subprocess.run(
        ["pdftotext", "-", "-"], input=paper.content, capture_output=True, check=True
    ).stdout
    printed = " ".join(read.decode().split())
    assert "Người Thử ký trong chương trình" in printed
    assert people[Role.OPERATOR, OWN] not in printed
    assert people[Role.SUPERVISOR, OWN] not in printed
    assert "quá hẹn chưa trả" not in text_of(chief.get("/custody"))
    clock.pass_(days=3)
    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    assert "1 quyển quá hẹn chưa trả" in text_of(chief.get("/custody"))
    assert "sổ giấy quá hẹn chưa trả" in chief.get("/notices").text
    other = browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])
    assert other.get(at).status_code == 403
    assert "KS.1999.07" not in other.get("/custody").text


def test_who_scans_elsewhere_does_not_describe_a_folder_that_lies_there_unread(
    app: FastAPI, accounts: Accounts, books: Path, people: dict[tuple[Role, str], str]
) -> None:
    folder = books / "KS.1998.03"
    folder.mkdir()
    (folder / "ledger.toml").write_text(ledger_text(LEDGER), encoding="utf-8")
    other = browser_of(app, accounts, people[Role.OPERATOR, OTHER])
    assert other.submit("/custody/books", BOOK | {"folder": folder.name, "place": OTHER}).status_code == 403
    own = browser_of(app, accounts, people[Role.OPERATOR, OWN])
    assert own.submit("/custody/books", BOOK | {"folder": folder.name}).status_code == 303
