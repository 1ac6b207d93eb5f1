"""Fingers that are faster than the eyes, or than the server: nothing is accepted unseen, nothing typed goes away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Route, expect

from pipeline.base.model import Finding, Severity
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import NAME, Line, decided, draw_book, usual_book
from tests.web.desk.office import DOUBLE, Office
from tests.web.desk.sexes import SEXES, at_the_column, rows, sexes
from tests.web.desk.typist import TWICE, Typist, held_up

SitDown = Callable[[str], Typist]
TOO_EARLY = "Chưa gõ được"
NOT_SAVED_YET = "hãy làm tiếp rồi thử lại sau"

DOUBLE_CLICK = """(where) => {
  for (const detail of [1, 2])
    document.querySelector(where).dispatchEvent(new MouseEvent("click", { detail, bubbles: true, cancelable: true }));
}"""


CLICK_TWICE_AS_IT_COMES = """(where) => {
  const place = document.getElementById("place"), before = place.firstElementChild;
  const click = (detail) =>
    document.querySelector(where).dispatchEvent(new MouseEvent("click", { detail, bubbles: true, cancelable: true }));
  new MutationObserver((_, watcher) => {
    if (place.firstElementChild === before || !document.querySelector(where)) return;
    watcher.disconnect();
    for (const detail of [1, 2]) click(detail);
  }).observe(place, { childList: true });
  click(1);
}"""
"""A click, and more of them the moment the next task comes up, counted anew or as the second one of a double click."""


def pictures(person: Typist) -> list[str]:
    """What the pictures of a column are called, in their order."""
    inputs = person.page.locator(".cell input").all()
    return [one.get_attribute("aria-label") or "" for one in inputs]


def test_a_key_pressed_twice_accepts_nothing_of_the_next_field(office: Office, sit_down: SitDown) -> None:
    usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("End").page.evaluate(TWICE)
        expect(an.page.locator(".field.done")).to_have_count(1)
        assert an.field == "child_sex"


def test_what_was_typed_in_a_field_is_accepted_at_once(office: Office, sit_down: SitDown) -> None:
    usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("End").at_once("Enter", "nam", "Enter")
        expect(an.page.locator('[data-field="child_sex"] .given')).to_have_text("nam")
        assert an.field == "child_birth_place"


def test_accepted_fields_are_passed_again_as_fast_as_one_likes(office: Office, sit_down: SitDown) -> None:
    usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("Enter", "Enter", "Shift+Enter", "Shift+Enter")
        an.page.evaluate(TWICE)
        assert an.field == "child_birth_place"
        expect(an.page.locator(".field.done")).to_have_count(2)


def test_a_key_pressed_twice_in_a_column_says_nothing_of_the_next_picture(
    office: Office, sit_down: SitDown
) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = at_the_column(office, sit_down, "an", book)
        an.press("End").page.evaluate(TWICE.replace("Enter", "F2"))
        assert rows(an) == [("nam", 3), ("nữ", 4)]


def test_what_is_typed_after_a_refused_key_goes_nowhere_until_the_person_has_paused(
    office: Office, sit_down: SitDown
) -> None:
    book = usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("End").at_once("Enter", "F2", "Xã Thử", "Enter")
        expect(an.page.locator("#said")).to_contain_text("không vào đâu cả")
        assert (an.field, an.input.input_value()) == ("child_sex", book.ink(1)["child_sex"])
        expect(an.page.locator(".field.done")).to_have_count(1)
        an.press("Control+A").type("nam").press("Enter")
        expect(an.page.locator('[data-field="child_sex"] .given')).to_have_text("nam")


@pytest.mark.parametrize("reaction", ["Alt+2", "Escape"])
def test_who_has_chosen_accepts_at_once(office: Office, sit_down: SitDown, reaction: str) -> None:
    lines = (Line("child_sex", "nữ"), replace(NAME, field="mother_name"), Line("notes", "Xã Thử Nghiệm"))
    draw_book(office, [lines])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        first = an.field
        an.press("End").at_once("Enter", reaction, "Enter")
        expect(an.page.locator(".field.done")).to_have_count(2)
        assert an.field != first


def test_a_double_click_on_what_was_looked_at_accepts_nothing_of_the_next_task(
    office: Office, sit_down: SitDown
) -> None:
    look = Finding("K07", Severity.REVIEW, ())
    lines = (Line("child_name", "Trần Thị Thử", accepted=True), Line("child_sex", "nữ", accepted=True))
    draw_book(office, [lines] * 3, findings={1: [look], 2: [look], 3: [look]})
    office.hire("an", Role.REVIEWER)
    asked: list[Route] = []

    def one_late(route: Route) -> None:
        asked.append(route)
        if len(asked) != 3:
            route.continue_()

    with office.open():
        an = sit_down("an")
        an.page.route("**/desk/next", one_late)
        an.start()
        for is_late in (False, True):
            before = an.task
            an.press("End").page.evaluate(CLICK_TWICE_AS_IT_COMES, ".seen")
            if is_late:
                expect(an.page.locator(".waiting")).to_contain_text("Đang lấy nhiệm vụ")
                asked[2].continue_()
            an.see_task().see_all_saved()
            assert an.task != before
            expect(an.page.locator("#said")).to_contain_text("chưa nhận gì")
        assert len([one for one in an.requests if one.endswith("/words")]) == 2


def keyed_singly(office: Office, sit_down: SitDown) -> Typist:
    """Somebody at a column of pictures that are on the screen and keyed each by itself; another has keyed them."""
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.CHECKER)
    an = at_the_column(office, sit_down, "an", book)
    an.press("Enter", "Enter").see_all_saved()
    binh = at_the_column(office, sit_down, "binh", book)
    expect(binh.page.locator(".cell[data-seen]")).to_have_count(len(SEXES))
    return binh


def test_pictures_that_one_sees_are_keyed_as_fast_as_one_likes(office: Office, sit_down: SitDown) -> None:
    with office.open(DOUBLE):
        binh = keyed_singly(office, sit_down)
        before = pictures(binh)
        binh.press("End").at_once("F2", "nam", "Enter", "nữ")
        assert pictures(binh) == before[2:]
        expect(binh.page.locator(".cell input:focus")).to_have_value("nữ")
        assert binh.page.locator(".cell input:focus").get_attribute("aria-label") == before[2]
        binh.at_once("Enter", "Enter", "Enter")
        assert pictures(binh) == before[3:]


@pytest.mark.parametrize("hasty", ["double click", "double press"])
def test_a_choice_without_text_is_taken_once(office: Office, sit_down: SitDown, hasty: str) -> None:
    book = sexes(office)
    for name, role in (("an", Role.REVIEWER), ("binh", Role.CHECKER), ("chi", Role.CHECKER)):
        office.hire(name, role)
    with office.open(DOUBLE):
        an = at_the_column(office, sit_down, "an", book)
        an.press("Enter", "Enter").see_all_saved()
        binh = at_the_column(office, sit_down, "binh", book)
        for _ in SEXES:
            binh.press("F2")
        binh.see_all_saved()
        chi = at_the_column(office, sit_down, "chi", book)
        expect(chi.page.locator(".cell").nth(1)).to_have_attribute("data-seen", "")
        expect(chi.page.locator(".cell").first).to_have_attribute("data-seen", "")
        expect(chi.page.locator("[data-fresh]")).to_have_count(0)
        before = pictures(chi)
        unread = chi.page.locator(".cell").first.locator('[data-status="illegible"]')
        if hasty == "double click":
            chi.page.evaluate(DOUBLE_CLICK, '.cell [data-status="illegible"]')
        else:
            number = unread.get_attribute("data-number")
            chi.at_once(f"Alt+{number}", f"Alt+{number}")
        assert pictures(chi) == before[1:]


@pytest.mark.parametrize("sought", ["F9", "Tạm dừng"])
def test_while_the_server_is_away_one_works_on(office: Office, sit_down: SitDown, sought: str) -> None:
    usual_book(office, 3)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.page.route("**/words", lambda route: route.abort())
        an.press("Enter", "Enter", "Enter").see_task()
        if sought == "F9":
            an.press(sought)
        else:
            an.page.get_by_role("button", name=sought).click()
        expect(an.page.locator("#unsaved")).to_contain_text(NOT_SAVED_YET)
        an.press("Control+A").type("gõ tiếp")
        assert (an.input.input_value(), an.has_focus()) == ("gõ tiếp", True)
        an.page.unroute("**/words")
        an.see_all_saved()
        assert an.input.input_value() == "gõ tiếp"


def test_a_column_too_is_worked_on_while_the_server_is_away(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open(ReviewPolicy(check="all", blind="critical")):
        an = at_the_column(office, sit_down, "an", book)
        an.page.route("**/words", lambda route: route.abort())
        an.press("Enter")
        for name in ("Hoàn tác", "tạm dừng"):
            an.page.get_by_role("button", name=name).click()
            expect(an.page.locator("#unsaved .complaint")).to_contain_text(NOT_SAVED_YET)
        an.page.keyboard.type("nam")
        expect(an.page.locator(".cell input:focus")).to_have_value("nam")
        an.page.unroute("**/words")
        an.see_all_saved()


@pytest.mark.parametrize(("key", "what"), [("F6", "skip"), ("F7", "ask"), ("F8", "rescan")])
def test_nothing_is_typed_into_a_task_that_is_being_laid_aside(
    office: Office, sit_down: SitDown, key: str, what: str
) -> None:
    usual_book(office, 2)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        before, read = an.task, an.input.input_value()
        goes_on = held_up(an.page, f"**/{what}")
        an.press(key).type("Chữ mờ quá").press("Enter")
        expect(an.page.locator("#said")).to_contain_text("Đang gửi")
        an.page.keyboard.type("gõ tiếp")
        expect(an.page.locator("#said")).to_contain_text(TOO_EARLY)
        assert an.input.input_value() == read
        goes_on()
        an.see_task()
        assert (an.task != before, an.has_focus()) == (True, True)
        an.page.keyboard.type("gõ")
        assert an.input.input_value() == "gõ"


def test_a_refusal_gives_the_task_back_as_it_was(office: Office, sit_down: SitDown) -> None:
    usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("Control+A").type("Trần Thị")
        told = '{"sentence": "Máy chủ đang bận.", "code": "registry"}'
        an.page.route(
            "**/skip", lambda route: route.fulfill(status=503, body=told, content_type="application/json")
        )
        an.press("F6", "Alt+1", "Enter")
        expect(an.page.locator("#unsaved")).to_contain_text("đang bận")
        an.page.keyboard.type(" Thử")
        assert an.input.input_value() == "Trần Thị Thử"


def test_nothing_is_typed_into_the_wrong_task_while_an_undo_is_under_way(
    office: Office, sit_down: SitDown
) -> None:
    book = usual_book(office, 2)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        first = an.task
        an.press("Enter", "Enter", "Enter").see_task().see_all_saved()
        an.press("Control+A").type("gõ dở")
        goes_on = held_up(an.page, "**/desk/undo")
        an.press("F9")
        expect(an.page.locator("#said")).to_contain_text("Đang hoàn tác")
        an.page.keyboard.type("Trần Thị Thử")
        expect(an.page.locator("#said")).to_contain_text(TOO_EARLY)
        an.press("F9", "Enter")
        goes_on()
        an.see_task()
        assert (an.task, an.has_focus()) == (first, True)
        an.press("Control+A").type(book.ink(an.page_no)["child_name"]).press(
            "Enter", "Enter", "Enter"
        ).see_task()
        assert an.input.input_value() == "gõ dở"
    assert decided(office, book)["child_name"][1] == book.ink(1)["child_name"]


def test_nothing_is_typed_into_a_column_while_an_undo_is_under_way(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open(ReviewPolicy(check="all", blind="critical")):
        an = at_the_column(office, sit_down, "an", book)
        an.press("Enter").see_all_saved()
        goes_on = held_up(an.page, "**/column/undo")
        an.press("F9")
        expect(an.page.locator("#said")).to_contain_text("Đang hoàn tác")
        an.page.keyboard.type("nam")
        expect(an.page.locator("#said")).to_contain_text(TOO_EARLY)
        goes_on()
        expect(an.page.locator('.row-of-like[data-text="nam"] .cell')).to_have_count(4)
        an.page.keyboard.type("nam")
        expect(an.page.locator(".cell input:focus")).to_have_value("nam")
