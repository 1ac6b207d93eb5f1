"""Several people at one desk: blind keying, checking, races, leases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import NAME, decision, draw_book, one_line_book
from tests.web.desk.office import DOUBLE, Office
from tests.web.desk.typist import Typist, held_up

SitDown = Callable[[str], Typist]
CHECKED = ReviewPolicy(check="all", blind="none")


def test_blind_keying_shows_the_second_person_nothing_and_a_third_both_words(
    office: Office, sit_down: SitDown
) -> None:
    book = one_line_book(office)
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.CHECKER)
    office.hire("chi", Role.CHECKER)
    with office.open(DOUBLE):
        an = sit_down("an").start()
        an.press("Enter").see_the_end()
        assert decision(office, book) is None

        binh = sit_down("binh").start()
        expect(binh.page.locator(".task .stage")).to_have_text("Kiểm tra")
        assert binh.input.input_value() == ""
        expect(binh.current.locator(".choices, .findings")).to_have_count(0)
        assert "Thư" not in binh.page.content()
        binh.type("Trần Thị Thử").press("Enter").see_the_end()
        assert decision(office, book) is None

        chi = sit_down("chi").start()
        expect(chi.page.locator(".task .stage")).to_have_text("Phân xử")
        assert chi.input.input_value() == ""
        words = chi.current.locator(".choices button .text")
        assert words.all_inner_texts() == ["Trần Thị Thư", "Trần Thị Thử"]
        assert chi.current.locator("mark").all_inner_texts() == ["ư", "ử"]
        assert "an." not in chi.current.inner_text()
        chi.press("Alt+2", "Enter").see_the_end()
    text, authors = decision(office, book) or ("", "")
    assert text == "Trần Thị Thử"
    assert office.login("chi") in authors


def test_two_who_key_the_same_settle_a_field_without_a_third(office: Office, sit_down: SitDown) -> None:
    book = one_line_book(office)
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.CHECKER)
    with office.open(DOUBLE):
        sit_down("an").start().press("Alt+2", "Enter").see_the_end()
        sit_down("binh").start().type("Trần Thị  Thử ").press("Enter").see_the_end()
    text, authors = decision(office, book) or ("", "")
    assert " ".join(text.split()) == "Trần Thị Thử"
    assert authors == f"{office.login('an')}, {office.login('binh')}"


def test_a_checker_sees_the_word_before_and_nobody_checks_their_own(
    office: Office, sit_down: SitDown
) -> None:
    book = one_line_book(office)
    office.hire("an", Role.CHECKER)
    office.hire("binh", Role.CHECKER)
    with office.open(CHECKED):
        sit_down("an").start().press("Enter").see_the_end()
        binh = sit_down("binh").start()
        assert binh.input.input_value() == "Trần Thị Thư"
        expect(binh.current.locator(".choices button").first).to_contain_text("người trước ghi")
        binh.press("Alt+2", "Enter").see_the_end()
    assert (decision(office, book) or ("",))[0] == "Trần Thị Thử"


def test_two_who_race_never_get_the_same_task(office: Office, sit_down: SitDown) -> None:
    book = one_line_book(office, pages=9)
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.REVIEWER)
    with office.open():
        people = [sit_down("an"), sit_down("binh")]
        for person in people:
            person.press("Enter")
        done: dict[int, list[int]] = {0: [], 1: []}
        while sum(map(len, done.values())) < 9:
            for number, person in enumerate(people):
                if person.sees_a_task_or_the_end():
                    done[number].append(person.task)
                    person.press("Alt+2", "Enter")
        for person in people:
            person.see_the_end()
    assert sorted(done[0] + done[1]) == sorted(set(done[0] + done[1]))
    assert min(len(done[0]), len(done[1])) > 0
    assert [decision(office, book, page) is not None for page in range(1, 10)] == [True] * 9


def test_a_task_whose_lease_ran_out_goes_to_another_and_the_first_is_told(
    office: Office, sit_down: SitDown
) -> None:
    book = one_line_book(office)
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start().see_nothing_ahead()
        an.press("Control+A").type("gõ dở")
        office.clock.pass_minutes(16)
        binh = sit_down("binh").start()
        assert binh.task == an.task
        an.press("Enter")
        expect(an.page.locator("#unsaved")).to_contain_text("không còn trong tay bạn")
        expect(an.page.locator("#unsaved")).to_contain_text("chưa lưu được")
        binh.press("Alt+2", "Enter").see_the_end()
    assert decision(office, book) == ("Trần Thị Thử", office.login("binh"))


def test_a_lease_is_kept_as_long_as_somebody_works_on_the_task(office: Office, sit_down: SitDown) -> None:
    book = one_line_book(office)
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start().see_nothing_ahead()
        an.page.clock.install()
        for _ in range(3):
            office.clock.pass_minutes(10)
            an.page.clock.fast_forward("05:00")
            with an.page.expect_response("**/stay"):
                an.press("End")
        binh = sit_down("binh")
        binh.press("Enter")
        expect(binh.page.locator(".waiting")).to_contain_text("Hết nhiệm vụ")
        an.press("Alt+2", "Enter").see_the_end()
    assert (decision(office, book) or ("",))[0] == "Trần Thị Thử"


def test_what_somebody_has_in_hand_is_there_again_when_the_page_is_loaded_anew(
    office: Office, sit_down: SitDown
) -> None:
    one_line_book(office, pages=3)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        task = an.task
        an.page.reload()
        an.shown = 0
        an.see_task()
        assert an.task == task


def test_a_word_on_a_task_that_changed_meanwhile_is_not_taken(office: Office, sit_down: SitDown) -> None:
    book = one_line_book(office, pages=2)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        go_on = held_up(an.page, "**/desk/next", after=1)
        an.start()
        anew = replace(NAME, read="Trần Thị Thứ")
        draw_book(office, [(anew, replace(book.lines[0][1], accepted=False))], run="f2")
        an.press("Enter")
        expect(an.page.locator("#unsaved")).to_contain_text("máy vừa đọc lại")
        reopen = an.page.get_by_role("button", name="Mở lại nhiệm vụ này")
        reopen.focus()
        go_on()
        an.see_task()
        expect(reopen).to_be_focused()  # though the next task came up meanwhile
        an.press("Enter").see_task()
        expect(an.page.locator("#unsaved")).to_be_empty()
        assert an.input.input_value() == "Trần Thị Thứ"
        an.press("Alt+2", "Enter", "Enter").see_task()
        an.press("Enter").see_the_end()
    assert (decision(office, book) or ("",))[0] == "Trần Thị Thử"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_who_does_not_review_has_no_desk(office: Office, sit_down: SitDown, role: Role) -> None:
    one_line_book(office)
    office.hire("an", role)
    with office.open():
        an = sit_down("an")
        expect(an.page.get_by_role("link", name="Màn hình rà soát")).to_have_count(0)
        answer = an.page.goto(f"{an.url}/desk")
        assert answer is not None
        assert answer.status == 403
