"""What stands on entry after entry is taken from a list, and a long text stands whole; in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.base.model import FieldStatus
from pipeline.registry import Verdict
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, decided, draw_book
from tests.web.desk.judged import violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

OFFICER = "Mẫu Thị Giả"
LONG = (
    "Tổ 12, ấp Thử Nghiệm, xã Thử Nghiệm Lớn, huyện Vẽ, tỉnh Mẫu, ở nhờ nhà bà ngoại từ năm 1990 đến năm 2010"
)


def test_a_value_of_the_book_is_taken_from_a_list_and_by_mouse(
    office: Office, sit_down: Callable[[str], Typist]
) -> None:
    line = Line("signer_name", OFFICER, read="")
    book = draw_book(
        office, [(line,), (line,), (line, Line("child_birth_place", LONG))]
    )  # the place stands above on paper
    first, second, _ = office.registry.entries(book.book_id)
    for entry_id in (first, second):
        office.registry.decide(entry_id, [Verdict("signer_name", FieldStatus.READ, OFFICER)], author="an")
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        assert an.field == "child_birth_place"
        assert an.input.evaluate("input => input.scrollHeight <= input.clientHeight"), (
            "a long text stands whole"
        )
        an.press("End").current.get_by_role("button", name="Gạch bỏ").click()
        assert an.field == "signer_name"
        an.press("ArrowDown")
        offered = an.current.locator(".known li")
        expect(offered).to_have_text([OFFICER])
        assert an.input.input_value() == ""
        an.press("Tab")
        assert an.input.input_value() == OFFICER
        assert violations(an.page) == []
        if folder := os.environ.get("HOTICH_SCREENSHOTS"):
            an.page.screenshot(path=f"{folder}/book-values.png")
        an.current.get_by_role("button", name="Nhận").click()
        an.see_the_end()
    assert decided(office, book, 3)["signer_name"] == (FieldStatus.READ, OFFICER)
    assert decided(office, book, 3)["child_birth_place"] == (FieldStatus.STRUCK_THROUGH, LONG)
