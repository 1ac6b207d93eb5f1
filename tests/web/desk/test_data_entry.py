"""Somebody adds to a page what the machine did not find, draws where it stands, and it is typed by two people."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from pipeline.base.model import FIRST_TYPED_ROW, FieldStatus
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, draw_book, usual_lines
from tests.web.desk.judged import overflow, overflow_below, violations
from tests.web.desk.office import DOUBLE, SINGLE, Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
NUMBER, NAME = "07/2010", "Trần Thị Thử"


def drag(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    """Draw a region on the picture of the page, in shares of it."""
    page.wait_for_load_state()
    page.wait_for_function("() => document.querySelector('.paper img').naturalWidth > 0")
    box = page.locator(".paper").bounding_box()
    assert box is not None
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + left * width, y + top * height)
    page.mouse.down()
    page.mouse.move(x + right * width, y + bottom * height, steps=4)
    page.mouse.up()


def type_all(who: Typist) -> None:
    """Type the entry in work: number and name, all else is blank on paper."""
    texts = {"entry_number": NUMBER, "child_name": NAME}
    fields = who.page.locator(".field").count()
    for _ in range(fields):
        if who.field == "birth_type":
            expect(who.current.locator(".offered")).to_contain_text("Phần ghi về cha và mẹ để trống")
            who.press("Alt+1", "Enter")
        elif who.field in texts:
            who.type(texts[who.field])
            who.press("Enter")
        else:
            who.press("F3")


def test_a_missed_entry_is_drawn_typed_by_two_and_counts(office: Office, sit_down: SitDown) -> None:
    book = draw_book(office, [(Line("entry_number", "6/2010", accepted=True),)])
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.CHECKER)
    with office.open(DOUBLE):
        an = sit_down("an")
        an.page.get_by_role("link", name="Biên mục").first.click()
        an.page.get_by_role("link", name=f"KS.2010.{office.place}").click()
        assert violations(an.page) == []
        an.page.get_by_role("link", name="Mở trang 1").click()
        drag(an.page, 0.05, 0.5, 0.95, 0.7)
        expect(an.page.locator("#drawn")).to_contain_text("1 vùng")
        assert violations(an.page) == []
        assert (overflow(an.page), overflow_below(an.page)) == (0, 0)
        an.page.get_by_role("button", name="Thêm sự kiện và nhập").focus()
        an.page.keyboard.press("Enter")
        an.see_task()
        expect(an.current.locator("img.ink")).to_be_visible()
        type_all(an)
        an.see_the_end()
        binh = sit_down("binh").start()
        expect(binh.current.locator("img.ink")).to_be_visible()
        assert binh.input.input_value() == ""
        type_all(binh)
        binh.see_the_end()
    known = list(office.registry.stored_entries(book.book_id))
    assert [one.row for one in known] == [0, FIRST_TYPED_ROW]
    values = known[1].values
    assert (values["entry_number"], values["child_name"]) == (NUMBER, NAME)
    assert (values["volume_number"], values["birth_type"]) == (office.ledger.volume, "4")
    (box,) = {reading.box for reading in known[1].readings if reading.box is not None}
    assert (round(box.left), round(box.right)) == (45, 855)


def test_a_task_in_hand_does_not_come_in_place_of_the_entry_just_added(
    office: Office, sit_down: SitDown
) -> None:
    book = draw_book(office, [(Line("entry_number", "6/2010", accepted=True),)])
    draw_book(office, [usual_lines(1)], volume="02/2010")
    office.hire("an", Role.REVIEWER)
    with office.open(SINGLE):
        an = sit_down("an").start()
        held, an.shown = an.task, 0
        ref = office.registry.book(book.book_id).pages[0].ref
        an.page.goto(f"{office.url}/data-entry/{book.book_id}/{ref.scan_sha256}/1")
        drag(an.page, 0.05, 0.5, 0.95, 0.7)
        an.page.get_by_role("button", name="Thêm sự kiện và nhập").focus()
        an.page.keyboard.press("Enter")
        an.page.wait_for_url("**/desk?*")
        an.see_task()
        assert an.page.locator("#place article").get_attribute("data-book-id") == str(book.book_id)
        assert (an.task == held, f"task={an.task}" in an.page.url) == (False, True)
        an.page.goto(f"{office.url}/desk?task=999999")
        expect(an.page.locator("#place")).to_contain_text("Nhấn Enter để làm nhiệm vụ khác")


def test_a_field_that_no_form_has_is_added_to_an_entry_and_typed(office: Office, sit_down: SitDown) -> None:
    book = draw_book(office, [(Line("entry_number", "6/2010", accepted=True),)])
    office.hire("an", Role.REVIEWER)
    with office.open(SINGLE):
        an = sit_down("an")
        ref = office.registry.book(book.book_id).pages[0].ref
        an.page.goto(f"{office.url}/data-entry/{book.book_id}/{ref.scan_sha256}/1")
        an.page.get_by_role("link", name="Thêm trường cho sự kiện số 6/2010").focus()
        an.page.keyboard.press("Enter")
        an.page.wait_for_url("**entry=*")
        an.page.locator("select[name=fields]").select_option("missing_declared_basis")
        an.page.keyboard.press("Tab")
        an.page.keyboard.press("Enter")
        an.see_task()
        assert an.field == "missing_declared_basis"
        an.type("QĐ 12/2015")
        an.press("Enter").see_the_end()
    (entry_id,) = office.registry.entries(book.book_id)
    decision = office.registry.entry(entry_id).decisions["missing_declared_basis"]
    assert (decision.status, decision.text) == (FieldStatus.READ, "QĐ 12/2015")
