"""One field of many entries at once, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.base.model import FieldStatus
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import DrawnBook, Line, draw_book
from tests.web.desk.office import DOUBLE, Office
from tests.web.desk.sexes import SEXES, at_the_column, rows, sexes
from tests.web.desk.typist import Typist, held_up

SitDown = Callable[[str], Typist]


F3_AS_IT_COMES_BACK = """() => {
  const before = new Set(document.querySelectorAll(".cell"));
  new MutationObserver((_, watcher) => {
    if ([...document.querySelectorAll(".cell")].every((cell) => before.has(cell))) return;
    watcher.disconnect();
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "F3", bubbles: true, cancelable: true }));
  }).observe(document.getElementById("place"), { childList: true, subtree: true });
}"""
"""F3, meant for the picture in work, pressed the moment another one comes back."""


def decided(
    office: Office, book: DrawnBook, field: str = "child_sex"
) -> list[tuple[FieldStatus, str] | None]:
    found = [office.registry.entry(one).decisions.get(field) for one in office.registry.entries(book.book_id)]
    return [None if one is None else (one.status, one.text) for one in found]


def page_in_work(person: Typist) -> int:
    """The number of the entry whose input has the focus."""
    label = person.page.locator("input:focus").get_attribute("aria-label") or ""
    return int(label.split("số ")[1].split("/")[0])


def to_page(person: Typist, number: int) -> None:
    """Go right until that entry's picture has the focus."""
    for _ in SEXES:
        if page_in_work(person) == number:
            return
        person.press("ArrowRight")
    raise AssertionError(number)


