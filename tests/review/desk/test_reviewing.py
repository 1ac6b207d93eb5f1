"""People at the desk, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.registry.accounts import Role
from tests.review.desk.drawn_book import draw_book, usual_lines
from tests.review.desk.office import Office
from tests.review.desk.typist import Typist

SitDown = Callable[[str], Typist]


def test_twenty_entries_from_the_login_on_by_keyboard_alone(office: Office, sit_down: SitDown) -> None:
    book = draw_book(office.registry, office.workspace, [usual_lines(n) for n in range(1, 22)])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        done = set()
        for _ in range(20):
            ink, task = book.ink(an.page_no), an.task
            assert (an.field, an.has_focus()) == ("child_name", True)
            if an.input.input_value() != ink["child_name"]:
                an.press("Alt+2")
            assert an.input.input_value() == ink["child_name"]
            an.press("Enter", "Enter", "Enter")
            an.see_task(besides=task)
            assert an.has_focus()
            done.add(task)
        expect(an.page.locator("#unsaved")).to_be_empty()
        assert len(done) == 20
        assert all(request.startswith(an.url) for request in an.requests)
        an.press("Enter", "Enter", "Enter")
        expect(an.page.locator(".waiting")).to_contain_text("Hết việc")
    for page_no, entry_id in enumerate(office.registry.entries(book.book_id), 1):
        decisions = office.registry.entry(entry_id).decisions
        said = {field: decision.text for field, decision in decisions.items()}
        assert said == {
            field: book.ink(page_no)[field] for field in ("child_name", "child_sex", "child_birth_place")
        }
