"""A word on a field counts only when the picture of its ink was there to be looked at."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Route, expect

from pipeline.base.model import FieldStatus
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, decided, draw_book
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

INK = "**/ink/**"


def test_nothing_is_accepted_of_a_field_whose_picture_did_not_come(
    office: Office, sit_down: Callable[[str], Typist]
) -> None:
    book = draw_book(office, [(Line("child_name", "Trần Thị Thử"), Line("child_sex", "nữ"))])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        an.page.route(INK, lambda route: route.abort())
        an.start()
        for key in ("Enter", "F3", "F2"):
            an.press(key)
            expect(an.page.locator("#said")).to_contain_text("ảnh chữ viết chưa hiện ra")
            assert an.field == "child_name"
        on_the_way: list[Route] = []

        def hold(request: Route) -> None:
            """Keep it: a late try that went through would let the next key accept the field."""
            on_the_way.append(request)

        an.page.unroute(INK)
        an.page.route(INK, hold)
        an.press("Escape", "Enter")
        expect(an.page.locator("#said")).to_contain_text("máy đang lấy lại")
        for request in on_the_way:
            request.continue_()
        an.page.unroute(INK)
        expect(an.current.locator("img.ink")).to_have_js_property("complete", value=True)
        an.press("Enter", "Enter").see_all_saved()
        an.press("Enter").see_the_end()
    assert decided(office, book)["child_name"] == (FieldStatus.READ, "Trần Thị Thử")


def test_a_picture_that_was_scrolled_away_comes_back_before_its_field_is_accepted(
    office: Office, sit_down: Callable[[str], Typist]
) -> None:
    lines = [Line(name, "Trần Thị Thử") for name in ("child_name", "mother_name", "father_name")]
    draw_book(office, [lines])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        an.page.set_viewport_size({"width": 1024, "height": 560})
        an.start()
        an.page.evaluate("document.querySelector('.fields').style.paddingBottom = '60rem'")
        an.page.evaluate("document.getElementById('place').scrollTop = 900")
        an.press("Enter")
        expect(an.page.locator("#said")).to_contain_text("nay đã hiện")
        assert an.field == "child_name"
        expect(an.current.locator("img.ink")).to_be_in_viewport(ratio=0.9)
        an.press("Enter")
        assert an.field != "child_name"
