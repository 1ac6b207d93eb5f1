"""The search in the browser: what a form finds, what is refused, who may look; the same person elsewhere, judged."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fastapi import FastAPI

from pipeline.base.model import Box
from pipeline.registry import Link, Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.saved_filters import MOST_FILTERS, FilteredPage
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import OTHER, OWN, browser_of

SCRIPT = "<script>alert(1)</script>"
SCAN = "c" * 64
WHY = {"purpose": "citizen", "reason": "HS 12"}


@pytest.fixture(scope="module")
def entries(registry: Registry) -> tuple[int, ...]:
    """Twenty-two births of one name, a further one whose name waits, and two that may be one person's."""
    book_id = registry.book_id(replace(LEDGER, volume="07/2011"), "KS.2011.07")
    registry.store_scan(book_id, SCAN, f"{SCRIPT}.pdf", 1000, 2)
    named = replace(read("child_name", "Đào Thị Tìm"), box=Box(10, 10, 60, 40))
    rows = [entry(read("entry_number", f"{row + 1:02}/2011"), named, row=row) for row in range(22)]
    registry.save_page(book_id, page(*rows, scan=SCAN), "f1")
    doubtful = read("child_name", "Bí Mật", accepted=False)
    registry.save_page(
        book_id, page(entry(read("entry_number", "90/2011"), doubtful), scan=SCAN, page_no=2), "f1"
    )
    ids = tuple(registry.entries(book_id))
    registry.save_links(
        [Link("person", ids[0], "child", ids[1], "child", 0.95, {"name": "same", "sex": "differs"})]
    )
    return ids


def test_a_form_finds_page_by_page_and_leads_to_the_entry(chief: Browser, entries: tuple[int, ...]) -> None:
    assert 'action="/search#results"' in chief.get("/search").text
    asked = {"name": "dao thi tim", "year_from": "2011", **WHY}
    first = chief.submit("/search", asked)
    assert first.status_code == 200
    assert SCRIPT not in first.text
    told = text_of(first)
    assert "20 sự kiện, còn nữa" in told
    assert "hệ thống tự động chấp nhận" in told
    assert "sổ chưa phê duyệt" in told
    (after,) = re.findall(r'name="after" value="([^"]+)"', first.text)
    second = chief.submit("/search", {**asked, "after": after})
    assert "2 sự kiện ở trang này" in text_of(second)
    seen = [re.findall(r'href="/entries/(\d+)"', one.text) for one in (first, second)]
    assert sorted(map(int, seen[0] + seen[1])) == sorted(entries[:22])
    hidden = chief.submit("/search", {"number": "90/2011", **WHY})
    assert "Bí Mật" not in hidden.text
    assert "đang chờ" in text_of(hidden)


def test_ink_is_shown_to_who_found_it_alone(
    chief: Browser,
    app: FastAPI,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    entries: tuple[int, ...],
) -> None:
    shown = chief.submit("/search", {"name": "dao thi tim", "number": "1/2011", **WHY})
    (ink,) = set(re.findall(r'src="(/search/[^"]+)"', shown.text))
    assert chief.get(ink).headers["content-type"].startswith("image/")
    checker = browser_of(app, accounts, people[Role.CHECKER, OWN])
    assert checker.get(ink).status_code == 404
    theirs = checker.submit("/search", {"name": "dao thi tim", "number": "1/2011", **WHY})
    assert theirs.status_code == 200
    assert f'href="/entries/{entries[0]}"' not in theirs.text
    elsewhere = browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])
    assert "Không tìm thấy" in text_of(elsewhere.submit("/search", {"name": "dao thi tim", **WHY}))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": "an"}, "mục đích"),
        ({**WHY}, "ít nhất một điều"),
        ({"name": "x" * 10_000, **WHY}, "dài quá"),
        ({"name": "an", "year_from": "hai nghìn", **WHY}, "bốn chữ số"),
        ({"name": "an", "record": SCRIPT, **WHY}, "loại sự kiện"),
        ({"name": "a\u0007n", **WHY}, "họ tên"),
        ({"name": "an", "after": "1.2", **WHY}, "từ đầu"),
    ],
)
def test_what_is_refused_is_told_above_the_form_as_it_was_typed(
    chief: Browser, asked: dict[str, str], words: str
) -> None:
    refused = chief.submit("/search", asked)
    assert refused.status_code == 422
    assert words in text_of(refused)
    assert SCRIPT not in refused.text


