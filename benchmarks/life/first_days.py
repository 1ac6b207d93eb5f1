"""The first days of an office: its people, its safety, its books, their scans, the first night."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks.life.office_screens import OfficeScreens
from pipeline.layout.imaging.qr_codes import read_qr_codes

PEOPLE = (
    ("quantri2", "Trần Thử Hai", "Người quản trị", "mọi nơi"),
    ("quet", "Lê Thử Quét", "Nhân viên quét", ""),
    ("an", "Phạm Thử An", "Người rà soát", ""),
    ("binh", "Vũ Thử Bình", "Người rà soát", ""),
    ("kiemtra", "Đỗ Thử Kiểm", "Người kiểm tra", ""),
    ("phutrach", "Ngô Thử Trách", "Người phụ trách", "mọi nơi"),
)
"""Whom the first administrator makes; the second one makes the director."""
DIRECTOR = ("lanhdao", "Bùi Thử Lãnh")


class FirstDays(OfficeScreens):
    """From the first password to the first pages that were read."""

    def begin(self) -> None:
        login, password = self.first_password.read_text(encoding="utf-8").split()
        self.one_time["admin"] = password
        assert login == "admin"
        self.who("admin").see("Ngày đầu")

    def name_office(self) -> None:
        at = self.who("admin")
        at.go("/settings/offices/0")
        for label, text in (
            ("Tên cơ quan", "UBND xã Thử Nghiệm"),
            ("Địa danh trước ngày tháng", "Thử Nghiệm"),
            ("Mã cơ quan trong sổ cấp trích lục", "TN"),
        ):
            at.fill(label, text)
        at.press("Xem trước thay đổi")
        at.press("Lưu")

    def make_accounts(self) -> None:
        at = self.who("admin")
        at.go("/new-accounts")
        places = ", ".join(dict.fromkeys(book.ledger.place.removeprefix("UBND ") for book in self.books))
        lines = "\n".join("; ".join((*person[:3], person[3] or places)) for person in PEOPLE)
        at.fill("Mỗi dòng một người", lines)
        at.press("Xem trước")
        at.press("Tạo 6 tài khoản")
        at.see("Đã tạo 6 tài khoản")
        slips = at.page.locator(".slips li code").all_inner_texts()
        self.one_time |= dict(zip(slips[::2], slips[1::2], strict=True))

    def confirm(self) -> None:
        """The way that the page of confirmations tells those who still wait themselves."""
        other, login, name = self.who("quantri2"), *DIRECTOR
        other.go("/confirmations")
        other.see("bạn lập thêm một tài khoản người phụ trách")
        other.go("/accounts")
        other.fill("Tên đăng nhập", login)
        other.fill("Họ tên", name)
        other.choose(other.page.locator("select[name=role]"), "supervisor")
        other.click(other.page.locator("input[name=everywhere]"))
        other.press("Thêm và cấp mật khẩu")
        self.one_time[login] = other.page.locator(".secret code").inner_text()
        for confirming in ("admin", login):
            at = self.who(confirming)
            at.go("/confirmations")
            while at.page.get_by_role("button", name="Xác nhận", exact=True).count():
                at.press("Xác nhận")
        self.who("admin").go("/")
        lines = self.who("admin").page.locator(".checklist li", has_text="Hai người xác nhận nhau")
        assert lines.locator(".late").count() == 0, lines.inner_text()

    def back_up(self) -> None:
        at = self.who("admin")
        at.go("/backup")
        for button, ended in (
            ("Sao lưu ngay", r"Bản sao lưu .* đã xong"),
            ("Kiểm tra bản mới nhất", "toàn vẹn"),
            ("Kiểm tra máy", "Kiểm tra máy"),
        ):
            at.press(button)
            at.page.locator("#jobs .job", has_text=re.compile(ended)).first.wait_for()
            at.page.locator("#jobs .hint", has_text="đang làm").wait_for(state="detached")
            at.page.reload()
        at.press("Tôi đã chép ba khóa")

    def describe_books(self) -> None:
        at = self.who("quet")
        for number, book in enumerate(self.books, 1):
            at.go("/books/new")
            at.choose(at.page.locator("select[name=form]"), book.form)
            at.fill("Nơi đăng ký", book.ledger.place)
            at.fill("Quyển số", f"{number:02}/{book.ledger.year}")
            at.fill("Tên thư mục", f"so-{number}")
            at.press("Lập sổ")
            choice = at.page.locator(f'button[name=sure][value="{book.ledger.place_code}"]')
            doubt = at.page.locator("input[name=sure]")
            at.page.locator("#drop").or_(choice).or_(doubt).first.wait_for()
            if choice.count():
                at.click(choice)
            elif doubt.count():
                at.click(doubt)
                at.press("Lập sổ")
            at.page.locator("#drop").wait_for()
            self.numbers[number] = re.findall(r"/books/(\d+)/", at.page.url)[0]

    def upload(self) -> None:
        for number, book in enumerate(self.books, 1):
            if number == 5:
                continue
            scans = list(book.scans)
            if number == 4:
                scans.append(self._scanned_again(scans[1]))
            self.send(number, scans)

    def photograph(self) -> None:
        at = self.who("quet")
        self.open_book(5)
        at.press("Chụp bằng điện thoại")
        with Image.open(BytesIO(at.page.locator(".qr").screenshot())) as code:
            pixels = np.asarray(code.convert("L"))
        (address,) = read_qr_codes(pixels)
        with at.new_tab(self.browser, address) as phone:
            phone.get_by_role("button", name="Bắt đầu").click()
            phone.locator("#camera[data-ready]").wait_for()
            for count, scan in enumerate(self.books[4].scans, 1):
                phone.locator("#shot").set_input_files(self._photograph(scan))
                phone.get_by_role("button", name="Cắt và gửi").click()
                phone.locator("#told", has_text=f"Đã gửi {count} ảnh").wait_for()
                at.seen.clicks += 3

    def arrange_pages(self) -> None:
        at = self.who("quet")
        self.open_book(4)
        at.go(f"/books/{self.numbers[4]}/pages")
        at.page.locator(".tile img[src]").first.wait_for()
        at.page.wait_for_load_state("networkidle")
        at.click(at.page.locator(".tile").last)
        at.press("Xoay phải")
        at.see("trang mới thay chỗ")

    def read_all(self) -> None:
        at = self.who("quet")
        at.go("/runs")
        at.press("Đọc mọi sổ ngay")
        self.wait_for_reading(at)

    def drop_twin(self) -> None:
        at = self.who("quet")
        self.open_book(4)
        at.go(f"/books/{self.numbers[4]}/pages")
        at.press("Bỏ bản này")
        at.see("Đã bỏ. Trang vẫn được giữ")

    def _scanned_again(self, scan: Path) -> Path:
        again = scan.with_name(f"{scan.stem}-lan-hai.jpg")
        with Image.open(scan) as page:
            page.save(again, quality=83, dpi=page.info.get("dpi", (200, 200)))
        return again

    def _photograph(self, scan: Path) -> Path:
        """A page as a telephone sees it, a little aslant on a dark table."""
        with Image.open(scan) as opened:
            page = np.asarray(opened.convert("RGB"))[..., ::-1]
        height, width = page.shape[:2]
        edge = width // 10
        flat = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
        corners = flat + edge + np.array(((20, 10), (-12, 0), (8, -10), (-15, 6)), np.float32)
        table = np.full((height + 2 * edge, width + 2 * edge, 3), (45, 52, 60), np.uint8)
        move = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
        size = (table.shape[1], table.shape[0])
        seen = cv2.warpPerspective(
            np.ascontiguousarray(page), move, size, table, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT
        )
        path = self.folder / f"anh-{scan.stem}.jpg"
        cv2.imwrite(str(path), seen, [cv2.IMWRITE_JPEG_QUALITY, 92])
        return path
