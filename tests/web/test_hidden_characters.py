"""Control, direction and zero-width characters are refused wherever people type, and old ones are made visible."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import OWN, browser_of, join

HIDDEN = ["Thử\x00Một", "Thử\x1b[31m Một", "Thử \u202etộM", "Thử\u200bMột", "Thử\ufeffMột", "Thử\u2066Một"]
SAID = "ký tự điều khiển hoặc ký tự ẩn"
SCAN = "d" * 64


@pytest.fixture(scope="module")
def browser(app: FastAPI, accounts: Accounts) -> Browser:
    join(accounts, "go.chu", Role.REVIEWER, OWN)
    return browser_of(app, accounts, "go.chu")


@pytest.fixture(scope="module")
def chief(app: FastAPI, accounts: Accounts) -> Browser:
    join(accounts, "phu.trach.chu", Role.SUPERVISOR, OWN)
    return browser_of(app, accounts, "phu.trach.chu")


@pytest.fixture
def task(browser: Browser) -> tuple[str, int]:
    """A task in hand with its version."""
    shown = browser.send("/desk/next", {"known": []}).text
    number, version = (shown.split(f'data-{name}="')[1].split('"')[0] for name in ("task", "version"))
    return number, int(version)


@pytest.mark.parametrize("text", HIDDEN)
def test_a_value_with_a_hidden_character_is_refused_and_the_rest_is_taken(
    browser: Browser, task: tuple[str, int], text: str
) -> None:
    number, version = task
    token = f"{HIDDEN.index(text):032x}"
    word = {"field": "child_name", "status": "read", "text": text}
    refused = browser.send(
        f"/desk/tasks/{number}/words", {"version": version, "token": token, "words": [word]}
    )
    assert (refused.status_code, SAID in text_of(refused)) == (422, True)
    cell = {**word, "task": int(number), "version": version}
    column = browser.send("/column/words", {"token": token, "words": [cell]})
    assert column.status_code == 422 or column.json()[0]["refused"]
    taken = browser.send(
        f"/desk/tasks/{number}/words",
        {"version": version, "token": token, "words": [{**word, "text": "Nguyễn Thị Ngọc Hường"}]},
    )
    assert taken.status_code == 200


@pytest.mark.parametrize("act", ["skip", "ask", "rescan"])
@pytest.mark.parametrize("text", HIDDEN)
def test_a_reason_with_a_hidden_character_is_refused(
    browser: Browser, task: tuple[str, int], act: str, text: str
) -> None:
    number, _ = task
    refused = browser.send(f"/desk/tasks/{number}/{act}", {"sentence": text})
    assert (refused.status_code, SAID in text_of(refused)) == (422, True)


@pytest.mark.parametrize("text", HIDDEN)
def test_a_name_with_a_hidden_character_is_refused(app: FastAPI, accounts: Accounts, text: str) -> None:
    if not any(one.person.login == "quan.tri.chu" for one in accounts.list()):
        join(accounts, "quan.tri.chu", Role.ADMINISTRATOR)
    administrator = browser_of(app, accounts, "quan.tri.chu")
    form = {"login": "ten.an", "name": text, "role": "reviewer", "everywhere": "1"}
    refused = administrator.submit("/accounts", form)
    assert (refused.status_code, SAID in text_of(refused)) == (422, True)
    assert all(one.person.login != "ten.an" for one in accounts.list())


@pytest.mark.parametrize("field", ["login", "more_places"])
@pytest.mark.parametrize("text", HIDDEN)
def test_a_login_and_a_place_hold_none_either(
    app: FastAPI, accounts: Accounts, field: str, text: str
) -> None:
    if not any(one.person.login == "quan.tri.chu" for one in accounts.list()):
        join(accounts, "quan.tri.chu", Role.ADMINISTRATOR)
    administrator = browser_of(app, accounts, "quan.tri.chu")
    form = {"login": "ten.an", "name": "Người Thử", "role": "reviewer", field: text}
    assert administrator.submit("/accounts", form).status_code == 422


def test_what_was_stored_before_is_shown_with_its_hidden_characters_written_out(
    registry: Registry, chief: Browser
) -> None:
    book_id = registry.book_id(LEDGER, "KS.2010.12")
    registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 1)
    registry.save_page(book_id, page(entry(read("child_name", "Thử \u202etộM")), scan=SCAN), "f1")
    (entry_id,) = registry.entries(book_id)
    shown = chief.get(f"/entries/{entry_id}")
    assert shown.status_code == 200
    assert "\u202e" not in shown.text
    assert "Thử [U+202E]tộM" in shown.text


@pytest.mark.parametrize("days", [7])
def test_a_report_is_made_whatever_a_book_of_before_is_called(
    registry: Registry, chief: Browser, days: int
) -> None:
    registry.book_id(LEDGER, "KS\x1b[31m\u202e2010")
    document = chief.get(f"/reports/bao-cao.pdf?days={days}")
    assert (document.status_code, document.content[:5]) == (200, b"%PDF-")
    books = chief.get("/reports/books")
    assert "[U+202E]2010" in books.text
    assert "\u202e" not in books.text
