"""A day of a person who scans: a book is made, scans are sent, one is refused, a page is scanned again for a ticket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from benchmarks.intake.made_scans import encoded, picture
from pipeline.base.files import sha256_of_file
from pipeline.declarations.ledger import load_ledger
from pipeline.registry.accounts.model import Role
from pipeline.runs.rescans import settle_tickets
from tests.registry.pages import entry, page, read
from tests.web.desk.drawn_book import FONT, one_line_book
from tests.web.desk.judged import overflow, violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist
from tests.web.test_phones import decoded

SitDown = Callable[[str], Typist]
PHONE: ViewportSize = {"width": 390, "height": 844}


def scans(folder: Path, count: int, mark: int = 0) -> list[Path]:
    """Small pictures of pages, each another, and of some size so that they come in many pieces."""
    folder.mkdir(exist_ok=True)
    made = []
    for number in range(1, count + 1):
        pixels = picture(400, 560)
        pixels[:8, :8] = mark + number
        path = folder / f"trang-{number}.png"
        Image.fromarray(pixels).save(path)
        made.append(path)
    return made


def make_book(at: Page, office: Office) -> str:
    """Fill in the form of a new book; returns the name of its folder."""
    at.get_by_role("link", name="Lập sổ mới").click()
    at.locator("select[name=form]").select_option("birth-2006")
    cover = {"place": "UBND xã Thử Nghiệm", "place_code": office.place, "volume": "05/2011"}
    for name, text in {**cover, "folder": f"KS.2011.{office.place}"}.items():
        at.locator(f"input[name={name}]").fill(text)
    at.get_by_role("button", name="Lập sổ").click()
    ready, doubted = (
        at.locator("#drop[data-ready]"),
        at.get_by_label(f"Mã nơi đăng ký {office.place} là đúng"),
    )
    expect(ready.or_(doubted)).to_be_visible()
    if doubted.is_visible():  # the code of the test's place may be in no list of units
        doubted.check()
        at.get_by_role("button", name="Lập sổ").click()
    expect(ready).to_be_visible()
    return f"KS.2011.{office.place}"


def test_a_day_from_a_new_book_to_a_page_scanned_again(
    office: Office, sit_down: SitDown, chromium: Browser, tmp_path: Path
) -> None:
    old = one_line_book(office)
    office.hire("an", Role.REVIEWER)
    office.hire("quet", Role.OPERATOR)
    flaws, sizes = {}, {}
    office.piece_bytes = 100_000
    with office.open():
        an = sit_down("an").start()
        an.press("F8", "Alt+1", "Enter").see_the_end()

        scanner = sit_down("quet")
        at = scanner.page

        def look(name: str) -> None:
            flaws[name], sizes[name] = violations(at), overflow(at)

        expect(at.locator("main")).to_contain_text("Trang chờ quét lại: 1")
        look("home")
        at.get_by_role("link", name="Sổ hộ tịch").first.click()
        look("books")
        folder = make_book(at, office)
        look("an empty book")
        sent = scans(tmp_path / "scans", 3)
        broken = tmp_path / "scans" / "hong.pdf"
        broken.write_bytes(b"MZ" * 200)
        with at.expect_navigation():
            at.locator("#files").set_input_files([*reversed(sent), broken])
        expect(at.locator("#state")).to_contain_text("Đã nhận 3 tệp")
        expect(at.locator(".troubles li")).to_contain_text("hong.pdf")
        look("scans of a book")
        placed = {path.name: path.read_bytes() for path in (office.books / folder).glob("trang-*")}
        assert placed == {path.name: path.read_bytes() for path in sent}
        assert load_ledger(office.books / folder).volume == "05/2011"
        at.get_by_role("button", name="Đọc sổ này ngay").click()
        expect(at.locator(".message").first).to_contain_text("hotich server")
        look("runs")

        at.goto(f"{scanner.url}/tickets")
        expect(at.locator(".ticket")).to_contain_text("Quyển 01/2010")
        at.get_by_role("button", name="Phóng to").click()
        look("tickets")
        (again,) = scans(tmp_path / "again", 1, mark=100)
        with at.expect_navigation():
            at.locator("input.rescan").set_input_files(again)
        expect(at.locator(".ticket")).to_contain_text("Đã nhận ảnh quét lại")
        expect(at.get_by_role("button", name="Đọc ngay sổ")).to_be_visible()
        expect(at.get_by_role("link", name="Đang chờ")).to_have_attribute("aria-current", "page")
        (answer,) = (office.books / f"KS.2010.{office.place}").glob("phieu-*")
        office.registry.store_scan(old.book_id, sha256_of_file(answer), answer.name, 9, 1)
        reading = entry(read("child_name", "Trần Thị Thư", accepted=False), read("child_sex", "nữ"))
        office.registry.save_page(old.book_id, page(reading, scan=sha256_of_file(answer)), "f1")
        assert settle_tickets(office.registry, old.book_id) == 1
        at.reload()
        expect(at.locator(".card").first).to_contain_text("Không có trang nào chờ quét lại")

        context = chromium.new_context(viewport=PHONE, reduced_motion="reduce")
        phone = Typist(context, office.url).come_in(office.login("quet")).page
        for name in ("books/new", "intake", "tickets?closed=true", f"books/{old.book_id}/scans"):
            phone.goto(f"{office.url}/{name}")
            flaws[f"{name} on a telephone"] = violations(phone)
            sizes[f"{name} on a telephone"] = overflow(phone)
        context.close()
    assert {name: found for name, found in flaws.items() if found} == {}
    assert {name: size for name, size in sizes.items() if size > 0} == {}


def test_a_connection_that_breaks_costs_no_piece(office: Office, sit_down: SitDown, tmp_path: Path) -> None:
    """Each second piece is lost on the way, some of them after the server has taken it; and what stands in front of the
    server takes shorter pieces only."""
    office.hire("quet", Role.OPERATOR)
    with office.open():
        scanner = sit_down("quet")
        at = scanner.page
        at.goto(f"{scanner.url}/books")
        folder = make_book(at, office)
        noise = np.random.default_rng(1).integers(0, 255, (400, 500, 3), np.uint8)
        content = encoded(noise, "PNG")
        path = tmp_path / "trang.png"
        path.write_bytes(content)
        taken = 0

        def lose(route: Route) -> None:
            nonlocal taken
            if len(route.request.post_data_buffer or b"") > 70_000:
                route.fulfill(status=413, body="too long")
                return
            taken += 1
            if taken % 4 == 2:
                route.abort()
            elif taken % 4 == 0:
                route.fetch()
                route.abort()
            else:
                route.continue_()

        at.add_init_script(
            "const real = setTimeout; window.setTimeout = (f, ms, ...a) => real(f, ms / 100, ...a);"
        )
        at.reload()
        expect(at.locator("#drop[data-ready]")).to_be_visible()
        at.route("**/uploads/*/*?offset=*", lose)
        with at.expect_navigation():
            at.locator("#files").set_input_files(path)
        assert taken > 10
        assert (office.books / folder / "trang.png").read_bytes() == content


CORNERS = ((180, 150), (1330, 90), (1420, 1880), (90, 1800))
"""Where the sheet lies in a photograph of 1500 × 2000 pixels, clockwise from the upper left corner."""


def photographs(folder: Path) -> tuple[Path, Path]:
    """A page as a telephone sees it, aslant on a dark table: in focus and out of focus."""
    sheet = Image.new("RGB", (1200, 1700), (240, 236, 225))
    draw, hand = ImageDraw.Draw(sheet), ImageFont.truetype(FONT, 40)
    for line in range(25):
        draw.text((70, 60 + 64 * line), "Nguyễn Thị Thử, sinh ngày 05/3/2010", font=hand, fill=(40, 40, 90))
    draw.rectangle((0, 0, 119, 169), fill=(250, 214, 60))
    flat = np.array(((0, 0), (1200, 0), (1200, 1700), (0, 1700)), np.float32)
    move = cv2.getPerspectiveTransform(flat, np.array(CORNERS, np.float32))
    table = np.full((2000, 1500, 3), (60, 52, 45), np.uint8)
    seen = cv2.warpPerspective(np.array(sheet), move, (1500, 2000), table, borderMode=cv2.BORDER_TRANSPARENT)
    sharp, blurred = folder / "a.jpg", folder / "b.jpg"
    Image.fromarray(seen).save(sharp, quality=92)
    Image.fromarray(seen).filter(ImageFilter.GaussianBlur(7)).save(blurred, quality=90)
    return sharp, blurred


def places(phone: Page) -> list[tuple[float, float]]:
    """Where the corners are shown, in pixels of the photograph."""
    found = phone.locator(".corner").evaluate_all("all => all.map(one => [one.style.left, one.style.top])")
    return [(15 * float(x.rstrip("%")), 20 * float(y.rstrip("%"))) for x, y in found]


def test_a_telephone_finds_the_sheet_and_warns_of_blur_before_it_sends(
    office: Office, sit_down: SitDown, chromium: Browser, tmp_path: Path
) -> None:
    sharp, blurred = photographs(tmp_path)
    office.hire("quet", Role.OPERATOR)
    with office.open():
        scanner = sit_down("quet")
        scanner.page.goto(f"{scanner.url}/books")
        folder = make_book(scanner.page, office)
        scanner.page.get_by_role("button", name="Chụp bằng điện thoại…").click()
        expect(scanner.page.locator(".qr")).to_be_visible()
        flaws = {"code": violations(scanner.page)}
        context = chromium.new_context(viewport=PHONE, reduced_motion="reduce", has_touch=True)
        phone = context.new_page()
        phone.goto(decoded(scanner.page.content()))
        flaws["begin"] = violations(phone)
        phone.get_by_role("button", name="Bắt đầu").click()
        expect(phone.locator("#camera[data-ready]")).to_be_visible()
        phone.locator("#shot").set_input_files(sharp)
        expect(phone.locator("#frame")).to_be_visible()
        expect(phone.locator("#why")).to_be_hidden()
        assert all(
            abs(x - u) < 25 and abs(y - v) < 25 for (x, y), (u, v) in zip(places(phone), CORNERS, strict=True)
        ), places(phone)
        flaws["corners"] = violations(phone)
        assert overflow(phone) <= 0
        phone.get_by_role("button", name="Cắt và gửi").click()
        expect(phone.locator("#told")).to_have_text("Đã gửi 1 ảnh.")
        phone.locator("#shot").set_input_files(blurred)
        expect(phone.locator("#why")).to_contain_text("mờ, nhòe")
        flaws["camera"] = violations(phone)
        phone.get_by_role("button", name="Bỏ, chụp lại").click()
        expect(phone.locator("#told")).to_contain_text("Đã bỏ")
        phone.locator("#chosen").set_input_files(blurred)
        expect(phone.locator(".corner").first).to_be_visible()
        before = places(phone)
        box = phone.locator(".corner").first.bounding_box()
        assert box is not None
        phone.mouse.move(box["x"] + 20, box["y"] + 20)
        phone.mouse.down()
        phone.mouse.move(box["x"] + 60, box["y"] + 50, steps=3)
        phone.mouse.up()
        assert places(phone)[0] > before[0]
        assert places(phone)[1:] == before[1:]
        phone.get_by_role("button", name="Gửi nguyên ảnh").click()
        expect(phone.locator("#told")).to_have_text("Đã gửi 2 ảnh.")
        context.close()
    sent = sorted((office.books / folder).glob("anh-*.jpg"))
    assert len(sent) == 2
    assert sent[1].read_bytes() == blurred.read_bytes()
    with Image.open(sent[0]) as straight:
        pixels = np.asarray(straight.convert("RGB")).astype(int)
    for y, x, colour in (
        (0.05, 0.05, (250, 214, 60)),
        (0.01, 0.98, (240, 236, 225)),
        (0.99, 0.5, (240, 236, 225)),
    ):
        seen = pixels[int(y * pixels.shape[0]), int(x * pixels.shape[1])]
        assert max(abs(seen - colour)) < 40, (y, x, seen)
    assert office.workspace.flaw_of(sha256_of_file(sharp)) == ""  # the photograph itself is kept
    assert {name: found for name, found in flaws.items() if found} == {}
