"""Fingers that are faster than the eyes, or than the server: nothing is accepted unseen, nothing typed goes away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pipeline.registry.accounts import Role
from pipeline.review_policy import ReviewPolicy
from tests.review.desk.drawn_book import decided, usual_book
from tests.review.desk.office import Office
from tests.review.desk.sexes import at_the_column, rows, sexes
from tests.review.desk.typist import TWICE, Typist, held_up

SitDown = Callable[[str], Typist]
TOO_EARLY = "Chưa gõ được"
TYPED_AND_ACCEPTED = """() => {
  const press = () => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  press();
  document.execCommand("insertText", false, "nam");
  press();
}"""
"""A field is accepted, the next one typed in and accepted, all within one turn of the page."""


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
        an.press("End").page.evaluate(TYPED_AND_ACCEPTED)
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
        an.press("End").page.evaluate(TWICE.replace("Enter", "F3"))
        assert rows(an) == [("nam", 3), ("nữ", 4)]


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
    with office.open(ReviewPolicy()):
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
