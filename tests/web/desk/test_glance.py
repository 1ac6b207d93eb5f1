"""The glance: the sure fields of an entry together, confirmed by one key, a wrong line corrected by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from pipeline.base.model import FieldStatus, Finding, Severity
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, decided, draw_book
from tests.web.desk.judged import overflow, violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
SURE = 0.99
NUMBER, SEX = Line("entry_number", "03/2010", confidence=SURE), Line("child_sex", "nữ", confidence=SURE)
PLACE = Line("child_birth_place", "Xã Thử Nghiệm", read="Xã Thư Nghiệm", confidence=SURE)
NAME = Line("child_name", "Trần Thị Thử")


def test_one_key_confirms_all_sure_fields_and_each_is_a_decision(office: Office, sit_down: SitDown) -> None:
    lines = (NUMBER, NAME, SEX, Line("child_birth_place", "Xã Thử Nghiệm", confidence=SURE))
    book = draw_book(office, [lines])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        expect(an.page.locator(".lines img.ink:visible")).to_have_count(3)
        expect(an.page.locator(".lines textarea:visible")).to_have_count(3)
        assert violations(an.page) == []
        an.press("Enter")
        assert an.field == "child_name"
        an.press("Enter").see_the_end()
    assert decided(office, book) == {line.field: (FieldStatus.READ, line.ink) for line in lines}


def test_the_arrows_go_to_a_wrong_line_and_the_others_are_confirmed_after_it(
    office: Office, sit_down: SitDown
) -> None:
    book = draw_book(office, [(NUMBER, SEX, PLACE)])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("F3")
        expect(an.page.locator("#said")).to_contain_text("Chưa chọn dòng nào")
        an.press("ArrowUp", "Enter")
        assert an.field == PLACE.field
        an.type("Xã Thử Nghiệm").press("Enter")
        expect(an.page.locator(".field.current")).to_have_count(0)
        expect(an.page.locator(".glance .count")).to_have_text("2")
        an.press("Enter").see_the_end()
    assert decided(office, book) == {
        line.field: (FieldStatus.READ, line.ink) for line in (NUMBER, SEX, PLACE)
    }


def test_typing_on_a_line_replaces_it_and_a_status_is_given_to_it(office: Office, sit_down: SitDown) -> None:
    book = draw_book(office, [(NUMBER, SEX, PLACE)])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("ArrowDown")
        an.page.keyboard.type("4")
        assert (an.field, an.input.input_value()) == (NUMBER.field, "4")
        an.press("Enter", "ArrowDown", "F2", "Enter").see_the_end()
    assert decided(office, book) == {
        NUMBER.field: (FieldStatus.READ, "4"),
        SEX.field: (FieldStatus.ILLEGIBLE, ""),
        PLACE.field: (FieldStatus.READ, PLACE.text),
    }


def test_only_what_was_in_sight_is_confirmed(office: Office, sit_down: SitDown) -> None:
    names = ("entry_number", "child_name", "child_birth_place", "mother_name", "father_name", "notes")
    book = draw_book(
        office,
        [[Line(name, "Xã Thử Nghiệm" if name != "entry_number" else "7", confidence=SURE) for name in names]],
    )
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        an.page.set_viewport_size({"width": 1024, "height": 520})
        an.start().press("Enter")
        expect(an.page.locator("#said")).to_contain_text("Còn dòng chưa hiện đủ")
        left = an.page.locator(".lines .open")
        assert 0 < left.count() < len(names)
        assert overflow(an.page) == 0
        for _ in names:
            if an.page.locator(".lines .open").count() == 0:
                break
            an.press("Enter")
        an.see_the_end()
    assert set(decided(office, book)) == set(names)


def test_what_is_warned_about_or_keyed_blind_is_not_glanced_at(office: Office, sit_down: SitDown) -> None:
    draw_book(office, [(NUMBER, NAME, SEX, PLACE)], {1: [Finding("K21", Severity.REVIEW, (SEX.field,))]})
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        glanced = an.page.locator(".glance .field").evaluate_all("all => all.map((one) => one.dataset.field)")
        assert glanced == [NUMBER.field, PLACE.field]


EMPTY = Line("declarant_paper_type", "")
PARTS = [
    Line(name, "", blank_of=EMPTY.field) for name in ("declarant_paper_number", "declarant_paper_issued_on")
]


@pytest.mark.parametrize(("status", "key"), [(FieldStatus.READ, "Enter"), (FieldStatus.UNREADABLE, "F3")])
def test_parts_of_a_shared_blank_in_which_nothing_is_written_are_one_key(
    office: Office, sit_down: SitDown, status: FieldStatus, key: str
) -> None:
    lines = [replace(line, status=status) for line in (EMPTY, *PARTS)]
    book = draw_book(office, [lines])
    office.hire("an", Role.REVIEWER)
    with office.open():
        sit_down("an").start().press(key).see_the_end()
    assert decided(office, book) == {line.field: (FieldStatus.BLANK, "") for line in lines}
