"""The wall of a book's pages in a real browser: seen before reading, moved, turned, cut, removed and put back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from benchmarks.intake.made_scans import picture
from pipeline.registry.accounts.model import Role
from pipeline.scans.inbox.book_folder import open_book_folder
from pipeline.scans.inbox.separator_sheet import SeparatorSheet
from tests.web.desk.judged import overflow, violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]


def put_scans(folder: Path, names: list[str]) -> None:
    for number, name in enumerate(names, 1):
        pixels = picture(400, 560)
        pixels[:40, :40] = number
        Image.fromarray(pixels).save(folder / name)


def order(at: Page) -> list[str]:
    return [
        str(name).partition(",")[0]
        for name in at.locator(".tile").evaluate_all("all => all.map(t => t.dataset.name)")
    ]


def test_scanning_staff_put_the_pages_of_a_book_in_order(office: Office, sit_down: SitDown) -> None:
    sheet = SeparatorSheet(f"KS.wall.{office.place}", office.ledger)
    book = office.registry.book_id(office.ledger, sheet.folder)
    put_scans(open_book_folder(office.books, sheet), ["IMG_1.png", "trang-1.png", "trang-2.png"])
    office.hire("quet", Role.OPERATOR)
    with office.open():
        at = sit_down("quet").page
        at.goto(f"{office.url}/books/{book}/pages")
        expect(at.locator(".tile")).to_have_count(3)  # noted while the page is open
        assert order(at) == ["IMG_1.png", "trang-1.png", "trang-2.png"]
        expect(at.locator(".tile img[src]")).to_have_count(3)
        assert (violations(at), overflow(at)) == ([], 0)

        at.locator(".tile").first.click()
        expect(at.locator("#count")).to_have_text("Đã chọn 1 trang")
        at.locator("#to").fill("4")
        at.get_by_role("button", name="Đưa", exact=True).click()
        expect(at.locator(".tile").last).to_contain_text("IMG_1.png")
        at.wait_for_load_state()
        with at.expect_response(lambda answer: answer.request.method == "POST"):  # shown before it is saved
            at.locator(".tile").last.press("Alt+ArrowLeft")
        expect(at.locator(".tile").nth(1)).to_contain_text("IMG_1.png")
        at.reload()
        assert order(at) == ["trang-1.png", "IMG_1.png", "trang-2.png"]

        at.locator(".tile").nth(2).click()
        at.get_by_role("button", name="Xoay phải").click()
        expect(at.locator(".message.good")).to_contain_text("trang mới thay chỗ")
        assert order(at) == ["trang-1.png", "IMG_1.png", "trang-2-t1-xoay1.jpg"]
        turned = np.asarray(Image.open(next(office.books.glob("*/trang-2-t1-xoay1.jpg"))))
        assert turned.shape[:2] == (400, 560)
        assert turned[:30, -30:].max() < 40  # the dark corner went to the right

        at.wait_for_load_state()
        at.locator(".tile").nth(2).press("Enter")
        expect(at.locator("#big")).to_be_visible()
        assert violations(at) == []
        at.get_by_role("button", name="Tách trang đôi").click()
        expect(at.locator("#line")).to_be_visible()
        at.get_by_role("button", name="Tách trang đôi").click()
        expect(at.locator(".tile")).to_have_count(4)
        assert order(at)[2:] == ["trang-2-t1-xoay1-t1-nua1.jpg", "trang-2-t1-xoay1-t1-nua2.jpg"]

        at.wait_for_load_state()
        at.locator(".tile").first.focus()
        at.keyboard.press("Delete")
        at.locator("#why-words").fill("trang của sổ khác")
        at.get_by_role("button", name="Bỏ, vẫn giữ").click()
        expect(at.locator(".tile")).to_have_count(3)
        expect(at.locator("#removed")).to_contain_text("trang của sổ khác")
        halves = at.locator("#removed li").filter(has_text="tách trang đôi")
        halves.get_by_role("button", name="Đặt lại").click()
        expect(at.locator(".message.good")).to_contain_text("Đã đặt lại")
        assert order(at) == ["IMG_1.png", "trang-2-t1-xoay1.jpg"]
