"""A day of those who review, check, supervise and administer, in one office: each through the pages of their work."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, ViewportSize, expect

from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.accounts.model import Role
from tests.web.desk.drawn_book import Line, draw_book
from tests.web.desk.judged import overflow, violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]
PHONE: ViewportSize = {"width": 390, "height": 844}
CHECKED = ReviewPolicy(check="all", blind="none")


def drag(page: Page) -> None:
    """Draw a region on the picture of a page with the mouse."""
    page.wait_for_load_state()
    expect(page.locator(".paper img")).to_have_js_property("complete", value=True)
    box = page.locator(".paper").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 220, box["y"] + 110, steps=3)
    page.mouse.up()
    expect(page.locator("#drawn")).not_to_be_empty()


def test_a_day_of_every_role(office: Office, sit_down: SitDown, chromium: Browser) -> None:
    settled = [Line("child_name", "Nguyễn Thị Thử", accepted=True), Line("child_sex", "nữ", accepted=True)]
    book = draw_book(office, [[Line("child_name", "Lê Văn Mẫu"), Line("child_sex", "nam")], settled])
    for name, role in (
        ("an", Role.REVIEWER),
        ("binh", Role.CHECKER),
        ("chi", Role.SUPERVISOR),
        ("dung", Role.ADMINISTRATOR),
    ):
        office.hire(name, role)
    flaws: dict[str, list[str]] = {}
    sizes: dict[str, int] = {}

    def look(name: str, page: Page) -> None:
        flaws[name], sizes[name] = violations(page), overflow(page)

    with office.open(CHECKED):
        chi = sit_down("chi").page
        look("home of a supervisor", chi)
        chi.goto(f"{office.url}/guidelines/birth/child_name")
        chi.locator("textarea[name=text]").fill("Viết hoa chữ đầu mỗi âm tiết.")
        chi.get_by_role("button", name="Lưu hướng dẫn").click()
        chi.get_by_role("link", name="Thêm ảnh ví dụ").click()
        chi.get_by_role("link", name=f"KS.2010.{office.place}").click()
        look("pages for an example", chi)
        chi.locator("tbody a").last.click()
        drag(chi)
        chi.locator("input[name=caption]").fill("Họ tên viết rõ")
        look("an example", chi)
        chi.get_by_role("button", name="Thêm ví dụ").click()
        expect(chi.locator("figure.example")).to_contain_text("Họ tên viết rõ")
        look("a guideline", chi)
        chi.goto(f"{office.url}/assignments")
        chi.locator("#to input[name=team]").fill("Tổ rà soát")
        chi.locator("#to select[name=login]").select_option(office.login("an"))
        chi.get_by_role("button", name="Thêm vào tổ").click()
        share = chi.locator("form.share").first
        share.locator("select[name=team]").select_option("Tổ rà soát")
        share.locator("input[name=first]").fill("1")
        share.locator("input[name=last]").fill("1")
        share.get_by_role("button").click()
        expect(chi.locator("main")).to_contain_text("trang 1–1")
        look("assignments", chi)

        an = sit_down("an")
        expect(an.page.locator("main")).to_contain_text("Tổ rà soát")
        look("home of a reviewer", an.page)
        an.start().press("Shift+F1")
        expect(an.page.locator("#guide")).to_contain_text("Viết hoa chữ đầu mỗi âm tiết.")
        expect(an.page.locator("#guide img")).to_have_js_property("complete", value=True)
        look("a guideline at the desk", an.page)
        an.press("Escape")
        assert an.has_focus()
        with an.page.expect_popup() as opened:
            an.press("Shift+F7")
        said = opened.value
        drag(said)
        said.locator("#adds textarea").fill("Chữ này bị dấu che.")
        said.get_by_role("button", name="Gửi ý kiến").click()
        expect(said.locator(".thread")).to_contain_text("Chữ này bị dấu che.")
        look("comments on a task", said)
        said.close()
        an.press("Enter", "Enter").see_the_end()

        chi.goto(f"{office.url}/comments")
        look("open comments", chi)
        chi.locator("tbody a").first.click()
        chi.locator(".thread textarea").fill("Đối chiếu với trang sau.")
        chi.get_by_role("button", name="Gửi trả lời").click()
        expect(chi.locator(".thread")).to_contain_text("Đối chiếu với trang sau.")

        binh = sit_down("binh").start()
        expect(binh.page.locator(".task-comments")).to_contain_text("Đối chiếu với trang sau.")
        look("a task with comments", binh.page)
        binh.press("Enter", "Enter").see_the_end()
        assert office.registry.queue(book.book_id) == ()

        dung = sit_down("dung").page
        expect(dung.locator("main")).to_contain_text("Tài khoản đang dùng")
        look("home of an administrator", dung)
        dung.get_by_role("link", name="Quản lý tài khoản").click()
        dung.locator("input[name=login]").fill(office.login("moi"))
        dung.locator("input[name=name]").fill("Người Mới")
        look("accounts", dung)

        context = chromium.new_context(viewport=PHONE, reduced_motion="reduce", has_touch=True)
        phone = Typist(context, office.url).come_in(office.login("chi")).page
        for name in ("", "comments", "guidelines", "guidelines/birth/child_name", "assignments", "tickets"):
            phone.goto(f"{office.url}/{name}")
            look(f"{name or 'home'} on a telephone", phone)
        context.close()
    assert {name: found for name, found in flaws.items() if found} == {}
    assert {name: size for name, size in sizes.items() if size > 0} == {}
