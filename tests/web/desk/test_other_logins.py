"""Two tabs, an ended session, another person's login: what was typed waits for the person who typed it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import decision, one_line_book
from tests.web.desk.office import PASSWORD, Office
from tests.web.desk.typist import PATIENCE, Typist

SitDown = Callable[[str], Typist]


def log_in_beside(person: Typist, login: str) -> None:
    """Log in anew in another tab of the same browser."""
    beside = person.page.context.new_page()
    beside.set_default_timeout(PATIENCE)
    beside.goto(f"{person.url}/login")
    for name, text in (("login", login), ("password", PASSWORD)):
        beside.locator(f"[name={name}]").fill(text)
    beside.locator("[name=password]").press("Enter")
    beside.wait_for_url(f"{person.url}/")
    beside.close()


def end_session(person: Typist) -> None:
    person.page.context.clear_cookies()


def test_after_a_new_login_in_another_tab_all_goes_on_without_loading_the_page_anew(
    office: Office, sit_down: SitDown
) -> None:
    book = one_line_book(office, pages=3)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.page.wait_for_function("() => document.querySelectorAll('#place .task').length === 1")
        end_session(an)
        an.press("Control+A").type("Trần Thị Thử").press("Enter")
        expect(an.page.locator("#unsaved .trouble a")).to_have_attribute("href", "/login")
        log_in_beside(an, office.login("an"))
        an.see_all_saved()
        while an.sees_a_task_or_the_end():
            an.press("F6", "Alt+1", "Enter")
            break
        expect(an.page.locator("#unsaved")).to_be_empty()
    assert (decision(office, book) or ("",))[0] == "Trần Thị Thử"


def test_nothing_is_done_under_the_name_of_another_who_logged_in(office: Office, sit_down: SitDown) -> None:
    one_line_book(office, pages=2)
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        end_session(an)
        log_in_beside(an, office.login("binh"))
        an.press("F6", "Alt+1", "Enter")
        expect(an.page.locator("#unsaved")).to_contain_text("tài khoản khác")
        an.press("Alt+2", "Enter")
        expect(an.page.locator("#unsaved .trouble")).to_be_visible()
        held = office.registry.desk(office.policy, now=office.clock).held(office.person("binh"))
        assert held == ()
        end_session(an)
        log_in_beside(an, office.login("an"))
        an.see_all_saved()


def test_a_task_that_is_open_in_two_tabs_is_told_in_the_second(office: Office, sit_down: SitDown) -> None:
    one_line_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        second = an.page.context.new_page()
        second.goto(f"{an.url}/desk")
        expect(second.locator("#unsaved")).to_contain_text("thẻ khác")
        expect(an.page.locator("#unsaved")).to_be_empty()
        second.close()
        an.press("Alt+2", "Enter").see_the_end()
