"""People at the desk, by keyboard alone: finding the way, accepting, correcting, laying aside, taking back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.base.model import FieldStatus, Finding, Severity
from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, decided, draw_book, usual_book
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist, held_up

SitDown = Callable[[str], Typist]
DOUBTFUL = ("child_name", "child_sex", "child_birth_place")


def test_twenty_entries_from_the_login_on_by_keyboard_alone(office: Office, sit_down: SitDown) -> None:
    book = usual_book(office, 21)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        an.page.context.clear_cookies()
        an.come_in(office.login("an")).start()
        done = set()
        for _ in range(20):
            assert (an.field, an.has_focus()) == ("child_name", True)
            done.add(an.task)
            an.accept(book.ink(an.page_no)["child_name"]).press("Enter", "Enter").see_task()
        assert len(done) == 20
        an.press("Enter", "Enter", "Enter").see_the_end()
        assert [request for request in an.requests if not request.startswith(an.url)] == []
    for page_no in range(1, 21):
        ink = book.ink(page_no)
        assert decided(office, book, page_no) == {field: (FieldStatus.READ, ink[field]) for field in DOUBTFUL}


def test_the_desk_stays_in_its_book_and_says_when_it_moves_on(office: Office, sit_down: SitDown) -> None:
    name = Line("child_name", "Trần Thị Thử")
    draw_book(office, [[name]] * 2)
    draw_book(office, [[name]], volume="02/2010")
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        told = an.page.locator(".moved-on")
        an.press("Enter").see_task()
        expect(told).to_have_count(0)
        an.press("Enter").see_task()
        expect(told).to_contain_text("quyển 02/2010")
        an.press("Enter").see_the_end()


def test_each_status_has_its_key(office: Office, sit_down: SitDown) -> None:
    lines = (Line("child_name", "Trần Thị Thử"), Line("notes", ""), Line("mother_name", "Lê Thị Mẫu"))
    book = draw_book(office, [lines])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("F4", "F2", "F3").see_the_end()  # the fields come as they stand on paper: notes last
    assert decided(office, book) == {
        "child_name": (FieldStatus.STRUCK_THROUGH, "Trần Thị Thử"),
        "notes": (FieldStatus.BLANK, ""),
        "mother_name": (FieldStatus.ILLEGIBLE, ""),
    }


def test_an_empty_input_is_no_word(office: Office, sit_down: SitDown) -> None:
    book = draw_book(office, [(Line("child_name", "Trần Thị Thử", read=""),)])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        assert an.input.input_value() == ""
        an.press("Enter")
        expect(an.page.locator("#said")).to_contain_text("F3 nếu trên giấy để trống")
        assert an.has_focus()
        an.type("Trần Thị Thử").press("Enter").see_the_end()
    assert decided(office, book) == {"child_name": (FieldStatus.READ, "Trần Thị Thử")}


def test_one_can_go_back_within_a_task_and_take_a_field_back_to_what_was_read(
    office: Office, sit_down: SitDown
) -> None:
    book = usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        read = an.input.input_value()
        an.press("Control+A").type("sai rồi").press("Enter")
        assert an.field == "child_sex"
        an.press("Shift+Enter")
        assert (an.field, an.input.input_value()) == ("child_name", "sai rồi")
        an.press("Escape")
        assert an.input.input_value() == read
        an.accept(book.ink(1)["child_name"]).press("Enter", "Enter").see_the_end()
    assert decided(office, book)["child_name"] == (FieldStatus.READ, book.ink(1)["child_name"])


def test_what_was_saved_is_taken_back_and_said_anew(office: Office, sit_down: SitDown) -> None:
    book = usual_book(office, 2)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        first = an.task
        an.press("Control+A").type("sai rồi").press("Enter", "Enter", "Enter").see_task()
        an.press("F9").see_task()
        assert (an.task, an.has_focus()) == (first, True)
        expect(an.page.locator("#said")).to_contain_text("Đã hoàn tác")
        expect(an.current.locator(".choices")).to_contain_text("sai rồi")
        an.press("Control+A").type(book.ink(an.page_no)["child_name"])
        an.press("Enter", "Enter", "Enter").see_task()
        an.accept(book.ink(2)["child_name"]).press("Enter", "Enter").see_the_end()
    assert decided(office, book, 1)["child_name"][1] == book.ink(1)["child_name"]
    assert decided(office, book, 2)["child_name"][1] == book.ink(2)["child_name"]


def test_a_task_that_comes_back_while_the_next_one_is_asked_for_is_there_only_once(
    office: Office, sit_down: SitDown
) -> None:
    book = usual_book(office, 2)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("Enter", "Enter", "Enter").see_task().see_all_saved()
        asked = held_up(an.page, "**/desk/next")
        an.accept(book.ink(an.page_no)["child_name"])
        an.press("F9").see_task()
        asked()
        an.accept(book.ink(an.page_no)["child_name"]).press("Enter", "Enter").see_task()
        assert an.field == "child_sex"
        an.press("Enter", "Enter").see_the_end()
    for page_no in (1, 2):
        assert decided(office, book, page_no)["child_name"][1] == book.ink(page_no)["child_name"]


def test_findings_say_what_disagrees_with_what(office: Office, sit_down: SitDown) -> None:
    lines = (
        Line("child_born_on", "7/3/1952"),
        Line("child_born_on_words", "Ngày mồng bảy tháng ba năm một nghìn chín trăm năm mươi hai"),
    )
    disagree = Finding("D02", Severity.REVIEW, ("child_born_on", "child_born_on_words"))
    draw_book(office, [lines], findings={1: [disagree]})
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        told = an.current.locator(".findings")
        expect(told).to_contain_text("Ngày ghi bằng số khác ngày ghi bằng chữ.")
        expect(told).to_contain_text("7/3/1952")
        expect(told).to_contain_text("Ngày mồng bảy tháng ba năm một nghìn chín trăm năm mươi hai")


def test_differing_letters_of_the_readings_are_marked(office: Office, sit_down: SitDown) -> None:
    line = Line("child_name", "Trần Thị Thử", read="Trần Thị Thư", others=("Trần Thị Thử", "Trần Thi Thư"))
    draw_book(office, [(line,)])
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        marked = an.current.locator(".choices button")
        assert [button.locator("mark").all_inner_texts() for button in marked.all()] == [["ư"], ["ử"], ["i"]]


def test_a_task_is_laid_aside_with_a_reason_a_question_or_for_another_scan(
    office: Office, sit_down: SitDown
) -> None:
    usual_book(office, 3)
    office.hire("an", Role.REVIEWER)
    office.hire("phu.trach", Role.SUPERVISOR)
    office.hire("quet", Role.OPERATOR)
    with office.open():
        an = sit_down("an").start()
        for key, dialog, answer in (
            ("F7", "#ask", "Đây là tên hay họ?"),
            ("F8", "#rescan", ""),
            ("F6", "#skip", ""),
        ):
            an.press(key)
            expect(an.page.locator(dialog)).to_be_visible()
            an.type(answer).press(*(["Enter"] if answer else ["Alt+1", "Enter"]))
            an.see_task()
            assert an.has_focus()
        an.press("F6", "Escape")
        assert an.has_focus()

        chief = sit_down("phu.trach").start()
        expect(chief.page.locator(".task .stage")).to_have_text("Chờ người phụ trách")
        expect(chief.page.locator(".task")).to_contain_text("Đây là tên hay họ?")
        chief.press("F7").type("Là tên đệm.").press("Enter").see_task()

        scanner = sit_down("quet")
        scanner.page.goto(f"{scanner.url}/tickets")
        expect(scanner.page.locator(".ticket")).to_contain_text("Ảnh mờ, nhòe")
        scanner.page.locator(".ticket details summary").focus()
        scanner.press("Enter")
        scanner.page.locator(".ticket input[name=note]").focus()
        scanner.type("đã quét lại").press("Enter")
        expect(scanner.page.locator(".card")).to_contain_text("Không có trang nào chờ quét lại.")
    counts = office.registry.desk(office.policy, now=office.clock).counts(office.person("phu.trach"))
    assert {count.stage: count.waiting for count in counts} == {Stage.REVIEW: 3}


def test_the_page_is_zoomed_and_moved_by_keys_and_the_field_is_lit(office: Office, sit_down: SitDown) -> None:
    usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        expect(an.page.locator(".lit")).to_be_visible()
        lit = an.page.locator(".lit")

        def width() -> float:
            box = lit.bounding_box()
            assert box is not None
            return box["width"]

        whole = width()
        an.press("Control+ArrowUp", "Control+ArrowUp")
        assert width() > 1.4 * whole
        an.press("Alt+Home")
        field = width()
        assert field > 1.4 * whole
        before = lit.bounding_box()
        an.press("Alt+ArrowDown")
        assert lit.bounding_box() != before
        an.press("Enter")
        assert width() == field
        an.press("Alt+End")
        assert abs(width() - whole) < 1
        assert an.has_focus()


def test_the_help_names_every_key_and_gives_the_focus_back(office: Office, sit_down: SitDown) -> None:
    usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an").start()
        an.press("F1")
        expect(an.page.locator("#help")).to_be_visible()
        expect(an.page.locator("#help")).to_contain_text("hoàn tác điều vừa làm")
        an.press("Escape")
        expect(an.page.locator("#help")).to_be_hidden()
        assert an.has_focus()


def test_a_scan_that_is_gone_is_told_and_the_work_goes_on(office: Office, sit_down: SitDown) -> None:
    book = usual_book(office, 1)
    office.hire("an", Role.REVIEWER)
    for scan in book.scans:
        scan.unlink()
    with office.open():
        an = sit_down("an").start()
        image = an.page.locator(".sheet img")
        expect(image).to_be_visible()
        assert image.evaluate("image => image.naturalWidth") == 900
        an.accept(book.ink(1)["child_name"]).press("Enter", "Enter").see_the_end()
    assert decided(office, book)["child_name"][1] == book.ink(1)["child_name"]