def test_a_link_is_judged_once_and_taken_back(
    chief: Browser, registry: Registry, entries: tuple[int, ...]
) -> None:
    path = f"/entries/{entries[0]}/links"
    shown = chief.get(path)
    assert "giới tính: khác" in text_of(shown)
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', shown.text)
    (link,) = registry.linked_entries(_person(registry), entries[0])
    act = f"{path}/{link.link_id}"
    done = chief.submit(act, {"verdict": "confirmed", "seen": seen})
    assert done.headers["location"] == f"{path}?said=confirmed"
    assert "đã ghi ngày" in text_of(chief.get(path))
    twice = chief.submit(act, {"verdict": "confirmed", "seen": seen})
    assert (twice.status_code, "vừa có người quyết định" in text_of(twice)) == (409, True)
    assert chief.submit(act, {"verdict": "khác", "seen": seen}).status_code == 409
    (fresh,) = re.findall(r'name="seen" value="([^"]+)"', twice.text)
    assert chief.submit(act, {"verdict": "taken-back", "seen": fresh}).status_code == 303
    assert registry.linked_entries(_person(registry), entries[0])[0].decision is None


def _person(registry: Registry) -> Person:
    login = f"{Role.SUPERVISOR}.{OWN}"
    return next(one.person for one in registry.accounts().list() if one.person.login == login)


def test_unreviewed_readings_are_marked_and_shown_to_supervisors_alone(
    app: FastAPI,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    chief: Browser,
    entries: tuple[int, ...],
) -> None:
    asked = {"name": "bi mat", "unreviewed": "true", **WHY}
    found = chief.submit("/search", asked)
    told = text_of(found)
    assert "Chưa rà soát: 1 sự kiện" in told
    assert "Bí Mật máy đọc, chưa rà soát" in told
    assert "Bí Mật" not in chief.submit("/search", {"name": "bi mat", **WHY}).text
    checker = browser_of(app, accounts, people[Role.CHECKER, OWN])
    refused = checker.submit("/search", asked)
    assert (refused.status_code, "Bí Mật" in refused.text) == (403, False)
    assert 'name="unreviewed"' not in checker.get("/search").text


def test_a_filter_is_saved_under_a_name_for_oneself_alone_and_without_what_names_a_person(
    app: FastAPI,
    registry: Registry,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    chief: Browser,
) -> None:
    typed = {"name": "Đào Thị Tìm", "reason": "HS 12", "record": "birth", "year_from": "2011"}
    named = {"page": "search", "filter_name": "Khai sinh 2011 & <b>"}
    saved = chief.submit("/filters", {**typed, **named})
    assert (saved.status_code, saved.headers["location"]) == (303, "/search?record=birth&year_from=2011")
    chief.submit("/filters", {**typed, **named, "year_from": "2012"})  # the same name again
    shown = chief.get("/search")
    (address,) = re.findall(r'href="/search\?([^"]+)"', shown.text)
    assert address.replace("&amp;", "&") == "record=birth&year_from=2012"
    assert 'value="2012"' in chief.get(f"/search?{address.replace('&amp;', '&')}").text
    (kept,) = registry.filters_of(_person(registry), FilteredPage.SEARCH)
    assert "Tìm" not in str(kept)
    checker = browser_of(app, accounts, people[Role.CHECKER, OWN])
    assert "Khai sinh 2011" not in checker.get("/search").text
    assert checker.submit(f"/filters/{kept.filter_id}/delete", {"page": "search"}).status_code == 404
    for refused in ({"page": "books", "filter_name": "Trống"}, {**typed, "page": "search"}):
        answer = chief.submit("/filters", refused)
        assert (answer.status_code, 'role="alert">' in answer.text) == (422, True)
        assert 'formaction="/filters"' in answer.text or 'action="/filters"' in answer.text
    for number in range(MOST_FILTERS):
        chief.submit("/filters", {**typed, "page": "search", "filter_name": f"Số {number}"})
    assert len(registry.filters_of(_person(registry), FilteredPage.SEARCH)) == MOST_FILTERS
    books = {"page": "books", "filter_name": "Chờ quét", "stage": "empty"}
    assert chief.submit("/filters", books).headers["location"] == "/books?stage=empty"
    assert 'href="/books?stage=empty">Chờ quét' in chief.get("/books").text
    for one in registry.filters_of(_person(registry), FilteredPage.SEARCH):
        assert chief.submit(f"/filters/{one.filter_id}/delete", {"page": "search"}).status_code == 303
    assert registry.filters_of(_person(registry), FilteredPage.SEARCH) == ()
