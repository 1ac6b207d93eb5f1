"""What the machine learnt of a book, and the figures that an office may send: seen by its supervisors first."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.offices import doubtful, said
from tests.registry.pages import LEDGER, page
from tests.web.browser import Browser, text_of
from tests.web.conftest import OTHER, browser_of

FIELDS = ("child_name", "registrar_name")
SCAN, NAME, ENTRIES = "d" * 64, "KS.2010.41", 6
FILES = "/reports/pilot/ket-qua-thu"


@pytest.fixture(scope="module")
def book_id(registry: Registry) -> int:
    """A book of which people finished all entries."""
    found = registry.book_id(LEDGER, NAME)
    registry.store_scan(found, SCAN, "a.pdf", 1000, ENTRIES)
    for number in range(1, ENTRIES + 1):
        registry.save_page(found, page(doubtful(*FIELDS), scan=SCAN, page_no=number), f"f{number}")
    for entry_id in registry.entries(found):
        registry.decide(entry_id, [said(name, "Thử Mật") for name in FIELDS], author="an")
    return found


@pytest.fixture
def other(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]) -> Browser:
    return browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])


def test_the_picture_of_a_book_stands_beside_its_tables(chief: Browser, other: Browser, book_id: int) -> None:
    assert f'href="/books/{book_id}/learning"' in chief.get(f"/books/{book_id}/entries").text
    page_shown = chief.get(f"/books/{book_id}/learning").text
    assert page_shown.count('<svg xmlns="http://www.w3.org/2000/svg" class="chart lines"') == 2
    assert 'id="table-learning-entries"' in page_shown
    assert other.get(f"/books/{book_id}/learning").status_code == 404


def test_all_that_is_sent_is_seen_before_and_taking_it_is_in_the_audit(
    chief: Browser, registry: Registry, book_id: int
) -> None:
    seen = text_of(chief.get(f"/reports/pilot?book={book_id}"))
    assert "Đây là tất cả những gì có trong tệp" in seen
    told = chief.get(f"{FILES}.json?book={book_id}")
    values = json.loads(told.text)
    assert values["counts"]["finished"] == ENTRIES
    assert "Mật" not in told.text
    assert chief.get(f"{FILES}.pdf?book={book_id}").content.startswith(b"%PDF")
    taken = [one for one in registry.audit().recent(20) if one.action == "pilot-taken"]
    assert len(taken) == 2


def test_books_of_other_places_too_few_entries_and_none_are_refused(
    chief: Browser, other: Browser, book_id: int
) -> None:
    assert NAME not in other.get("/reports/pilot").text
    for address in ("/reports/pilot", f"{FILES}.pdf", f"{FILES}.json"):
        assert other.get(f"{address}?book={book_id}").status_code == 404
        assert chief.get(f"{address}?book={book_id}&book=99999").status_code == 404
    assert chief.get(f"{FILES}.json").status_code == 404
    assert "Cần ít nhất 5 sự kiện" in text_of(chief.get("/reports/pilot?book=1"))
    assert chief.get(f"{FILES}.json?book=1").status_code == 422
