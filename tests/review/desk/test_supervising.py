"""A supervisor in the browser: through a book, from the list of books to its entries and the pictures of its pages."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.registry.model.accounts import Role
from tests.review.desk.drawn_book import usual_book
from tests.review.desk.judged import overflow, violations
from tests.review.desk.office import Office
from tests.review.desk.typist import Typist

SitDown = Callable[[str], Typist]


def test_through_a_book_from_the_list_to_its_pages(office: Office, sit_down: SitDown) -> None:
    usual_book(office, 3)
    office.hire("phu.trach", Role.SUPERVISOR)
    flaws, sizes = {}, {}
    with office.open():
        at = sit_down("phu.trach").page

        def look(name: str) -> None:
            flaws[name], sizes[name] = violations(at), overflow(at)

        at.goto(f"{office.url}/books")
        at.get_by_role("link", name="3 sự kiện của sổ").click()
        expect(at.locator("tbody tr")).to_have_count(3)
        look("entries")
        at.get_by_label("Số đăng ký").fill("2")
        at.get_by_role("button", name="Tìm").click()
        expect(at.locator("tbody tr")).to_have_count(1)
        at.locator("tbody a").last.click()
        expect(at.locator(".turning")).to_contain_text("2 / 3")
        assert at.locator(".leaf img").evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
        look("page")
        at.get_by_role("button", name="Phóng to trang").click()
        at.get_by_role("button", name="Thu nhỏ trang").click()
        at.keyboard.press("ArrowRight")
        expect(at.locator(".turning")).to_contain_text("3 / 3")
        at.get_by_role("link", name="← Trang trước").click()
        at.locator("tbody a").first.click()
        expect(at.locator("h1")).to_contain_text("số 2/2010")
        look("entry")
    assert {name: found for name, found in flaws.items() if found} == {}
    assert {name: size for name, size in sizes.items() if size > 0} == {}
