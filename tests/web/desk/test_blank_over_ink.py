"""A blank that is said of ink is asked about once, in its place; a blank that the machine saw too costs one key."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Request, expect

from pipeline.base.model import FieldStatus
from pipeline.declarations.review_policy import BookPolicy, ReviewPolicy
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, decided, draw_book
from tests.web.desk.office import DOUBLE, Office
from tests.web.desk.sexes import SEXES, at_the_column, rows, sexes
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
NAME = Line("child_name", "Trần Thị Thử")
CHECKED = ReviewPolicy(BookPolicy(check="all", blind="none"))
QUESTION = "Ô này có chữ viết. Bạn chắc là để trống?"


def kept_by(typist: Typist) -> list[bool]:
    """Note whether each blank that is sent was confirmed; the list grows while the person works."""
    found: list[bool] = []

    def note(request: Request) -> None:
        if request.url.endswith("/words"):
            words = json.loads(request.post_data or "{}")["words"]
            found.extend(bool(one.get("kept")) for one in words if one["status"] == "blank")

    typist.page.on("request", note)
    return found


def test_a_blank_said_of_ink_is_asked_about_beside_its_picture_and_confirmed_by_the_same_key(
    office: Office, sit_down: SitDown
) -> None:
    book = draw_book(office, [(NAME, Line("mother_name", ""))])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        kept = kept_by(an)
        expect(an.current.locator(".doubt-blank")).to_be_hidden()
        an.press("F3")
        expect(an.current.get_by_text(QUESTION)).to_be_visible()
        expect(an.current.locator("img.ink")).to_be_in_viewport()
        expect(an.page.locator("#said")).to_contain_text(QUESTION)
        assert an.field == "child_name"
        expect(an.page.locator(".field.done")).to_have_count(0)
        an.press("F3")
        assert an.field == "mother_name", "the machine saw nothing there"
        an.press("Shift+Enter", "Enter")
        assert an.field == "mother_name", "what was accepted is passed again without a question"
        an.press("F3").see_the_end()
    assert decided(office, book) == {
        "child_name": (FieldStatus.BLANK, ""),
        "mother_name": (FieldStatus.BLANK, ""),
    }
    assert kept == [True, False]


def test_what_is_typed_after_the_question_is_no_word_of_the_next_field(
    office: Office, sit_down: SitDown
) -> None:
    draw_book(office, [(NAME, Line("mother_name", "Lê Thị Mẫu"))])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("End").at_once("F3", "F3", "Lê Thị", "Enter", "F3")
        assert (an.field, an.input.input_value()) == ("child_name", NAME.ink)
        expect(an.page.locator(".field.done")).to_have_count(0)
        an.press("Control+A").type("Trần Thị Thử")
        expect(an.current.locator(".doubt-blank")).to_be_hidden()
        an.press("Enter")
        expect(an.page.locator('[data-field="child_name"] .given')).to_have_text("Trần Thị Thử")


def test_the_key_that_goes_on_is_no_answer_unless_it_asked(office: Office, sit_down: SitDown) -> None:
    book = draw_book(office, [(NAME,)])
    for name, role in (("an", Role.REVIEWER), ("binh", Role.CHECKER)):
        office.hire(name, role)
    with office.open(CHECKED):
        sit_down("an").start().press("F3", "F3").see_the_end()
        binh = sit_down("binh").start()
        binh.press("F3", "Enter")
        expect(binh.current.get_by_text(QUESTION)).to_be_visible()
        binh.press("Escape", "Alt+1", "Enter")
        expect(binh.current.get_by_text(QUESTION)).to_be_visible()
        binh.press("Enter").see_the_end()
    assert decided(office, book) == {"child_name": (FieldStatus.BLANK, "")}


@pytest.mark.parametrize("other", ["F2", "F4"])
def test_another_status_is_no_answer_to_the_question(office: Office, sit_down: SitDown, other: str) -> None:
    book = draw_book(office, [(NAME,)])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("F3", other).see_the_end()
    assert decided(office, book)["child_name"][0] is not FieldStatus.BLANK


def test_who_keys_blind_is_asked_as_well_and_told_nothing_of_what_was_read(
    office: Office, sit_down: SitDown
) -> None:
    draw_book(office, [(NAME,)])
    for name, role in (("an", Role.REVIEWER), ("binh", Role.CHECKER)):
        office.hire(name, role)
    with office.open(DOUBLE):
        sit_down("an").start().press("Enter").see_the_end()
        binh = sit_down("binh").start().press("F3")
        expect(binh.current.get_by_text(QUESTION)).to_be_visible()
        assert NAME.ink not in binh.page.content()


def test_a_column_asks_once_for_all_pictures_that_are_chosen(office: Office, sit_down: SitDown) -> None:
    pages = [(Line("child_sex", "" if number == 1 else sex),) for number, sex in enumerate(SEXES)]
    book = draw_book(office, pages)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = at_the_column(office, sit_down, "an", book)
        kept = kept_by(an)
        empty = an.page.locator(".cell:not([data-inked]) input")
        empty.focus()
        an.press("F3")
        expect(an.page.locator(".cell")).to_have_count(len(SEXES) - 1)
        an.page.locator('.row-of-like[data-text="nam"] .cell input').first.focus()
        an.press("Space", "Shift+ArrowRight", "F3")
        expect(an.page.locator("#detail .doubt-blank")).to_contain_text("2 trong 2 ảnh này có chữ viết")
        an.press("Enter")
        expect(an.page.locator("#said")).to_contain_text("Esc nếu không")
        expect(an.page.locator(".cell")).to_have_count(len(SEXES) - 1)
        an.press("ArrowLeft")
        expect(an.page.locator("#detail .doubt-blank")).to_be_hidden()
        an.press("F3", "F3").see_all_saved()
        expect(an.page.locator(".cell")).to_have_count(len(SEXES) - 3)
        assert kept == [False, True, True]


def test_a_row_that_the_first_person_called_blank_is_asked_about_too(
    office: Office, sit_down: SitDown
) -> None:
    book = sexes(office)
    for name, role in (("an", Role.REVIEWER), ("binh", Role.CHECKER)):
        office.hire(name, role)
    with office.open(CHECKED):
        an = at_the_column(office, sit_down, "an", book)
        an.press("F3", "F3").see_all_saved()
        binh = sit_down("binh")
        binh.page.goto(f"{binh.url}/column?book={book.book_id}&field=child_sex&stage=check")
        expect(binh.page.locator(".cell input:focus")).to_be_visible()
        binh.press("Enter")
        expect(binh.page.locator("#detail .doubt-blank")).to_contain_text(QUESTION)
        assert rows(binh) == [("", 1)]
        binh.press("Enter").see_all_saved()
        expect(binh.page.locator(".waiting")).to_contain_text("không còn ảnh nào")
