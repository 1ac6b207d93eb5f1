"""The desk says why a field has to be typed, and what a planted text was."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.base.model import FieldStatus
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, decided, draw_book
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
NAME = Line("child_name", "Trần Thị Thử", confidence=0.99)
UNSURE = Line("mother_name", "Lê Thị Mẫu", "Lê Thị Mầu", confidence=0.3)


def test_a_field_that_is_typed_unseen_says_why(office: Office, sit_down: SitDown) -> None:
    book = draw_book(office, [(NAME, UNSURE)])
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.CHECKER)
    with office.open(ReviewPolicy(most_wrong_critical=14.0, planted=0.0)):
        an = sit_down("an").start()
        expect(an.current.locator(".why")).to_have_count(0)
        assert an.input.input_value() == NAME.ink
        an.press("Enter")
        why = an.current.locator(".why").filter(has_text="Vì sao phải gõ: máy đọc ô này rất không chắc")
        expect(why).to_have_count(1)
        assert an.input.input_value() == ""
        an.type(UNSURE.ink).press("Enter").see_the_end()
        binh = sit_down("binh").start()
        assert binh.input.input_value() == UNSURE.ink
        binh.press("Enter").see_the_end()
    assert decided(office, book)["mother_name"] == (FieldStatus.READ, UNSURE.ink)


def test_a_planted_text_that_is_accepted_comes_back_at_once_and_never_counts(
    office: Office, sit_down: SitDown
) -> None:
    book = draw_book(office, [(NAME,)])
    office.hire("an", Role.REVIEWER)
    planting = ReviewPolicy(most_wrong_critical=40.0).model_copy(update={"planted": 1.0})
    with office.open(planting):
        an = sit_down("an").start()
        assert an.input.input_value() not in ("", NAME.ink)
        an.press("Enter")
        expect(an.current.locator(".why")).to_contain_text("chữ thử")
        assert decided(office, book) == {}
        assert an.input.input_value() == NAME.ink
        an.press("Enter").see_the_end()
    assert decided(office, book) == {"child_name": (FieldStatus.READ, NAME.ink)}
