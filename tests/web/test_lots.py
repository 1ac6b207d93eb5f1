"""A lot from drawing to its end in the browser of a supervisor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI

from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, PASSWORD, browser_of

SETTLED_SCAN = "b" * 64


@pytest.fixture(scope="module")
def settled(registry: Registry) -> int:
    """A book of which the machine accepted all."""
    book_id = registry.book_id(LEDGER, "KS.2010.02")
    registry.store_scan(book_id, SETTLED_SCAN, "scan.pdf", 1000, 9)
    for page_no in range(1, 4):
        made = page(entry(read("child_name", f"Thử {page_no}")), scan=SETTLED_SCAN, page_no=page_no)
        registry.save_page(book_id, made, "f1")
    return book_id


def test_a_lot_is_drawn_looked_at_and_accepted(
    chief: Browser,
    app: FastAPI,
    registry: Registry,
    accounts: Accounts,
    clock: Clock,
    people: dict[tuple[Role, str], str],
    settled: int,
) -> None:
    assert "KS.2010.02" in chief.get("/lots").text
    drawn = chief.submit("/lots", {"books": [str(settled)]})
    assert drawn.status_code == 303
    place = drawn.headers["location"]
    shown = text_of(chief.get(place))
    assert "Sự kiện trong lô 3" in shown
    early = chief.submit(f"{place}/close")
    assert (early.status_code, "chưa kết luận được" in early.text) == (422, True)
    checker = next(one.person for one in accounts.list() if one.person.login == people[Role.CHECKER, OWN])
    desk = registry.desk(ReviewPolicy(check="all", blind="critical"), now=clock)
    while (task := desk.next_task(checker, stage=Stage.CHECK)) is not None:
        words = [Verdict("child_name", FieldStatus.READ, f"Thử {task.ref.page_no}")]
        desk.key(checker, task.task_id, task.version, words, token=f"t{task.task_id}")
    assert "Nhận lô" in chief.get(place).text
    assert chief.submit(f"{place}/close").status_code == 303
    assert "Kết luận: nhận" in text_of(chief.get(place))
    assert chief.get(f"{place}/bien-ban.pdf").content[:5] == b"%PDF-"
    assert "nhận" in text_of(chief.get("/reports"))
    other = browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])
    assert other.get(place).status_code == 403
    assert "KS.2010.02" not in other.get("/lots").text


def test_the_books_of_a_lot_are_narrowed_to_the_unit_that_answers_on_a_day(
    app: FastAPI, registry: Registry, accounts: Accounts, settled: int
) -> None:
    ledger = replace(LEDGER, place="Phường An Hòa", place_code="31120")
    book_id, scan = registry.book_id(ledger, "KS.An Hòa"), "d" * 64
    registry.store_scan(book_id, scan, "scan.pdf", 1000, 9)
    registry.save_page(book_id, page(entry(read("child_name", "Thử")), scan=scan), "f1")
    first = accounts.create("moi.noi", "Người Thử Mọi Nơi", Role.SUPERVISOR, None)
    accounts.change_password(accounts.authenticate("moi.noi", first, "test"), first, PASSWORD, "test")
    director = browser_of(app, accounts, "moi.noi")

    def offered(query: str) -> set[int]:
        shown = director.get(f"/lots?{query}").text
        return {one for one in (settled, book_id) if f'<option value="{one}">' in shown}

    assert offered("on=") == {settled, book_id}
    assert offered("place=unit:2025:31120") == {book_id}
    assert offered("place=31120") == {book_id}
    assert offered("place=unit:2004:31120&on=2020-01-01") == {book_id}
    assert offered("place=unit:2004:31120&on=2026-12-03") == set()
    assert director.get("/lots?on=hôm nay").status_code == 422


def test_a_lot_is_cancelled_with_its_reason(chief: Browser, settled: int) -> None:
    place = chief.submit("/lots", {"books": [str(settled)]}).headers["location"]
    refused = chief.submit(f"{place}/cancel", {"reason": " "})
    assert (refused.status_code, "Chưa ghi lý do bỏ lô" in refused.text) == (422, True)
    assert chief.submit(f"{place}/cancel", {"reason": "nhầm sổ"}).status_code == 303
    assert "nhầm sổ" in chief.get(place).text


def test_a_book_in_which_nothing_is_settled_is_refused_with_a_sentence(chief: Browser) -> None:
    answer = chief.submit("/lots", {"books": ["1"]})
    assert (answer.status_code, "chưa có sự kiện nào xong" in answer.text) == (422, True)
