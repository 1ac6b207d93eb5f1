"""Who is told that nothing is left learns what they hold themselves, on a tab that is closed, and goes on with it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.base.model import FieldStatus
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import decided, one_line_book
from tests.web.desk.office import Office
from tests.web.desk.sexes import SEXES, at_the_column, sexes
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
TAKE_BACK = "Lấy lại nhiệm vụ đang giữ"


def test_pictures_of_a_closed_column_come_to_the_desk(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        at_the_column(office, sit_down, "an", book).page.close()
        an = sit_down("an")
        an.page.goto(f"{an.url}/desk")
        expect(an.page.locator(".waiting")).to_contain_text(f"Bạn đang giữ {len(SEXES)} ảnh ở trang Theo cột")
        button = an.page.get_by_role("button", name=TAKE_BACK)
        button.focus()
        an.page.keyboard.press("Enter")
        an.see_task().press("Enter").see_all_saved()
    assert decided(office, book)["child_sex"] == (FieldStatus.READ, SEXES[0])


def test_tasks_of_a_closed_desk_are_told_of_at_the_columns(office: Office, sit_down: SitDown) -> None:
    book = one_line_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        sit_down("an").start().page.close()
        an = sit_down("an")
        an.page.goto(f"{an.url}/column?book={book.book_id}")
        expect(an.page.locator(".message")).to_contain_text("Bạn đang giữ 1 nhiệm vụ ở màn hình rà soát")
        expect(an.page.get_by_role("link", name=TAKE_BACK)).to_be_visible()
        an.page.goto(f"{an.url}/column?book={book.book_id}&field=child_name&stage=review")
        expect(an.page.locator(".waiting")).to_contain_text("Bạn đang giữ 1 nhiệm vụ ở màn hình rà soát")
        button = an.page.get_by_role("button", name=TAKE_BACK)
        button.focus()
        an.page.keyboard.press("Enter")
        an.see_task().press("Alt+2", "Enter").see_the_end()
    assert decided(office, book)["child_name"][1] == book.ink(1)["child_name"]


def test_who_holds_nothing_is_told_of_nothing(office: Office, sit_down: SitDown) -> None:
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        an.page.goto(f"{an.url}/desk")
        an.see_the_end()
        expect(an.page.get_by_role("button", name=TAKE_BACK)).to_have_count(0)
