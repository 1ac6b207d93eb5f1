"""The queue of a reconciliation, by keyboard alone: an amendment, the other software's list, a question, later."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pipeline.registry.accounts.model import Role
from pipeline.registry.reconciliation.model import Answer, FoundDifference
from tests.web.desk.drawn_book import Line, draw_book
from tests.web.desk.judged import overflow, violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
LINES = (
    Line("entry_number", "01/2010", accepted=True),
    Line("child_name", "Trần Thị Thử", accepted=True),
    Line("child_birth_place", "Xã Thử Nghiệm", accepted=True),
    Line("mother_name", "Lê Thị Mẫu", accepted=True),
)


def reconciliation(office: Office, book_id: int) -> int:
    """A reconciliation that found one thing in each of four ways."""
    (entry_id,) = office.registry.entries(book_id)

    def field(name: str, ours: str, theirs: str) -> FoundDifference:
        return FoundDifference("fields", office.place, book_id, entry_id, "01/2010", "01/2010", 2, 0, name, "changed",
                               ours, theirs)  # fmt: skip

    found = [
        field("child_name", "Trần Thị Thử", "Trần Thị Thứ"),
        field("mother_name", "Lê Thị Mẫu", "Lê Thị Mẩu"),
        field("child_birth_place", "Xã Thử Nghiệm", "Xã Khác"),
        FoundDifference(
            "extra", office.place, number="09/2010", volume="01/2010", file_row=7, theirs="Lê Giả"
        ),
    ]
    return office.registry.reconciliations().save("birth", "tep.xlsx", "f" * 64, found, {}, author="an")


def see(somebody: Typist, title: str) -> None:
    """Wait for the page of that difference, until its keys work: then its title has the focus."""
    heading = somebody.page.locator("#title")
    expect(heading).to_contain_text(title)
    expect(heading).to_be_focused()


@pytest.mark.slow
def test_a_whole_queue_is_answered_by_keyboard(office: Office, sit_down: SitDown) -> None:
    book = draw_book(office, [LINES])
    number = reconciliation(office, book.book_id)
    office.hire("chi", Role.CHECKER)
    office.hire("dung", Role.SUPERVISOR)
    queue, (entry_id,) = office.registry.reconciliations(), office.registry.entries(book.book_id)
    with office.open():
        chi = sit_down("chi")
        chi.page.goto(f"{chi.url}/reconcile")
        chi.page.locator("#start").focus()
        chi.press("Enter")
        see(chi, "Họ tên người được khai sinh")
        assert violations(chi.page) == []
        assert overflow(chi.page) == 0
        ink = chi.page.locator("img.ink")
        expect(ink).to_have_js_property("complete", True)
        assert ink.evaluate("image => image.naturalWidth") > 20
        chi.press("F6")
        see(chi, "Họ tên mẹ")
        chi.press("Alt+2")
        see(chi, "Nơi sinh")
        chi.press("Alt+3").type("ảnh chữ viết nhòe").press("Enter")
        see(chi, "Sổ không có")
        chi.press("Alt+2")
        see(chi, "Họ tên người được khai sinh")
        chi.press("Alt+1").type("12/QĐ-UBND").press("Tab").type("5/3/2999").press("Tab").type(
            "Điều 28"
        ).press("Enter")
        expect(chi.page.locator(".message.bad")).to_contain_text("sau hôm nay")
        assert office.registry.entry(entry_id).amendments == {}
        see(chi, "Họ tên người được khai sinh")
        expect(chi.page.locator("[name=decision_number]")).to_have_value("12/QĐ-UBND")
        chi.press("Alt+1", "Tab").type("5/3/2026").press("Enter")
        expect(chi.page.locator("h1")).to_contain_text("Không còn khác biệt")
        entry = office.registry.entry(entry_id)
        assert (entry.values["child_name"], entry.current["child_name"]) == ("Trần Thị Thử", "Trần Thị Thứ")
        chi.page.goto(f"{chi.url}/reconcile/{number}/theirs")
        expect(chi.page.locator("tbody tr")).to_have_count(2)
        dung = sit_down("dung")
        dung.page.goto(f"{dung.url}/reconcile/{number}?unclear=true")
        expect(dung.page.locator(".message.doubt")).to_contain_text("ảnh chữ viết nhòe")
        see(dung, "Nơi sinh")
        dung.press("Alt+2")
        expect(dung.page.locator("h1")).to_contain_text("Không còn khác biệt")
    assert [len(queue.listed(None, number, each)) for each in (None, *Answer)] == [0, 1, 3, 0]
