"""Nothing that somebody typed goes without their knowing: wrong keys, wrong clicks, lost leases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import APIResponse, Dialog, Route, expect

from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import NAME, DrawnBook, decision, draw_book, one_line_book, usual_book
from tests.web.desk.office import Office
from tests.web.desk.typist import TWICE, Typist

SitDown = Callable[[str], Typist]


def test_what_is_half_typed_goes_on_after_the_mouse_and_after_a_dialog(
    office: Office, sit_down: SitDown
) -> None:
    one_line_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("Control+A").type("Trần Thị")
        an.page.locator("[data-zoom=in]").click()
        an.type(" Thử")
        an.press("F1", "Escape").type(" H")
        an.press("F6", "Escape").type("ai")
        assert an.input.input_value() == "Trần Thị Thử Hai"


def test_escape_pressed_too_often_gives_the_typed_text_back(office: Office, sit_down: SitDown) -> None:
    one_line_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("Control+A").type("Trần Thị Thử Hai").press("Alt+1")
        assert an.input.input_value() == NAME.read
        an.press("Escape")
        assert an.input.input_value() == "Trần Thị Thử Hai"
        an.press("Escape")
        assert an.input.input_value() == NAME.read


def test_who_leaves_with_typed_text_is_asked_first(office: Office, sit_down: SitDown) -> None:
    one_line_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        asked: list[str] = []

        def stay_here(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        an.page.on("dialog", stay_here)
        an.press("Control+A").type("gõ dở")
        an.press("F5")
        expect(an.page.locator("#said")).to_contain_text("chưa lưu")
        with an.page.expect_event("dialog"):
            an.page.get_by_role("link", name="Trang đầu").click(no_wait_after=True)
        assert asked == ["beforeunload"]
        assert an.input.input_value() == "gõ dở"
        an.page.get_by_role("button", name="Tạm dừng").click()
        expect(an.page.locator("#said")).to_contain_text("có chữ chưa nhận")
        assert an.has_focus()
        an.page.get_by_role("button", name="Tạm dừng").click()
        an.page.wait_for_url(f"{an.url}/")
        assert asked == ["beforeunload"]
        after = an.requests[next(at for at, one in enumerate(an.requests) if one.endswith("/hand-back")) :]
        assert not any(one.endswith("/delivered") for one in after), "of a task that is given back"


def test_who_leaves_hands_back_the_task_that_is_on_its_way_as_well(office: Office, sit_down: SitDown) -> None:
    usual_book(office, 3)
    office.hire("an", Role.REVIEWER)
    asked: list[Route] = []
    late: list[tuple[Route, APIResponse]] = []

    def answer_late(route: Route) -> None:
        asked.append(route)
        if len(asked) == 2:
            late.append((route, route.fetch()))
        else:
            route.continue_()

    with office.open():
        an = sit_down("an")
        an.page.route("**/desk/next", answer_late)
        an.start()
        while not late:
            an.page.wait_for_timeout(20)
        an.page.get_by_role("button", name="Tạm dừng").click(no_wait_after=True)
        expect(an.page.locator("#said")).to_contain_text("Đang trả nhiệm vụ")
        route, answer = late[0]
        route.fulfill(response=answer)
        an.page.wait_for_url(f"{an.url}/")
        assert office.registry.desk(office.policy, now=office.clock).held_work(office.person("an")).desk == 0


def test_enter_pressed_twice_on_the_last_field_accepts_nothing_of_the_next_task(
    office: Office, sit_down: SitDown
) -> None:
    book = usual_book(office, 2)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        expect(an.page.locator(".field.current")).to_have_count(1)
        an.accept(book.ink(an.page_no)["child_name"]).press("Enter")
        first = an.task
        an.page.wait_for_function(
            "() => performance.getEntriesByType('resource')"
            ".filter(({name, responseEnd}) => name.endsWith('/desk/next') && responseEnd > 0).length === 2"
        )
        an.press("End").page.evaluate(TWICE)  # within one turn of the page, however busy the machine is
        an.see_task()
        assert (an.task != first, an.field) == (True, "child_name")
        expect(an.page.locator(".field.done")).to_have_count(0)


def test_a_field_that_was_changed_after_it_was_accepted_must_be_accepted_again(
    office: Office, sit_down: SitDown
) -> None:
    usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("Enter", "Enter", "Shift+Enter", "Shift+Enter")
        an.press("Control+A").type("Gõ Lại")
        an.page.locator('[data-field="child_birth_place"] .summary').click()
        an.press("Enter")
        assert (an.field, an.input.input_value()) == ("child_name", "Gõ Lại")


def test_refused_words_stay_to_be_read_and_can_be_put_back(office: Office, sit_down: SitDown) -> None:
    book = one_line_book(office, pages=2)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        first = an.task
        stale: list[Route] = []

        def change(route: Route) -> None:
            if stale:
                return route.continue_()
            stale.append(route)
            told = '{"sentence": "Nhiệm vụ này đã đổi.", "code": "stale"}'
            return route.fulfill(status=409, body=told, content_type="application/json")

        an.page.route("**/words", change)
        an.press("Control+A").type("Trần Thị Thử").press("Enter").see_task()
        expect(an.page.locator("#unsaved .lost")).to_contain_text("Trần Thị Thử")
        an.press("Alt+2", "Enter").see_all_saved().see_task()  # the refused task comes again
        expect(an.page.locator("#unsaved .lost")).to_have_count(1)
        an.page.get_by_role("button", name="Mở lại nhiệm vụ này").click()
        expect(an.page.locator("#unsaved .lost")).to_have_count(0)
        assert (an.task, an.input.input_value()) == (first, "Trần Thị Thử")
        an.press("Enter").see_the_end()
    assert (decision(office, book) or ("",))[0] == "Trần Thị Thử"


def read_again(office: Office, book: DrawnBook) -> None:
    """The machine reads the name of the one page anew, so that no word on the reading before is taken."""
    anew = replace(NAME, read="Trần Thị Thứ")
    draw_book(office, [(anew, replace(book.lines[0][1], accepted=False))], run="f2")


def test_a_task_opened_by_hand_stays_when_there_is_no_next_one(office: Office, sit_down: SitDown) -> None:
    book = one_line_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start().see_nothing_ahead()
        read_again(office, book)
        held: list[Route] = []
        free: list[Route] = []
        an.page.route("**/desk/next", lambda route: route.continue_() if free else held.append(route))
        an.press("Enter")
        expect(an.page.locator("#unsaved")).to_contain_text("máy vừa đọc lại")
        an.page.get_by_role("button", name="Mở lại nhiệm vụ này").focus()
        an.press("Enter").see_task()
        an.press("Control+A").type("Trần Thị Thử")
        free += held
        for route in held:
            with an.page.expect_response("**/desk/next") as answered:
                route.continue_()
            answered.value.finished()
        an.page.evaluate("() => new Promise((done) => setTimeout(done, 0))")
        expect(an.input).to_have_value("Trần Thị Thử")
        an.press("Enter", "Enter").see_the_end()
    assert (decision(office, book) or ("",))[0] == "Trần Thị Thử"


def test_what_is_typed_in_a_task_that_came_again_outlives_its_reopening(
    office: Office, sit_down: SitDown
) -> None:
    book = one_line_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start().see_nothing_ahead()
        an.press("Control+A").type("chữ gõ lúc đầu")
        read_again(office, book)
        an.press("Enter")
        expect(an.page.locator("#unsaved")).to_contain_text("chữ gõ lúc đầu")
        if not an.sees_a_task_or_the_end():
            an.press("Enter").see_task()
        an.press("Control+A").type("Trần Thị Thử")
        an.page.get_by_role("button", name="Mở lại nhiệm vụ này").click()
        expect(an.page.locator("#unsaved")).to_be_empty()
        expect(an.input).to_have_value("Trần Thị Thử")
        an.press("Enter", "Enter").see_the_end()
    assert (decision(office, book) or ("",))[0] == "Trần Thị Thử"


def test_an_answer_of_a_server_in_between_is_no_refusal(office: Office, sit_down: SitDown) -> None:
    book = one_line_book(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        answers = iter((502, 503, 504))

        def in_between(route: Route) -> None:
            status = next(answers, None)
            if status is None:
                return route.continue_()
            return route.fulfill(status=status, body="<html>Bad Gateway</html>", content_type="text/html")

        an.page.route("**/words", in_between)
        an.press("Alt+2", "Enter").see_the_end()
        assert next(answers, None) is None
    assert (decision(office, book) or ("",))[0] == "Trần Thị Thử"


def test_what_was_accepted_before_a_question_need_not_be_typed_again(
    office: Office, sit_down: SitDown
) -> None:
    usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    office.hire("dung", Role.SUPERVISOR)
    with office.open():
        an = sit_down("an").start()
        an.press("Control+A").type("Trần Thị Thử").press("Enter", "F7")
        an.type("Nam hay nữ?").press("Enter")
        expect(an.page.locator(".waiting")).to_contain_text("Hết nhiệm vụ")
        chief = sit_down("dung")
        chief.page.goto(
            f"{chief.url}/desk?stage=supervisor"
        )  # only questions: what is answered goes back to others
        expect(chief.page.locator(".task")).to_contain_text("Nam hay nữ?")
        assert chief.field == "child_sex"
        chief.press("F7")
        expect(chief.page.locator("#answer")).to_contain_text("Trả lời câu hỏi")
        chief.type("Là nữ.").press("Enter")
        expect(chief.page.locator(".waiting")).to_contain_text("Hết nhiệm vụ")
        an.press("Enter").see_task()
        assert an.field == "child_sex"
        expect(an.page.locator(".field")).to_have_count(2)


def test_a_desk_of_one_book_says_that_only_this_book_is_done(office: Office, sit_down: SitDown) -> None:
    book = one_line_book(office)
    office.hire("chi", Role.CHECKER)
    with office.open():
        chi = sit_down("chi")
        chi.page.goto(f"{chi.url}/desk?stage=check&book={book.book_id}")
        expect(chi.page.locator(".waiting")).to_contain_text("Hết nhiệm vụ ở sổ hoặc bước đã chọn")
        chi.press("Enter").see_task()
        assert chi.field == "child_name"


def test_a_task_that_waited_too_long_ahead_is_asked_for_before_it_is_typed_in(
    office: Office, sit_down: SitDown
) -> None:
    book = one_line_book(office, pages=2)
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.page.wait_for_function(
            "() => performance.getEntriesByType('resource')"
            ".filter(({name, responseEnd}) => name.endsWith('/desk/next') && responseEnd > 0).length === 2"
        )
        office.clock.pass_minutes(16)
        an.page.clock.install()
        an.page.clock.fast_forward("16:00")
        with an.page.expect_response("**/stay"):
            an.press("End")
        binh = sit_down("binh").start()
        an.press("Alt+2", "Enter")
        an.page.locator(f".task[data-task='{binh.task}']").wait_for()
        an.page.clock.run_for(400)
        with an.page.expect_response("**/stay"):
            an.press("x")
        expect(an.page.locator("#unsaved")).to_contain_text("không còn trong tay bạn")
        expect(an.page.locator(".waiting")).to_be_visible()
        binh.press("Alt+2", "Enter").see_the_end()
    assert (decision(office, book, 2) or ("", ""))[1] == office.login("binh")
