"""A supervisor corrects the cover of a book in the browser, after seeing what hangs on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI

from pipeline.declarations.ledger import ledger_words
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import OTHER, OWN, browser_of

SCAN = "c" * 64
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def book_id(registry: Registry) -> int:
    made = registry.book_id(replace(LEDGER, volume="21/2010"), "KS.2010.21")
    registry.store_scan(made, SCAN, "a.pdf", 1000, 1)
    registry.save_page(made, page(entry(read("entry_number", "11/2010")), scan=SCAN), "f1")
    return made


def test_a_correction_is_shown_then_made(
    app: FastAPI,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    registry: Registry,
    book_id: int,
) -> None:
    supervisor = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    place = f"/books/{book_id}"
    cover = ledger_words(registry.known_book(book_id).ledger)
    assert "21/2010" in supervisor.get(place).text
    wrong = supervisor.submit(place, {**cover, "volume": "2011", "reason": "x"})
    assert (wrong.status_code, "quyển/năm" in text_of(wrong)) == (422, True)
    same = supervisor.submit(place, {**cover, "reason": "x"})
    assert (same.status_code, "không có gì để sửa" in text_of(same)) == (422, True)
    right = {**cover, "volume": "22/2010", "series": "quá hạn", "entries": "7", "reason": SCRIPT}
    shown = supervisor.submit(place, right)
    assert "quyển số: 21/2010 → 22/2010" in text_of(shown)
    assert "1 trang sẽ được đọc lại" in text_of(shown)
    assert registry.book_corrections(book_id) == ()
    unreasoned = supervisor.submit(place, {**right, "reason": " ", "apply": "1"})
    assert (unreasoned.status_code, registry.book_corrections(book_id)) == (422, ())
    done = supervisor.submit(place, {**right, "apply": "1"})
    assert (done.status_code, done.headers["location"]) == (303, f"{place}?done=corrected")
    after = supervisor.get(done.headers["location"])
    assert SCRIPT not in after.text
    assert "loại quyển: thường → quá hạn" in text_of(after)
    (one,) = registry.book_corrections(book_id)
    assert (one.author, one.new["entries"]) == (people[Role.SUPERVISOR, OWN], "7")
    elsewhere = supervisor.submit(place, {**right, "place_code": OTHER, "apply": "1"})
    assert elsewhere.status_code == 403
    assert registry.known_book(book_id).ledger.place_code == LEDGER.place_code


def test_a_corrected_place_has_its_code_doubted(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], registry: Registry, book_id: int
) -> None:
    supervisor, at = browser_of(app, accounts, people[Role.SUPERVISOR, OWN]), f"/books/{book_id}"
    cover = ledger_words(registry.known_book(book_id).ledger)
    moved = {**cover, "place": "UBND xã Tân Hòa, huyện Tân Hiệp, tỉnh Kiên Giang", "reason": "nhầm nơi"}
    doubted = supervisor.submit(at, moved)
    assert (doubted.status_code, "mã 30860 theo danh mục" in text_of(doubted)) == (422, True)
    assert f'name="sure" value="{OWN}"' in doubted.text
    assert supervisor.submit(at, {**moved, "apply": "1"}).status_code == 422
    assert registry.book_corrections(book_id) == ()
    shown = supervisor.submit(at, {**moved, "sure": OWN})
    assert (shown.status_code, f'name="sure" value="{OWN}"' in shown.text) == (200, True)
    assert supervisor.submit(at, {**moved, "sure": OWN, "apply": "1"}).status_code == 303
    assert registry.known_book(book_id).ledger.place == moved["place"]


def test_a_book_that_a_run_reads_is_left_alone(
    app: FastAPI,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    registry: Registry,
    book_id: int,
) -> None:
    supervisor: Browser = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    cover = ledger_words(registry.known_book(book_id).ledger)
    with registry.lock_book(book_id, 60.0):
        told = supervisor.submit(
            f"/books/{book_id}", {**cover, "closed_on": "31.12.2010", "reason": "x", "apply": "1"}
        )
    assert (told.status_code, "lượt chạy khác" in text_of(told)) == (422, True)
    assert registry.known_book(book_id).ledger.closed_on == ""
