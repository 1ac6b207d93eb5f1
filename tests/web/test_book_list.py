"""The list of books, a new book in a form, and the page of a book's scans."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.base.model import BookSeries
from pipeline.declarations.ledger import load_ledger
from pipeline.registry import Registry, RegistryPart
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.statistics.book_states import BookStage, BookState
from pipeline.web.app import create_app, new_site
from tests.registry.pages import SCHEMAS, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import OTHER, OWN, PASSWORD, browser_of

FILLED = {
    "form": "birth-2006", "place": "UBND xã Thử", "place_code": OWN, "volume": "07/2011",
    "opened_on": "04.01.2011", "closed_on": "", "entries": "12", "pages": "", "series": "quá hạn",
}  # fmt: skip


@pytest.fixture
def browser(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]) -> Browser:
    """Of a person who scans in the own commune."""
    return browser_of(app, accounts, people[Role.OPERATOR, OWN])


def made(browser: Browser, **changed: str) -> int:
    answer = browser.submit("/books/new", FILLED | changed)
    assert answer.status_code == 303, text_of(answer)
    return int(answer.headers["location"].split("/")[2])


def test_a_book_is_made_with_its_ledger_and_its_row_in_the_name_of_who_made_it(
    browser: Browser, registry: Registry, books: Path
) -> None:
    book_id = made(browser)
    known = registry.known_book(book_id)
    assert (known.ledger.volume, known.ledger.series, known.ledger.entries) == (
        "07/2011",
        BookSeries.LATE,
        12,
    )
    assert load_ledger(books / known.folder_name) == known.ledger
    noted = next(row for row in registry.audit().recent(10) if row.action == "book-added")
    assert (noted.actor, noted.subject) == (f"operator.{OWN}", f"book:{book_id}")
    shown = text_of(browser.get(f"/books/{book_id}/scans"))
    assert known.folder_name in shown
    assert "Đã tiếp nhận" in shown


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"volume": "7-2011"}, "quyển số phải có dạng quyển/năm. Ví dụ: 01/2010"),
        ({"entries": "mười hai"}, "tổng số sự kiện phải là số nguyên"),
        ({"volume": ""}, "quyển số chưa được ghi"),
        ({"place_code": OTHER}, "không được giao nơi đăng ký"),
        ({"form": "birth-1900"}, "birth-1900"),
        ({"volume": "01/2010", "series": "thường"}, "đã có, ở thư mục «KS.2010.01»"),
    ],
)
def test_a_cover_that_cannot_be_makes_nothing_and_keeps_what_was_typed(
    browser: Browser, books: Path, changed: dict[str, str], why: str
) -> None:
    before = sorted(path.name for path in books.iterdir())
    answer = browser.submit("/books/new", FILLED | {"volume": "08/2011"} | changed)
    assert answer.status_code == 422
    assert why in text_of(answer)
    assert 'value="UBND xã Thử"' in answer.text
    assert sorted(path.name for path in books.iterdir()) == before


HOME = "UBND xã Tân Hòa, huyện Tân Hiệp, tỉnh Kiên Giang"


@pytest.fixture
def everywhere(app: FastAPI, accounts: Accounts) -> Browser:
    """Of a person who scans for all places."""
    if all(one.person.login != "quet.chung" for one in accounts.list()):
        first = accounts.create("quet.chung", "Người Thử", Role.OPERATOR, None)
        accounts.change_password(accounts.authenticate("quet.chung", first, "test"), first, PASSWORD, "test")
    return browser_of(app, accounts, "quet.chung")


def test_the_code_of_the_place_is_found_from_its_name(everywhere: Browser, registry: Registry) -> None:
    book_id = made(everywhere, place=HOME, place_code="", volume="31/2011")
    known = registry.known_book(book_id)
    assert (known.ledger.place_code, known.folder_name) == ("30860", "KS.2011.30860.31-QH")
    several = everywhere.submit("/books/new", FILLED | {"place": "UBND xã Tân Hòa", "place_code": ""})
    assert (several.status_code, "nơi cùng tên" in text_of(several)) == (422, True)
    unknown = everywhere.submit("/books/new", FILLED | {"place_code": ""})
    assert (unknown.status_code, "Chưa tìm được mã" in text_of(unknown)) == (422, True)


@pytest.mark.parametrize(
    ("place", "code", "why"),
    [
        (HOME, "30868", "Tân Hòa, mã 30860"),
        (HOME, "12345", "mã 30860"),
        ("UBND xã Thử", "54322", "không có mã 54322"),
    ],
)
def test_a_code_that_may_be_wrong_is_asked_about_and_taken_when_somebody_is_sure_of_it(
    everywhere: Browser, registry: Registry, place: str, code: str, why: str
) -> None:
    wanted = FILLED | {"place": place, "place_code": code, "volume": f"{len(why)}/2012"}
    asked = everywhere.submit("/books/new", wanted)
    assert (asked.status_code, why in text_of(asked)) == (422, True)
    assert f'name="sure" value="{code}"' in asked.text
    assert everywhere.submit("/books/new", wanted | {"sure": "54321"}).status_code == 422
    answer = everywhere.submit("/books/new", wanted | {"sure": code})
    book_id = int(answer.headers["location"].split("/")[2])
    assert registry.known_book(book_id).ledger.place_code == code


def test_a_code_that_a_book_of_that_place_bears_is_asked_about_too(everywhere: Browser) -> None:
    place = {"place": HOME, "place_code": "30871"}
    made(everywhere, **place, volume="71/2012", sure="30871")
    again = everywhere.submit("/books/new", FILLED | place | {"volume": "72/2012"})
    assert (again.status_code, "mã 30860" in text_of(again)) == (422, True)


def test_a_place_of_several_names_is_chosen_by_a_button_and_the_year_comes_from_the_opening_day(
    everywhere: Browser, registry: Registry
) -> None:
    wanted = FILLED | {
        "place": "UBND xã Long Phú, huyện Long Phú, tỉnh Sóc Trăng", "place_code": "", "volume": "01",
    }  # fmt: skip
    asked = everywhere.submit("/books/new", wanted)
    assert (asked.status_code, "Có 2 nơi cùng tên" in text_of(asked)) == (422, True)
    codes = re.findall(r'name="sure" value="(\d+)">(Xã|Thị trấn) Long Phú, Huyện', asked.text)
    assert codes == [("31669", "Xã"), ("31639", "Thị trấn")]
    answer = everywhere.submit("/books/new", wanted | {"sure": "31669"})
    ledger = registry.known_book(int(answer.headers["location"].split("/")[2])).ledger
    assert (ledger.place_code, ledger.volume) == ("31669", "01/2011")


def test_a_form_of_covers_is_no_form_of_a_book(browser: Browser) -> None:
    assert "cover-2016" not in browser.get("/books/new").text
    answer = browser.submit("/books/new", FILLED | {"volume": "33/2011", "form": "cover-2016"})
    assert (answer.status_code, "mẫu của bìa" in text_of(answer)) == (422, True)


@pytest.mark.parametrize("folder", ["../x", "a/b", ".x", "-x"])
def test_no_name_of_a_folder_leads_out_of_the_books(browser: Browser, books: Path, folder: str) -> None:
    answer = browser.submit("/books/new", FILLED | {"volume": "09/2011", "folder": folder})
    assert (answer.status_code, "Tên thư mục" in text_of(answer)) == (422, True)
    assert not (books.parent / "x").exists()
    assert not (books / "a").exists()


def test_a_folder_that_is_no_book_is_refused_without_the_places_of_the_server(
    browser: Browser, books: Path
) -> None:
    (books / "trong").mkdir()
    for folder in ("khong-co", "trong"):
        answer = browser.submit("/books/new", {"folder": folder})
        assert answer.status_code == 422
        assert str(books) not in answer.text


def test_a_folder_with_a_ledger_becomes_a_book_by_a_button(
    browser: Browser, books: Path, registry: Registry
) -> None:
    folder = books / "co-san"
    folder.mkdir()
    text = f'form = "birth-2006"\nplace = "UBND xã Thử"\nplace_code = "{OWN}"\nvolume = "11/2011"\n'
    (folder / "ledger.toml").write_text(text, encoding="utf-8")
    assert "Lập sổ từ thư mục co-san" in browser.get("/books").text
    answer = browser.submit("/books/new", {"folder": "co-san"})
    assert answer.status_code == 303
    assert registry.known_book(int(answer.headers["location"].split("/")[2])).folder_name == "co-san"
    assert (folder / "ledger.toml").read_text(encoding="utf-8") == text
    registry.withdraw(
        RegistryPart(int(answer.headers["location"].split("/")[2])), author="chi", reason="lập nhầm"
    )
    assert "co-san" not in browser.get("/books").text


def test_the_list_is_narrowed_and_tells_of_own_places_only(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], browser: Browser
) -> None:
    shown = browser.get("/books?year=2010&record=birth").text
    assert "KS.2010.01" in shown
    assert "KS.2010.01" not in browser.get("/books?year=2011").text
    assert "KS.2010.01" not in browser.get("/books?stage=delivered").text
    other = browser_of(app, accounts, people[Role.OPERATOR, OTHER])
    assert "KS.2010.01" not in other.get("/books").text


def test_who_scans_corrects_a_cover_until_a_page_is_read_and_the_ledger_follows(
    browser: Browser, registry: Registry, books: Path
) -> None:
    book_id = made(browser, volume="21/2011")
    folder = books / registry.known_book(book_id).folder_name
    correction = FILLED | {"volume": "22/2011", "reason": "gõ nhầm", "apply": "1"}
    answer = browser.submit(f"/books/{book_id}", correction)
    assert answer.headers["location"] == f"/books/{book_id}?done=written"
    assert load_ledger(folder).volume == "22/2011"
    registry.store_scan(book_id, "c" * 64, "1.jpg", 9, 1)
    registry.save_page(book_id, page(entry(read("child_name", "Thử Một")), scan="c" * 64), "f1")
    refused = browser.submit(f"/books/{book_id}", correction | {"volume": "23/2011"})
    assert refused.status_code == 422
    assert "nhờ người phụ trách" in text_of(refused)
    assert load_ledger(folder).volume == "22/2011"


def test_a_server_that_knows_no_folder_of_books_says_what_is_missing(
    registry: Registry, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    browser = browser_of(
        create_app(new_site(registry, SCHEMAS)), registry.accounts(), people[Role.OPERATOR, OWN]
    )
    assert "HOTICH_BOOKS" in text_of(browser.get("/books"))
    assert "HOTICH_BOOKS" in text_of(browser.submit("/books/new", FILLED))


def test_the_stage_of_a_book_follows_from_what_waits() -> None:
    def stage(**counts: object) -> BookStage:
        return BookState(1, "a", "birth", "birth-2006", "Xã", "1", "01/2010", **counts).stage  # type: ignore[arg-type]

    assert stage() is BookStage.RECEIVED
    assert stage(pages=3, read=1) is BookStage.READING
    assert stage(pages=3, read=3, in_hand=True) is BookStage.READING
    assert stage(pages=3, read=3, waiting=1) is BookStage.REVIEW
    assert stage(pages=3, read=2, failed=1) is BookStage.REVIEW
    assert stage(pages=3, read=3, tickets=1) is BookStage.REVIEW
    assert stage(pages=3, read=3) is BookStage.READY
