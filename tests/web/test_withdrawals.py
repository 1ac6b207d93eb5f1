"""Withdrawing, putting back and replacing a page in the browser of a supervisor."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, browser_of

OLD, NEW = "d" * 64, "e" * 64
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def book_id(registry: Registry) -> int:
    """A book with two scans of one page."""
    made = registry.book_id(LEDGER, "KS.2010.07")
    for scan, name in ((OLD, "cu.pdf"), (NEW, "lai.pdf")):
        registry.store_scan(made, scan, name, 1000, 1)
        word = entry(read("entry_number", "11/2010"), read("child_name", "Thử Một", accepted=scan == NEW))
        registry.save_page(made, page(word, scan=scan), "f1")
    return made


def test_what_hangs_on_a_page_is_shown_then_it_is_withdrawn_and_put_back(
    chief: Browser, registry: Registry, book_id: int
) -> None:
    entries = list(registry.entries(book_id))
    place, part = f"/withdrawals/{book_id}", f"page:{OLD}:1"
    asked = chief.get(f"{place}?part={part}")
    assert f'src="/pictures/books/{book_id}/{OLD}/1"' in asked.text
    assert f'href="{place}?part={part}"' in chief.get(f"/books/{book_id}/pages/{OLD}/1").text
    shown = text_of(asked)
    assert "2 trang đã đọc" in text_of(chief.get(place))
    assert "Thu hồi trang cu.pdf trang 1" in shown
    assert "1 sự kiện hộ tịch" in shown
    refused = chief.submit(place, {"part": part, "reason": " "})
    assert (refused.status_code, "lý do thu hồi" in text_of(refused)) == (422, True)
    assert list(registry.entries(book_id)) == entries
    done = chief.submit(place, {"part": part, "reason": SCRIPT})
    assert (done.status_code, done.headers["location"]) == (303, f"{place}?done=withdrawn")
    after = chief.get(done.headers["location"])
    assert SCRIPT not in after.text
    assert list(registry.entries(book_id)) == entries[1:]
    assert "1 trang đã đọc" in text_of(after)
    assert "cu.pdf trang 1" in text_of(chief.get("/withdrawals"))
    (act,) = registry.withdrawals(book_id)
    back = chief.submit(f"{place}/undo", {"number": str(act.withdrawal_id), "reason": "đúng trang"})
    assert back.headers["location"] == f"{place}?done=reinstated"
    assert list(registry.entries(book_id)) == entries


def test_a_page_that_was_scanned_again_takes_the_place_of_the_old_one(
    chief: Browser, registry: Registry, book_id: int
) -> None:
    place = f"/withdrawals/{book_id}"
    shown = chief.get(f"{place}?old={OLD}:1")
    assert "Thay bằng trang quét lại" in text_of(shown)
    assert f'<option value="{NEW}:1" selected>' in shown.text
    form = {"old": f"{OLD}:1", "new": f"{NEW}:1", "reason": "trang cũ mờ"}
    done = chief.submit(f"{place}/replace", form)
    assert done.headers["location"] == f"{place}?done=replaced"
    assert [one.ref.scan_sha256 for one in registry.stored_entries(book_id)] == [NEW]


@pytest.mark.parametrize("part", ["", "page", f"page:{OLD}", "page:x:1", f"entry:{OLD}:1:x", "book;"])
def test_a_part_that_is_none_is_not_there(chief: Browser, book_id: int, part: str) -> None:
    answer = chief.submit(f"/withdrawals/{book_id}", {"part": part, "reason": "nhầm"})
    assert answer.status_code == 404


def test_a_supervisor_of_another_place_sees_nothing_of_it(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], registry: Registry, book_id: int
) -> None:
    other = browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])
    assert "KS.2010.07" not in other.get("/withdrawals").text
    assert other.get(f"/withdrawals/{book_id}").status_code == 403
    before = registry.withdrawals()
    for path, form in (
        ("", {"part": "book", "reason": "x"}),
        ("/undo", {"number": "1", "reason": "x"}),
        ("/replace", {"old": f"{OLD}:1", "new": f"{NEW}:1", "reason": "x"}),
    ):
        assert other.submit(f"/withdrawals/{book_id}{path}", form).status_code == 403
    assert registry.withdrawals() == before


def test_who_has_the_task_in_hand_is_told_at_the_desk(
    app: FastAPI,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    registry: Registry,
    clock: Clock,
) -> None:
    login = people[Role.REVIEWER, OWN]
    person = next(one.person for one in accounts.list() if one.person.login == login)
    task = registry.desk(ReviewPolicy(check="all", blind="critical"), now=clock).next_task(person)
    assert task is not None
    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    part = f"page:{task.ref.scan_sha256}:{task.ref.page_no}"
    answer = chief.submit(f"/withdrawals/{task.book_id}", {"part": part, "reason": "trang quét hai lần"})
    assert answer.status_code == 303
    told = browser_of(app, accounts, login).send(f"/desk/tasks/{task.task_id}/stay", {})
    assert (told.status_code, "trang quét hai lần" in told.text) == (409, True)
