"""A page that was read as one entry and is then seen to be a picture of two: no word goes over to another person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.model import LEFT_PAGE, RIGHT_PAGE, FieldStatus
from pipeline.registry import Registry, Verdict
from pipeline.reports.content import row_label
from tests.registry.pages import LEDGER, SCAN, entry, page, read


@pytest.mark.parametrize("again", [(LEFT_PAGE, RIGHT_PAGE), (LEFT_PAGE,), (RIGHT_PAGE,)])
def test_what_was_decided_on_the_whole_picture_stands_and_is_no_word_on_a_half(
    registry: Registry, again: tuple[int, ...]
) -> None:
    book = registry.book_id(LEDGER, "book")
    registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
    unread = replace(read("notes", "", accepted=False), status=FieldStatus.UNREADABLE)
    registry.save_page(book, page(entry(unread)), "one page")
    (whole,) = registry.entries()
    registry.decide(whole, [Verdict("notes", FieldStatus.READ, "của một người")], author="an")
    assert not registry.queue()
    registry.save_page(book, page(*(entry(unread, row=row) for row in again)), "two pages")
    halves = [one for one in registry.entries() if one != whole]
    assert [registry.entry(one).row for one in halves] == list(again)
    assert [registry.effective_value(one, "notes") for one in halves] == [None] * len(again)
    assert registry.entry(whole).decisions["notes"].text == "của một người"
    waiting = {task.entry_id: task.fields for task in registry.queue()}
    assert waiting == dict.fromkeys([whole, *halves], ("notes",))


def test_people_are_told_which_side_it_is() -> None:
    told = [row_label(row) for row in (0, 1, LEFT_PAGE, RIGHT_PAGE)]
    assert told == ["", "sự kiện thứ 2", "trang trái của ảnh", "trang phải của ảnh"]
