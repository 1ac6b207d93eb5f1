"""A book in the browser of a supervisor: its entries, narrowed and in pages, and its pages one after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI

from pipeline.base.model import PageRef
from pipeline.base.stages import Stage
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.books.model import ListedEntry, PagePosition
from pipeline.web.supervising.entry_list import ROWS, EntryFilter, entry_list
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import OTHER, OWN, browser_of

SCRIPT = "<script>alert(1)</script>"
FIRST, SECOND = "d" * 64, "e" * 64


@pytest.fixture(scope="module")
def book_id(registry: Registry) -> int:
    """A book of two scans, ``10.pdf`` before ``9.pdf`` in the registry; its last page was never read."""
    made = registry.book_id(LEDGER, "KS.2010.14")
    for scan, name, pages, number in (
        (FIRST, "10.pdf", 2, "101/2010"),
        (SECOND, f"9{SCRIPT}.pdf", 1, "9/2010"),
    ):
        registry.store_scan(made, scan, name, 1000, pages)
        words = read("entry_number", number), read("child_name", "Thử Một", accepted=scan == FIRST)
        registry.save_page(made, page(entry(*words), scan=scan), "f1")
    return made


def listed(number: int, *, waits: bool = False, amended: int = 0) -> ListedEntry:
    stage = Stage.REVIEW if waits else Stage.SETTLED
    ref = PageRef(FIRST, number)
    return ListedEntry(
        number,
        ref,
        "a.pdf",
        PagePosition("a.pdf", ref.page_no),
        0,
        "birth",
        f"{number:02}/2010",
        "",
        "",
        stage,
        0,
        amended,
    )


def test_a_list_is_narrowed_by_state_and_number() -> None:
    entries = [listed(1), listed(2, waits=True), listed(3, amended=2), listed(12)]

    def found(state: str = "", number: str = "") -> list[int]:
        return [one.entry_id for one in entry_list(entries, EntryFilter(state=state, number=number)).rows]

    assert found() == [1, 2, 3, 12]
    assert found(state="waiting") == [2]
    assert found(state="settled") == [1, 3, 12]
    assert found(state="amended") == [3]
    assert found(state="unknown") == [1, 2, 3, 12]
    assert found(number="2") == found(number="02/2010") == found(number=" 2/2010 ") == [2]
    assert found(number="2", state="settled") == []
    backwards = [replace(listed(12), number=""), *reversed(entries[:3])]
    assert [one.entry_id for one in entry_list(backwards, EntryFilter(order="number")).rows] == [1, 2, 3, 12]
    dated = [
        replace(listed(1), registered_on="05.02.2010"),
        replace(listed(2), registered_on="11.01.2010"),
        listed(3),
    ]
    assert [one.entry_id for one in entry_list(dated, EntryFilter(order="day")).rows] == [2, 1, 3]
    counted = entry_list(entries, EntryFilter(state="waiting")).counts
    assert [count for _, _, count in counted] == [1, 3, 1]


def test_a_long_list_comes_in_pages() -> None:
    entries = [listed(number) for number in range(1, 2 * ROWS + 2)]
    seen = [one.entry_id for sheet in (1, 2, 3) for one in entry_list(entries, EntryFilter(sheet=sheet)).rows]
    assert seen == [one.entry_id for one in entries]
    last = entry_list(entries, EntryFilter(sheet=99))
    assert (last.sheet, last.sheets, len(last.rows)) == (3, 3, 1)
    assert entry_list([], EntryFilter(sheet=2)).sheets == 1
    assert EntryFilter(state="waiting", number="7").query(sheet=2) == "state=waiting&number=7&sheet=2"


def test_from_the_books_to_the_entries_to_the_pages_in_the_order_of_the_scans(
    chief: Browser, registry: Registry, book_id: int
) -> None:
    assert f'href="/books/{book_id}/entries"' in chief.get("/books").text
    shown = chief.get(f"/books/{book_id}/entries")
    assert SCRIPT not in shown.text
    entry_ids = list(reversed(registry.entries(book_id)))
    places = [shown.text.index(f'href="/entries/{entry_id}"') for entry_id in entry_ids]
    assert places == sorted(places)
    pages = [
        f"/books/{book_id}/pages/{scan}/{page_no}" for scan, page_no in ((SECOND, 1), (FIRST, 1), (FIRST, 2))
    ]
    assert all(f'href="{address}"' in shown.text for address in pages[:2])
    for place, address in enumerate(pages):
        leaf = chief.get(address)
        assert leaf.status_code == 200, address
        around = {other for other in pages if f'href="{other}"' in leaf.text}
        assert around >= set(pages[max(0, place - 1) : place + 2]) - {address}
        assert f"{place + 1} / 3" in text_of(leaf)
        assert SCRIPT not in leaf.text
    assert "chưa đọc" in text_of(chief.get(pages[2]))
    assert f'href="/books/{book_id}/entries"' in chief.get(f"/entries/{entry_ids[0]}").text


def test_only_the_pages_that_the_book_has_are_there(chief: Browser, book_id: int) -> None:
    for address in (f"{FIRST}/3", f"{'9' * 64}/1"):
        assert chief.get(f"/books/{book_id}/pages/{address}").status_code == 404
    assert chief.get(f"/books/{book_id}/pages/{'x' * 64}/1").status_code == 404
    assert chief.get("/books/999999/entries").status_code == 404


def test_who_scans_is_not_led_to_what_they_may_not_see(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], book_id: int
) -> None:
    scanner = browser_of(app, accounts, people[Role.OPERATOR, OWN])
    assert "/entries" not in scanner.get("/books").text
    assert "/entries" not in scanner.get(f"/books/{book_id}/scans").text
    elsewhere = browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])
    assert elsewhere.get(f"/books/{book_id}/entries").status_code == 403
