"""A supervisor in the browser: through a book to its entries and pages, its amendments, and its approval."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from pipeline.base.model import FieldStatus
from pipeline.registry import Verdict
from pipeline.registry.accounts.model import Role
from pipeline.registry.amendments.model import AmendmentOrder
from tests.web.desk.drawn_book import usual_book
from tests.web.desk.judged import overflow, violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]


def test_through_a_book_to_its_pages_its_amendments_and_its_approval(
    office: Office, sit_down: SitDown
) -> None:
    book_id = usual_book(office, 3).book_id
    office.hire("phu.trach", Role.SUPERVISOR)
    order = AmendmentOrder("12/QĐ-UBND", "05.03.2020", "Luật Hộ tịch 2014, Điều 28", "UBND xã Thử Nghiệm")
    entry_id = office.registry.entries(book_id)[1]
    for name in ("Lê Thị Giả", "Lê Thị Thử"):
        office.registry.amend(entry_id, "mother_name", name, order, author="an")
    flaws, sizes = {}, {}
    with office.open():
        at = sit_down("phu.trach").page

        def look(name: str) -> None:
            flaws[name], sizes[name] = violations(at), overflow(at)

        at.goto(f"{office.url}/books")
        at.get_by_role("link", name="3 sự kiện của sổ").click()
        expect(at.locator("tbody tr")).to_have_count(3)
        look("entries")
        at.get_by_label("Số đăng ký").fill("2")
        at.get_by_role("button", name="Tìm").click()
        expect(at.locator("tbody tr")).to_have_count(1)
        at.locator("tbody a").last.click()
        expect(at.locator(".turning")).to_contain_text("2 / 3")
        assert at.locator(".leaf img").evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
        look("page")
        at.get_by_role("button", name="Phóng to trang").click()
        at.get_by_role("button", name="Thu nhỏ trang").click()
        at.keyboard.press("ArrowRight")
        expect(at.locator(".turning")).to_contain_text("3 / 3")
        at.get_by_role("link", name="← Trang trước").click()
        at.locator("tbody a").first.click()
        expect(at.locator("h1")).to_contain_text("số 2/2010")
        look("entry")

        at.get_by_role("link", name="cải chính, bổ sung theo quyết định…").click()
        look("amendment")
        at.get_by_label("Ô được cải chính, bổ sung").select_option("father_name")
        at.get_by_label("Giá trị mới").fill("Thử Mẫu Mới")
        at.get_by_label("Số quyết định").fill("15/QĐ-UBND")
        at.get_by_label("Ngày quyết định").fill("5/3/2020")
        at.get_by_label("Căn cứ pháp lý").fill("Điều 28")
        at.get_by_role("button", name="Ghi cải chính, bổ sung").click()
        expect(at.locator(".message.good")).to_contain_text("Đã ghi cải chính, bổ sung")
        assert office.registry.entry(entry_id).current["father_name"] == "Thử Mẫu Mới"
        look("amendments")
        at.get_by_role("button", name="Ký xác nhận cải chính, bổ sung số").click()
        expect(at.locator(".message.good")).to_contain_text("Đã ký xác nhận")
        at.get_by_label("Vì sao rút cải chính, bổ sung số").first.fill("ghi hai lần")
        at.get_by_role("button", name="Rút").first.click()
        expect(at.locator(".message.good")).to_contain_text("có hiệu lực trở lại")
        look("amendments, one taken back")
        at.get_by_role("link", name="phê duyệt").click()
        look("approval")
        at.get_by_role("button", name="Phê duyệt 3 sự kiện").click()
        expect(at.locator(".message.good").first).to_contain_text("Đã phê duyệt")
        look("approved")
        office.registry.decide(entry_id, [Verdict("child_sex", FieldStatus.READ, "nam")], author="an")
        at.reload()
        expect(at.locator(".message.doubt")).to_contain_text("không còn hiệu lực")
        assert office.registry.book_approval(book_id) is None
        at.goto(f"{office.url}/reports/director")
        look("director")
        at.locator("header summary", has_text="Cơ quan").click()
        at.get_by_role("link", name="Thiết lập").click()
        look("settings")
    assert {name: found for name, found in flaws.items() if found} == {}
    assert {name: size for name, size in sizes.items() if size > 0} == {}
