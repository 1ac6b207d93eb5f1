"""Every page as axe-core judges it (WCAG 2.2 A and AA), in both themes; zoom, focus, live regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from pipeline.base.model import Finding, Severity
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, draw_book, usual_lines
from tests.web.desk.judged import overflow, overflow_below, violations
from tests.web.desk.office import DOUBLE, Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
Theme = Literal["light", "dark"]
NARROW: ViewportSize = {"width": 1092, "height": 614}
"""A screen of 1366 × 768 at a zoom of 125 %."""


@contextmanager
def seated(chromium: Browser, office: Office, name: str, theme: Theme) -> Iterator[Typist]:
    context = chromium.new_context(viewport=NARROW, color_scheme=theme, reduced_motion="reduce")
    try:
        yield Typist(context, office.url).come_in(office.login(name))
    finally:
        context.close()


def busy_book(office: Office) -> int:
    """Entries that show all that a task can show."""
    disagree = Finding("D02", Severity.BLOCK, ("child_name", "child_sex"), {"after": "3"})
    whole = Finding("K07", Severity.REVIEW, ())
    pages = [usual_lines(1), usual_lines(2), (*usual_lines(3), Line("notes", "", read=""))]
    pages += [usual_lines(number) for number in range(4, 9)]
    return draw_book(office, pages, findings={1: [disagree, whole], 2: [disagree]}).book_id


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_passes_axe_and_fits_a_narrow_window(
    chromium: Browser, office: Office, theme: Theme
) -> None:
    book_id = busy_book(office)
    office.hire("an", Role.REVIEWER)
    office.hire("phu.trach", Role.SUPERVISOR)
    with office.open(DOUBLE):
        with seated(chromium, office, "an", theme) as an:
            flaws = {"home": violations(an.page)}
            an.start()
            flaws["desk"] = violations(an.page)
            sizes = {"desk": overflow(an.page)}
            an.page.keyboard.type("Nguye")
            expect(an.current.locator(".known li").first).to_be_visible()
            flaws["known words"] = violations(an.page)
            an.press("Escape", "F1")
            flaws["help"] = violations(an.page)
            an.press("Escape", "F6")
            flaws["reasons"] = violations(an.page)
            an.press("Escape", "F8", "Alt+1", "Enter").see_task()
            an.press("Enter", "Enter", "Enter").see_task().see_all_saved()
            an.page.goto(f"{an.url}/column?book={book_id}")
            flaws["columns"] = violations(an.page)
            sizes["columns"] = overflow(an.page)
            an.page.goto(f"{an.url}/column?book={book_id}&field=child_sex&stage=review")
            expect(an.page.locator(".cell input:focus")).to_be_visible()
            flaws["column"] = violations(an.page)
            sizes["column"] = overflow(an.page)
            an.press("Enter").see_all_saved()
        with seated(chromium, office, "phu.trach", theme) as chief:
            chief.page.goto(f"{chief.url}/desk?stage=check")
            chief.see_task()
            flaws["check"] = violations(chief.page)
            sizes["check, below the window"] = overflow_below(chief.page)
            chief.page.goto(f"{chief.url}/tickets")
            flaws["tickets"] = violations(chief.page)
            sizes["tickets"] = overflow(chief.page)
            for name in (
                "reports",
                "reports/books",
                "reports/waiting",
                "reports/people",
                "lots",
                "assignments",
                "reconcile",
                "packages",
                "withdrawals",
                f"withdrawals/{book_id}",
                f"withdrawals/{book_id}?part=book",
                f"entries/{office.registry.entries(book_id)[0]}?column=meHoTen",
            ):
                chief.page.goto(f"{chief.url}/{name}")
                flaws[name] = violations(chief.page)
                sizes[name] = overflow(chief.page)
    assert {name: found for name, found in flaws.items() if found} == {}
    assert {name: size for name, size in sizes.items() if size > 0} == {}


def test_what_comes_up_is_told_to_who_cannot_see_it(office: Office, sit_down: SitDown) -> None:
    busy_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        said = an.page.locator("#said")
        expect(said).to_have_attribute("aria-live", "polite")
        expect(said).to_contain_text("Rà soát: Khai sinh, số 1/2010")
        label = an.page.evaluate("document.activeElement.labels[0].textContent")
        assert label == "Họ tên người được khai sinh"
        described = an.input.get_attribute("aria-describedby") or ""
        form, doubt, about = (an.page.locator(f"#{part}") for part in described.split())
        expect(form).to_contain_text("họ, chữ đệm, tên")
        expect(doubt).to_be_hidden()
        expect(about).to_contain_text("Ngày ghi bằng số khác")


def test_where_the_focus_is_can_be_seen(office: Office, sit_down: SitDown) -> None:
    busy_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        seen = set()
        for _ in range(12):
            an.press("Tab")
            style = an.page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return [document.activeElement.tagName, s.outlineStyle, parseFloat(s.outlineWidth)]; }"
            )
            if style[0] not in ("BODY", "MAIN"):
                seen.add(tuple(style[1:]))
        assert all(kind != "none" and width >= 2 for kind, width in seen)


def test_the_focus_can_leave_every_field_by_tab(office: Office, sit_down: SitDown) -> None:
    lines = (Line("child_name", "Thử"), Line("notes", "x", read=""))
    draw_book(office, [lines], findings={1: [Finding("K07", Severity.REVIEW, ())]})
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        for field in ("child_name", "notes", ""):
            assert (an.field, an.has_focus()) == (field, True)
            an.press("Tab")
            assert not an.has_focus()
            an.press("Shift+Tab")
            assert an.has_focus()
            if field == "notes":
                an.type("x")
            an.press("Enter")
        assert violations(an.see_the_end().page) == []
