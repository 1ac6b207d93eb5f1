"""The search in a real browser: ink beside what was found, keys for links, axe, a screen of 1366 × 768, a telephone."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from pipeline.registry import Link
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, draw_book
from tests.web.desk.judged import overflow, violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SCREEN: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}


def shelf(office: Office) -> tuple[int, ...]:
    """Four births, two of one name."""
    names = ("Nguyễn Thị Thử", "Nguyễn Thị Thử", "Nguyễn Thi Thữ", "Trần Văn Mẫu")
    pages = [
        (
            Line("entry_number", f"{number}/2010", accepted=True),
            Line("child_name", name, accepted=number != 3),
            Line("registered_on", f"0{number}.03.2010", accepted=True),
            Line("mother_name", "Lê Thị Mẫu", accepted=True),
        )
        for number, name in enumerate(names, 1)
    ]
    book_id = draw_book(office, pages).book_id
    ids = tuple(office.registry.entries(book_id))
    evidence = {"name": "same", "born": "same day", "mother": "same", "sex": "differs"}
    office.registry.save_links([Link("person", ids[0], "child", ids[1], "child", 0.973, evidence)])
    return ids


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_found_stands_beside_its_ink_and_a_link_takes_one_key(
    chromium: Browser, office: Office, theme: Literal["light", "dark"]
) -> None:
    ids = shelf(office)
    office.hire("phu.trach", Role.SUPERVISOR)
    with office.open():
        context = chromium.new_context(viewport=SCREEN, color_scheme=theme, reduced_motion="reduce")
        chief = Typist(context, office.url).come_in(office.login("phu.trach"))
        page = chief.page
        page.goto(f"{chief.url}/search")
        flaws = {"form": violations(page)}
        page.select_option("[name=purpose]", "citizen")
        page.fill("[name=reason]", "HS 12/2026")
        page.fill("[name=name]", "nguyen thi thu")
        page.press("[name=name]", "Enter")
        expect(page.locator(".search-hit")).to_have_count(2)
        expect(page.locator(".search-ink img").first).to_have_js_property("complete", value=True)
        assert page.locator(".search-ink img").first.evaluate("one => one.naturalWidth") > 20
        assert "thu" not in page.url
        flaws["found"] = violations(page)
        sizes = {"found": overflow(page)}
        page.set_viewport_size(PHONE)
        flaws["phone"], sizes["phone"] = violations(page), overflow(page)
        page.set_viewport_size(SCREEN)
        page.goto(f"{chief.url}/entries/{ids[0]}/links")
        flaws["links"], sizes["links"] = violations(page), overflow(page)
        page.keyboard.press("c")
        expect(page.locator("p[role=status]")).to_contain_text("đúng")
        page.wait_for_load_state()
        page.keyboard.press("r")
        expect(page.locator("p[role=status]")).to_contain_text("rút lại")
        context.close()
    assert {name: found for name, found in flaws.items() if found} == {}
    assert {name: size for name, size in sizes.items() if size} == {}
    assert office.registry.links()[0].decision is None
