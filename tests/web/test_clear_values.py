"""What left the queue by itself is shown to supervisors with its reason, and called back by one action."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from pipeline.base.model import FieldStatus
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.clear_values.model import NewClearValue
from tests.registry.pages import LEDGER, entry, finding, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import OTHER, browser_of

FIELD, TEXT = "registrar_name", "Trần Văn Tuấn"
SCAN = "c" * 64


@pytest.fixture(scope="module")
def entries(registry: Registry) -> list[int]:
    """Three entries of a book, of which the third is clear by the others."""
    book_id = registry.book_id(LEDGER, "KS.2010.31")
    registry.store_scan(book_id, SCAN, "a.pdf", 1000, 3)
    pages = [
        page(
            entry(read(FIELD, TEXT, accepted=False), findings=[finding("READ-HAND", FIELD)]),
            scan=SCAN,
            page_no=number,
        )
        for number in (1, 2, 3)
    ]
    for one in pages:
        registry.save_page(book_id, one, "f1")
    ids = list(registry.entries(book_id))
    for entry_id in ids[:2]:
        registry.decide(entry_id, [Verdict(FIELD, FieldStatus.READ, TEXT)], author="an")
    decisions = tuple(registry.entry(entry_id).decisions[FIELD].decision_id for entry_id in ids[:2])
    registry.save_clear_page(book_id, pages[2], "f1", [NewClearValue(0, FIELD, TEXT, TEXT, decisions)])
    return ids


def test_the_list_counts_and_the_entry_says_why_and_by_which_entries(
    registry: Registry, entries: list[int], chief: Browser
) -> None:
    book_id = registry.entry(entries[0]).book_id
    listed = text_of(chief.get(f"/books/{book_id}/entries"))
    assert "Ô đã rõ nhờ các sự kiện đã đối chiếu" in listed
    shown = chief.get(f"/entries/{entries[2]}").text
    assert "đã rõ nhờ 2 sự kiện đã đối chiếu" in shown
    for witness in entries[:2]:
        assert f'href="/entries/{witness}"' in shown
    assert "Gọi lại 1 ô của các sự kiện khác dựa vào sự kiện này" in chief.get(f"/entries/{entries[0]}").text


def test_another_place_and_a_reason_that_is_none_are_refused(
    app: FastAPI,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    entries: list[int],
    chief: Browser,
) -> None:
    stranger = browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])
    form = {"of": "resting", "reason": "chữ ký của người khác"}
    assert stranger.submit(f"/entries/{entries[0]}/recall", form).status_code == 403
    for wrong in ({"of": "all", "reason": "x"}, {"of": "resting", "reason": "x" * 10_000}):
        assert chief.submit(f"/entries/{entries[0]}/recall", wrong).status_code == 422
    for reason in ("  ", "lý\x00do"):
        answer = chief.submit(f"/entries/{entries[0]}/recall", {"of": "resting", "reason": reason})
        assert answer.status_code >= 400
        assert "lý do gọi lại" in text_of(answer)


def test_all_that_rests_on_an_entry_is_called_back_once(
    registry: Registry, entries: list[int], chief: Browser
) -> None:
    form = {"of": "resting", "reason": "chữ ký của người khác"}
    first = chief.submit(f"/entries/{entries[0]}/recall", form)
    assert (first.status_code, first.headers["location"]) == (303, f"/entries/{entries[0]}?recalled=1")
    again = chief.submit(f"/entries/{entries[0]}/recall", form)
    assert again.headers["location"] == f"/entries/{entries[0]}?recalled=0"
    assert registry.entry(entries[2]).values[FIELD] is None
    assert "Không còn ô nào để gọi lại" in text_of(chief.get(again.headers["location"]))
