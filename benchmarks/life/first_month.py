"""What the people of a fresh office do in their first month, in the browser alone."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

from benchmarks.desk.desk_expert import READY
from benchmarks.life.browser_person import BrowserPerson
from benchmarks.life.first_days import FirstDays

SHARE = 3
"""Tasks that a reviewer does of the books that are not worked through."""


class FirstMonth(FirstDays):
    """From the first days to the package, its reconciliation and the rehearsed restore."""

    _package: Path | None = None

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """Return the steps of the month in their order, with their names."""
        return [
            ("quản trị: lần đầu vào, đổi mật khẩu", self.begin),
            ("quản trị: tên cơ quan", self.name_office),
            ("quản trị: lập sáu tài khoản, giao nơi theo tên", self.make_accounts),
            ("hai người xác nhận nhau", self.confirm),
            ("quản trị: sao lưu, đọc lại, chép khóa, kiểm tra máy", self.back_up),
            ("quét: lập sáu quyển sổ", self.describe_books),
            ("quét: gửi bản quét của bốn quyển máy quét", self.upload),
            ("quét: chụp một quyển bằng điện thoại", self.photograph),
            ("quét: xem các trang, xoay một trang", self.arrange_pages),
            ("máy đọc mọi sổ", self.read_all),
            ("quét: bỏ trang quét hai lần", self.drop_twin),
            ("phụ trách: giao sổ", self.assign),
            ("phụ trách: sổ có mẫu chưa ai biết", self.meet_unknown_form),
            ("phụ trách: nhập tệp Excel có từ trước", self.bring_workbook),
            ("rà soát: trọn quyển một", self.review_book),
            ("rà soát: một phần các quyển khác", self.review_share),
            ("kiểm tra: bước hai của quyển một", self.check_book),
            ("rà soát: báo quét lại một trang", self.ask_rescan),
            ("quét: gửi trang quét lại, máy thay trang", self.rescan),
            ("phụ trách: xuất gói", self.deliver),
            ("phụ trách: cải chính, lãnh đạo ký", self.amend),
            ("phụ trách: xuất lại gói sau cải chính", self.deliver),
            ("phụ trách: đối soát chính gói của mình", self.reconcile),
            ("phụ trách: tra cứu, in dự thảo trích lục", self.search),
            ("quản trị: khôi phục thử", self.restore),
            ("lãnh đạo: trang tóm tắt", self.look_at_summary),
            ("quản trị: danh mục ngày đầu đã xong", self.end),
        ]

    def assign(self) -> None:
        at = self.who("phutrach")
        at.go("/assignments")
        for login, number in (("an", 1), ("binh", 2)):
            share = at.page.locator(f'form[action="/assignments/{self.numbers[number]}"]')
            at.choose(share.locator("select[name=login]"), login)
            at.click(share.get_by_role("button"))

    def meet_unknown_form(self) -> None:
        at = self.who("phutrach")
        at.go("/books")
        at.go(f"/books/{self.numbers[6]}/scans")
        at.press("Thiết kế mẫu từ các trang này")
        at.page.wait_for_url("**/forms/drafts/**")
        at.look()

    def review_book(self) -> None:
        self.work("an", "review", 1)

    def review_share(self) -> None:
        for number in (2, 4):  # an old workbook has spared the third
            self.work("binh", "review", number, most=SHARE)

    def check_book(self) -> None:
        self.work("kiemtra", "check", 1)

    def ask_rescan(self) -> None:
        at = self.sit("binh", "review", 2)
        at.page.locator(READY).first.wait_for()
        at.page.keyboard.press("F8")
        at.page.keyboard.press("Alt+1")
        at.page.keyboard.press("Enter")
        at.seen.keys += 4
        self.pause(at)

    def rescan(self) -> None:
        at = self.who("quet")
        at.go("/tickets")
        ticket = at.page.locator(
            ".ticket", has=at.page.locator(f'[href="/books/{self.numbers[2]}/scans"]')
        ).first
        (number,) = re.findall(r"trang (\d+);", ticket.inner_text())
        with at.page.expect_navigation():
            at.give(ticket.locator("input.rescan"), self._page_of(self.books[1].scans[0], int(number)))
        at.see("Đã nhận ảnh quét lại")
        at.press("Đọc ngay")
        self.wait_for_reading(at)
        at.go("/tickets")
        assert not at.page.get_by_text("Đã nhận ảnh quét lại").count(), "the ticket is still open"

    def bring_workbook(self) -> None:
        at = self.who("phutrach")
        at.go("/imports")
        at.page.locator("#send-file[data-ready]").wait_for()
        at.give(at.page.locator("#send-file input[type=file]"), self._old_workbook())
        at.press("Gửi tệp")
        at.see("Tiêu đề trong tệp")
        at.look()
        at.click(at.page.locator("input[name=mode]").first)
        at.press("Xem trước")
        at.page.locator("#jobs .job .message").first.wait_for()
        at.press("Nhập")
        at.page.locator("#jobs .job", has_text="Nhập").locator(".message.good").first.wait_for()
        at.go("/imports")
        at.see("Rút lại")

    def deliver(self) -> None:
        at = self.who("phutrach")
        for _ in range(12):
            at.go("/packages")
            row = at.page.locator(
                "tr", has=at.page.locator(f'form[action="/packages/{self.numbers[1]}"]')
            ).first
            at.click(row.get_by_role("button", name=re.compile("^Xuất gói")))
            until = time.monotonic() + 120
            while (
                row.get_by_text(re.compile("Đang chờ tới lượt|Đang xuất")).count()
                and time.monotonic() < until
            ):
                at.page.wait_for_timeout(500)
            if not row.locator(".message.bad").count():
                break
            assert self._remove_obstacle(at), row.inner_text()
        with at.page.expect_download() as arriving:
            at.click(row.locator('a[href$=".xlsx"]').first)
        self._package = self.folder / arriving.value.suggested_filename
        arriving.value.save_as(self._package)
        at.go(f"/packages/{self.numbers[1]}/rehearsal")
        at.see("không dòng nào bị từ chối")

    def amend(self) -> None:
        at = self.who("phutrach")
        at.go("/books")
        at.go(f"/books/{self.numbers[1]}/entries")
        at.click(at.page.locator("tbody th a").first)
        at.click(at.page.get_by_role("link", name="cải chính, bổ sung theo quyết định"))
        at.choose(at.page.get_by_label("Ô được cải chính, bổ sung"), "mother_name")
        for label, text in (
            ("Giá trị mới", "Lê Thị Cải Chính"),
            ("Số quyết định", "12/QĐ-UBND"),
            ("Ngày quyết định", "05/03/2026"),
            ("Cơ quan quyết định", "UBND xã Thử Nghiệm"),
            ("Căn cứ pháp lý", "Luật Hộ tịch 2014, Điều 28"),
        ):
            at.fill(label, text)
        at.press("Ghi cải chính, bổ sung")
        at.see("Đã ghi cải chính, bổ sung")
        signs = self.who("lanhdao")
        signs.go("/books")
        signs.go(f"/books/{self.numbers[1]}/entries")
        signs.go(f"/books/{self.numbers[1]}/amendments")
        signs.press("Ký xác nhận")
        signs.see("Đã ký xác nhận")

    def reconcile(self) -> None:
        assert self._package is not None, "there is no package"
        at = self.who("phutrach")
        at.go("/reconcile")
        at.page.locator("#send-file[data-ready]").wait_for()
        at.give(at.page.locator("#send-file input[type=file]"), self._package)
        at.press("Gửi và đối soát")
        done = at.page.locator("#jobs .job .message").first
        done.wait_for()
        said = done.inner_text()
        assert re.search(r"\b0 khác biệt|[Kk]hông có khác biệt|không khác", said), said

    def search(self) -> None:
        truth = self.books[0].truth
        assert truth is not None
        at = self.who("phutrach")
        at.go("/search")
        at.choose(at.page.locator("select[name=purpose]"), "check")
        at.fill("Lý do", "hồ sơ 12")
        at.fill("Họ tên, có hay không dấu", truth.entries[1].values["nksHoTen"])
        at.press("Tra cứu")
        at.click(at.page.get_by_role("link", name="Xem sự kiện này").first)
        at.click(at.page.get_by_role("link", name=re.compile("In, cấp trích lục")))
        at.fill("Cấp cho", "Nguyễn Thử")
        with at.page.expect_download() as arriving:
            at.seen.clicks += 1
            at.page.get_by_role("button", name="In bản dự thảo").click()
        assert Path(arriving.value.path()).read_bytes().startswith(b"%PDF")

    def restore(self) -> None:
        at = self.who("admin")
        at.go("/backup")
        at.press("Sao lưu ngay")
        at.page.locator("#jobs .hint", has_text="đang làm").wait_for(state="detached")
        at.page.reload()
        at.press("Khôi phục thử vào chỗ riêng")
        job = at.page.locator("#jobs .job", has_text="Khôi phục thử").first
        job.locator(".message.good").wait_for()

    def look_at_summary(self) -> None:
        at = self.who("lanhdao")
        at.go("/reports")
        at.go("/reports/director")
        at.see("Số liệu lúc")

    def end(self) -> None:
        at = self.who("admin")
        at.go("/")
        left = at.page.locator(".checklist li.left").all_inner_texts()
        assert all("Thư mục của máy quét" in line for line in left), left
        for address in ("/settings", "/audit", "/accounts"):
            at.go(address)

    def _remove_obstacle(self, at: BrowserPerson) -> bool:
        """Follow the first link of what holds a package back, and do what is asked there."""
        links = at.page.locator("tr", has_text="so-1").locator("td a")
        for address in dict.fromkeys(
            link.get_attribute("href") or "" for link in links.all() if link.is_visible()
        ):
            if address.startswith("/entries/"):
                at.go(address)
                choices = at.page.locator("tr", has_text="chờ xác nhận").locator("button.main")
                done = choices.count() > 0
                while choices.count():
                    at.click(choices.first)
                if done:
                    return True
            elif address.endswith("/approval"):
                at.go(address)
                if at.page.get_by_role("button", name="Phê duyệt").count():
                    at.press("Phê duyệt")
                    return True
        return False

    def _page_of(self, scan: Path, page_no: int) -> Path:
        """A page of a PDF, scanned once more."""
        path = self.folder / f"quet-lai-{page_no}.jpg"
        command = ["pdftoppm", "-jpeg", "-r", "200", "-f", str(page_no), "-l", str(page_no), "-singlefile"]
        subprocess.run([*command, str(scan), str(path.with_suffix(""))], check=True)
        return path

    def _old_workbook(self) -> Path:
        """What a clerk typed years ago of the third book, under headings of their own."""
        book = self.books[2]
        assert book.truth is not None
        record = self.schemas.record(self.schemas.form(book.form).record)
        specs = [
            spec
            for spec in record.fields
            if any(entry.values.get(spec.column) for entry in book.truth.entries)
        ]
        workbook = Workbook()
        sheet = workbook.worksheets[0]
        sheet.append(["Quyển số", *(spec.label for spec in specs if not spec.ledger)])
        for entry in book.truth.entries:
            texts = [entry.values.get(spec.column, "") for spec in specs if not spec.ledger]
            sheet.append([f"03/{book.ledger.year}", *texts])
        path = self.folder / "ket-hon-go-tay.xlsx"
        workbook.save(path)
        return path
