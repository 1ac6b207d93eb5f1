"""A task shows the ink of the second copy beside each field, to who holds the task."""

from __future__ import annotations

import re
from dataclasses import replace

from fastapi import FastAPI

from pipeline.base.model import BookSeries, Box, PageRef
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.pages import LEDGER, SCAN, entry, page, read
from tests.web.conftest import browser_of, join

COPY = replace(LEDGER, series=BookSeries.SECOND_COPY, copy_of="KS.2010.01")
COPIED = "b" * 64


def with_copy(registry: Registry) -> None:
    """A second copy of the first book, with the entry of each of its first pages."""
    copy_id = registry.book_id(COPY, "KS.2010.01.luu")
    registry.store_scan(copy_id, COPIED, "luu.pdf", 1000, 3)
    pairs = {}
    for page_no in range(1, 4):
        ink = replace(read("child_name", f"Khác Hẳn {page_no}"), box=Box(30, 40, 130, 70))
        registry.save_page(copy_id, page(entry(ink), scan=COPIED, page_no=page_no), "f1")
        pairs[PageRef(SCAN, page_no), 0] = (PageRef(COPIED, page_no), 0)
    registry.note_pairs(1, copy_id, pairs)


def test_the_other_ink_stands_beside_the_field_and_its_page_is_a_click_away(
    registry: Registry, app: FastAPI, accounts: Accounts
) -> None:
    with_copy(registry)
    for login in ("an.luu", "binh.luu"):
        join(accounts, login, Role.CHECKER)
    browser = browser_of(app, accounts, "an.luu")
    fragment = browser.send("/desk/next", {}).text
    assert "Sổ kia ghi:" in fragment
    assert "Khác Hẳn" not in fragment
    (task_id,) = set(re.findall(r"/pictures/tasks/(\d+)/copy/page", fragment))
    copied = f"/pictures/tasks/{task_id}/copy/ink/30/40/130/70"
    assert copied in fragment
    before = registry.audit().recent(1)[0].id
    assert browser.get(copied).status_code == 200
    assert registry.audit().recent(1)[0].id == before  # showing the task has told of it
    assert browser.get(f"/pictures/tasks/{task_id}/copy/page").status_code == 200
    assert registry.audit().recent(1)[0].action == "page-shown"
    other = browser_of(app, accounts, "binh.luu")
    assert other.get(copied).status_code == 403


def test_the_book_lists_what_only_its_copy_has_and_nobody_keys_in_the_copy(
    registry: Registry, app: FastAPI, accounts: Accounts
) -> None:
    with_copy(registry)
    extra = entry(replace(read("child_name", "Riêng Một Mình"), box=Box(30, 40, 130, 70)))
    registry.save_page(2, page(extra, scan=COPIED, page_no=4), "f1")
    join(accounts, "chi.tri", Role.SUPERVISOR)
    browser = browser_of(app, accounts, "chi.tri")
    for book_id in (1, 2):
        shown = browser.get(f"/books/{book_id}").text
        assert "1 sự kiện chỉ có trong bản thứ hai" in shown
        assert f"/books/2/pages/{COPIED}/4" in shown
    assert browser.get(f"/books/2/pages/{COPIED}/4").status_code == 200
    for address in ("/data-entry/2", f"/data-entry/2/{COPIED}/4"):
        assert "Đây là bản lưu kép của" in browser.get(address).text
    assert "Đây là bản lưu kép của" not in browser.get("/data-entry/1").text
    registry.correct_book(1, LEDGER, "KS.2010.01.moi", author="chi", reason="đổi tên thư mục")
    assert registry.waiting_copies() == (("KS.2010.01.luu", "KS.2010.01"),)
    assert "chưa so được gì" in browser.get("/books/2").text


def test_the_closing_note_of_a_copy_is_no_further_work(registry: Registry) -> None:
    registry.book_id(replace(COPY, volume="02/2010", entries=90), "KS.2010.02.luu")
    said = {book.folder_name: book.said_entries for book in registry.statistics(None).books().books}
    assert said["KS.2010.02.luu"] is None
    registry.book_id(replace(LEDGER, volume="03/2010", entries=90), "KS.2010.03")
    said = {book.folder_name: book.said_entries for book in registry.statistics(None).books().books}
    assert said["KS.2010.03"] == 90