def test_like_readings_are_accepted_by_rows_and_odd_ones_are_typed(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = at_the_column(office, sit_down, "an", book)
        assert rows(an) == [("nam", 4), ("nữ", 4)]
        an.press("Enter")
        assert rows(an) == [("nữ", 4)]
        to_page(an, 3)
        an.press("Space")
        expect(an.page.locator(".cell.picked")).to_have_count(1)
        an.press("ArrowLeft")
        an.press("Enter")
        assert rows(an) == [("", 1)]
        an.page.keyboard.type("nam")
        an.press("Enter")
        expect(an.page.locator(".waiting")).to_contain_text("không còn ảnh nào")
    assert decided(office, book) == [(FieldStatus.READ, sex) for sex in SEXES]


def test_statuses_in_a_column_and_a_space_within_a_text(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = at_the_column(office, sit_down, "an", book)
        to_page(an, 1)
        an.press("F3", "F3")
        to_page(an, 5)
        an.press("F2")
        to_page(an, 6)
        an.page.keyboard.type("nam gi")
        an.press("Space")
        an.page.keyboard.type("ới")
        expect(an.page.locator("#detail .doubt")).to_be_visible()
        an.press("Enter")
        expect(an.page.locator("#said")).to_contain_text("không phải giá trị")
        an.press("Control+Enter")
        an.press("Enter").see_all_saved()
    said = decided(office, book)
    assert (said[0], said[4], said[5]) == (
        (FieldStatus.BLANK, ""),
        (FieldStatus.ILLEGIBLE, ""),
        (FieldStatus.READ, "nam gi ới"),
    )


def test_a_row_is_taken_back(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open(ReviewPolicy(check="all", blind="critical")):
        an = at_the_column(office, sit_down, "an", book)
        an.press("Enter", "F9")
        expect(an.page.locator('.row-of-like[data-text="nam"] .cell')).to_have_count(4)
        expect(an.page.locator(".cell input:focus")).to_be_visible()


def test_blind_fields_of_a_column_are_typed_each_by_itself(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    office.hire("binh", Role.CHECKER)
    with office.open(DOUBLE):
        an = at_the_column(office, sit_down, "an", book)
        an.press("Enter", "Enter")
        expect(an.page.locator(".waiting")).to_contain_text("không còn ảnh nào")
        assert decided(office, book) == [None] * len(SEXES)
        binh = at_the_column(office, sit_down, "binh", book)
        assert rows(binh) == [("", len(SEXES))]
        assert "nữ" not in binh.page.locator(".column").inner_text()
        binh.press("Enter")
        expect(binh.page.locator("#said")).to_contain_text("gõ riêng")
        for _ in SEXES:
            binh.page.keyboard.type(SEXES[page_in_work(binh) - 1])
            binh.press("Enter")
        expect(binh.page.locator(".waiting")).to_contain_text("không còn ảnh nào")
    settled = [one is not None for one in decided(office, book)]
    assert settled == [number != 3 for number in range(1, len(SEXES) + 1)]


def test_one_value_is_typed_for_many_pictures_and_one_is_laid_aside_and_taken_up_again(
    office: Office, sit_down: SitDown
) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = at_the_column(office, sit_down, "an", book)
        an.press("Space", "Shift+ArrowRight", "Shift+ArrowRight")
        expect(an.page.locator(".cell.picked")).to_have_count(3)
        picked = [int(one) for one in an.page.locator(".cell.picked").evaluate_all(NUMBERS)]
        an.page.keyboard.type("nữ")
        an.press("Enter").see_all_saved()
        expect(an.page.locator(".cell")).to_have_count(len(SEXES) - 3)
        number = page_in_work(an)
        an.press("F6", "Alt+1", "Enter")
        expect(an.page.locator(".cell")).to_have_count(len(SEXES) - 4)
        an.press("F9")
        expect(an.page.locator(".cell")).to_have_count(len(SEXES) - 3)
        to_page(an, number)
    said = decided(office, book)
    assert [said[page - 1] for page in picked] == [(FieldStatus.READ, "nữ")] * 3
    assert [one is not None for one in said].count(True) == 3


NUMBERS = "cells => cells.map(cell => cell.querySelector('input').ariaLabel.match(/số (\\d+)/)[1])"


def test_a_text_that_is_no_value_comes_back_to_be_kept_or_typed_anew(
    office: Office, sit_down: SitDown
) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = at_the_column(office, sit_down, "an", book)
        an.page.route("**/check", lambda route: route.abort())  # the server says so when the word is sent
        number = page_in_work(an)
        an.page.keyboard.type("xyz")
        an.press("Enter").see_all_saved()
        expect(an.page.locator("#said")).to_contain_text("không phải giá trị của ô")
        assert decided(office, book)[number - 1] is None
        back = an.page.locator(".odd-ones .cell input")
        expect(back).to_have_value("xyz")
        back.focus()
        an.press("Control+Enter").see_all_saved()
        expect(back).to_have_count(0)
        an.page.keyboard.type("xyz")
        goes_on = held_up(an.page, "**/column/words")
        an.press("Enter").page.evaluate(F3_AS_IT_COMES_BACK)
        expect(an.page.locator("[data-fresh]")).to_have_count(0)
        goes_on()
        an.see_all_saved()
        expect(an.page.locator("#said")).to_contain_text("chưa nhận gì")
        expect(back).to_have_value("xyz")
    assert decided(office, book)[number - 1] == (FieldStatus.READ, "xyz")


def test_one_key_chooses_a_row_and_another_press_the_whole_column(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = at_the_column(office, sit_down, "an", book)
        an.press("Control+a")
        expect(an.page.locator(".cell.picked")).to_have_count(4)
        an.press("Control+a")
        expect(an.page.locator(".cell.picked")).to_have_count(len(SEXES))
        an.press("Control+a")
        expect(an.page.locator(".cell.picked")).to_have_count(0)


def test_nothing_is_accepted_or_chosen_whose_picture_has_not_come(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        goes_on = held_up(an.page, "**/column/pictures")
        an.page.goto(f"{an.url}/column?book={book.book_id}&field=child_sex&stage=review")
        expect(an.page.locator(".cell input:focus")).to_be_visible()
        expect(an.page.locator(".cell[data-on-screen]")).to_have_count(len(SEXES))
        room = an.page.locator(".cell").evaluate_all(HEIGHTS)
        expect(an.page.locator("[data-fresh]")).to_have_count(0)
        for key in ("Control+a", "Space", "Enter"):
            an.page.keyboard.press(key)
            expect(an.page.locator("#said")).to_contain_text("chưa hiện ra")
        expect(an.page.locator(".cell.picked")).to_have_count(0)
        expect(an.page.locator(".cell")).to_have_count(len(SEXES))
        goes_on()
        expect(an.page.locator(".cell[data-seen]")).to_have_count(len(SEXES))
        assert an.page.locator(".cell").evaluate_all(HEIGHTS) == room
        assert len([url for url in an.requests if "/pictures" in url]) == 2
        an.press("Enter").see_all_saved()
    assert [one is not None for one in decided(office, book)].count(True) == 4


def test_of_a_row_longer_than_the_screen_what_was_not_on_it_stays(office: Office, sit_down: SitDown) -> None:
    lines = [
        (Line("entry_number", f"{n}/2010", accepted=True), Line("child_birth_place", "Xã Thử Nghiệm"))
        for n in range(1, 41)
    ]
    book = draw_book(office, lines)
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        an.page.set_viewport_size({"width": 900, "height": 700})
        an.page.goto(f"{an.url}/column?book={book.book_id}&field=child_birth_place&stage=review")
        expect(an.page.locator(".cell input:focus")).to_be_visible()
        an.press("Shift")
        seen = an.page.locator(".cell[data-seen]").count()
        assert 0 < seen < len(lines)
        an.press("Enter")
        expect(an.page.locator("#said")).to_contain_text(f"Đã nhận {seen} ảnh")
        expect(an.page.locator("#said")).to_contain_text(f"{len(lines) - seen} ảnh chưa hiện trên màn hình")
        an.see_all_saved()
        expect(an.page.locator(".cell")).to_have_count(len(lines) - seen)
        for _ in lines:
            if an.page.locator(".cell").count() == 0:
                break
            an.press("Enter").see_all_saved()
        expect(an.page.locator(".waiting")).to_contain_text("không còn ảnh nào")
    assert None not in decided(office, book, "child_birth_place")


def test_a_picture_that_cannot_be_opened_is_not_accepted(office: Office, sit_down: SitDown) -> None:
    book = sexes(office)
    book.scans[0].unlink()
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = at_the_column(office, sit_down, "an", book)
        an.press("Shift")
        expect(an.page.locator(".cell[data-lost]")).to_have_count(1)
        to_page(an, 1)
        an.page.keyboard.type("nam")
        an.press("Enter")
        expect(an.page.locator("#said")).to_contain_text("Không mở được ảnh này")
        an.press("Escape", "Enter").see_all_saved()
        expect(an.page.locator(".cell")).to_have_count(5)
    assert decided(office, book)[0] is None


def test_what_was_typed_once_is_the_first_row_of_the_next_column(office: Office, sit_down: SitDown) -> None:
    right, wrong = "Lưu Thúy Trang", "Lưu Thùy Trang"
    lines = [Line("registrar_name", right, read=wrong, others=(right,)) for _ in range(4)]
    book = draw_book(
        office, [(Line("entry_number", f"{n}/2010", accepted=True), one) for n, one in enumerate(lines, 1)]
    )
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        address = f"{an.url}/column?book={book.book_id}&field=registrar_name&stage=review"
        an.page.goto(address)
        expect(an.page.locator(".cell input:focus")).to_be_visible()
        assert rows(an) == [(wrong, 4)]
        an.press("Shift").page.keyboard.type(right)
        an.press("Enter").see_all_saved()
        an.page.goto(address)
        expect(an.page.locator(".row-of-like h2")).to_contain_text(f"{right} 3 ảnh, đã ghi trong sổ")
        an.press("Enter").see_all_saved()
    assert [one and one[1] for one in decided(office, book, "registrar_name")] == [right] * 4


HEIGHTS = "cells => cells.map(cell => cell.getBoundingClientRect().height)"


def test_wordings_of_one_term_are_one_row_and_each_is_kept(office: Office, sit_down: SitDown) -> None:
    wordings = ("CMND", "Chứng minh nhân dân", "CMND", "Căn cước công dân", "Giấy CMND")
    book = draw_book(
        office,
        [
            (
                Line("entry_number", f"{number}/2010", accepted=True),
                Line("declarant_paper_type", wording),
                Line("declarant_paper_number", "012345678", accepted=True, blank_of="declarant_paper_type"),
            )
            for number, wording in enumerate(wordings, 1)
        ],
    )
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        an.page.goto(f"{an.url}/column?book={book.book_id}&field=declarant_paper_type&stage=review")
        expect(an.page.locator(".cell input:focus")).to_be_visible()
        assert rows(an) == [("CMND", 4), ("Căn cước công dân", 1)]
        expect(an.page.locator(".cell input[placeholder='Chứng minh nhân dân']")).to_have_count(1)
        an.press("Enter", "Enter").see_all_saved()
    texts = [one and one[1] for one in decided(office, book, "declarant_paper_type")]
    assert texts == list(wordings)


def test_what_is_settled_of_a_shared_blank_stands_below_the_grid_for_the_picture_in_work(
    office: Office, sit_down: SitDown
) -> None:
    book = draw_book(
        office,
        [
            (
                Line("entry_number", f"{number}/2010", accepted=True),
                Line("signer_name", "Nguyễn Văn Thử", accepted=number != 2),
                Line("signer_title", "Chủ tịch", blank_of="signer_name"),
            )
            for number in range(1, 4)
        ],
    )
    office.hire("an", Role.REVIEWER)
    with office.open():
        an = sit_down("an")
        an.page.goto(f"{an.url}/column?book={book.book_id}&field=signer_title&stage=review")
        expect(an.page.locator(".cell input:focus")).to_be_visible()
        for name in ("Nguyễn Văn Thử", "chưa có", "Nguyễn Văn Thử"):
            expect(an.page.locator("#detail .beside")).to_have_text(f"Cùng chỗ trống: Người ký: {name}")
            expect(an.page.locator(".cell .beside:visible")).to_have_count(0)
            an.press("ArrowRight")
