"""The form designer in a real browser: by the mouse and by keys alone, with the way back, and seen by axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from benchmarks.intake.made_scans import encoded, picture
from pipeline.registry.accounts.model import Role
from pipeline.web.background_jobs import BackgroundJobs
from tests.registry.pages import SCHEMAS
from tests.web.desk.judged import violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist
from tests.web.form_desks import MadeUpReader, form_desk


def test_a_form_is_designed_by_keys_and_by_mouse_and_every_step_can_be_taken_back(
    office: Office, sit_down: Callable[[str], Typist], tmp_path: Path
) -> None:
    office.hire("chi", Role.SUPERVISOR)
    files = [tmp_path / f"{number}.jpg" for number in range(2)]
    for number, file in enumerate(files):
        file.write_bytes(encoded(picture(70 + number), "JPEG"))
    with BackgroundJobs(tmp_path / "jobs") as jobs:
        desk = form_desk(tmp_path / "forms", MadeUpReader(SCHEMAS.form("birth-2006")), jobs)
        office.forms = desk
        with office.open() as url:
            page = sit_down("chi").page
            page.goto(f"{url}/forms")
            page.get_by_label("Loại sự kiện").select_option("birth")
            page.get_by_label("Tên mẫu").fill("Mẫu thử")
            page.get_by_label("Sổ mở từ năm").fill("1990")
            page.get_by_label("đến năm").fill("1998")
            assert violations(page) == []
            page.get_by_role("button", name="Bắt đầu").click()
            expect(page.locator("#files")).to_be_enabled()
            page.set_input_files("#files", [str(file) for file in files])
            expect(page.locator("#job")).to_contain_text("Từ 2 trang")
            boxes = page.locator("#overlay [data-key]")
            count = boxes.count()
            assert count > 25

            accept = page.locator('[data-do="accept-sure"]')
            expect(accept).to_have_text(re.compile(r"Nhận \d\d trường máy chắc"))
            accept.click()
            expect(accept).to_be_hidden()
            expect(page.locator("#overlay .proposed:not(.doubtful)")).to_have_count(0)
            page.keyboard.press("Control+z")
            expect(accept).to_be_visible()

            page.get_by_role("button", name="Chỗ chưa xác nhận tiếp theo").click()
            chosen = page.locator("#overlay .chosen")
            first = chosen.get_attribute("data-key")
            page.keyboard.press("Enter")
            expect(chosen).not_to_have_attribute("data-key", first or "")
            page.keyboard.press("Delete")
            expect(boxes).to_have_count(count - 1)
            page.keyboard.press("Control+z")
            expect(boxes).to_have_count(count)

            blank = page.get_by_role("button", name="Họ và tên:").first
            blank.focus()
            page.keyboard.press("f")
            page.keyboard.type("ho ten nguoi duoc khai")
            page.keyboard.press("Enter")
            expect(page.locator("#field")).to_have_value("Họ tên người được khai sinh")
            page.locator("#field").fill("so dang ky")
            expect(page.locator("#field-list li").first).to_have_text(re.compile("^Số( đã gắn chỗ khác)?$"))
            page.keyboard.press("Escape")
            assert violations(page) == []
            before = chosen.locator(".blank").get_attribute("x")
            page.keyboard.press("ArrowRight")
            expect(chosen.locator(".blank")).not_to_have_attribute("x", before or "")
            page.keyboard.press("Control+z")
            expect(chosen.locator(".blank")).to_have_attribute("x", before or "")

            page.locator("#window").focus()
            page.keyboard.press("s")
            around = page.locator("#overlay .frame").bounding_box()
            assert around is not None
            page.mouse.move(around["x"] + 60, around["y"] + 60)
            page.mouse.down()
            page.mouse.move(around["x"] + 200, around["y"] + 120, steps=3)
            page.mouse.up()
            expect(chosen).to_have_attribute("aria-label", "Khoảng “”: chữ ký, không đọc")
            expect(page.locator("#kept")).to_contain_text("Đã lưu nháp lúc")

            for _ in range(4):
                page.keyboard.press("-")
            around = page.locator("#overlay .frame").bounding_box()
            assert around is not None
            kept = page.locator("#overlay .blank").nth(3).bounding_box()
            assert kept is not None
            page.locator("#window").focus()
            page.keyboard.press("k")
            page.mouse.move(around["x"] + 20, around["y"] + 10)
            page.mouse.down()
            page.mouse.move(around["x"] + around["width"] - 15, around["y"] + 0.9 * around["height"], steps=3)
            page.mouse.up()
            expect(page.locator("#kept")).to_contain_text("Đã lưu nháp lúc")
            (draft,) = desk.drafts.drafts()
            assert draft.design.on_pages[0] > 0.02
            drawn = page.locator("#overlay .frame").bounding_box()
            assert drawn is not None
            left, top, right, bottom = draft.design.frame
            wide, high = (right - left) * draft.design.paper_mm[0], (bottom - top) * draft.design.paper_mm[1]
            assert wide / high == pytest.approx(drawn["width"] / drawn["height"], rel=0.02), (
                "its shape on the page"
            )
            moved = page.locator("#overlay .blank").nth(3).bounding_box()
            assert moved is not None
            assert (moved["x"], moved["y"]) == pytest.approx((kept["x"], kept["y"]), abs=2), (
                "stays on the page"
            )
            with page.expect_response(lambda answer: answer.request.method == "POST"):
                page.keyboard.press("Control+z")

            (draft,) = desk.drafts.drafts()
            named = next(one for one in draft.design.cells if one.field == "child_name")
            assert not named.proposed
            other = page.context.new_page()
            other.goto(page.url)
            expect(other.locator("#overlay .chosen, #overlay [data-key]").first).to_be_attached()
            other.locator("#about summary").click()
            other.get_by_label("Nhà in").fill("Nhà in Thử")
            other.keyboard.press("Tab")
            expect(other.locator("#kept")).to_contain_text("Đã lưu nháp lúc")
            page.locator("#window").focus()
            page.get_by_role("button", name="Hoàn tác").click()
            expect(page.locator("#refused")).to_contain_text("đã sửa bản nháp này")
            assert desk.drafts.draft(draft.draft_id).design.printer == "Nhà in Thử"
            page.get_by_role("button", name="Tải lại trang").click()
            expect(page.locator("#about-fields input").nth(5)).to_have_value("Nhà in Thử")


def test_what_was_proposed_for_an_open_book_gives_way_when_it_is_parted_unless_somebody_has_looked_at_it(
    office: Office, sit_down: Callable[[str], Typist], tmp_path: Path
) -> None:
    office.hire("chi", Role.SUPERVISOR)
    file = tmp_path / "mo.jpg"
    file.write_bytes(encoded(picture(75), "JPEG"))
    reader = MadeUpReader(SCHEMAS.form("birth-table"), shows_two=True)
    with BackgroundJobs(tmp_path / "jobs") as jobs:
        desk = form_desk(tmp_path / "forms", reader, jobs)
        office.forms = desk
        with office.open() as url:
            page = sit_down("chi").page
            page.goto(f"{url}/forms")
            page.get_by_label("Loại sự kiện").select_option("birth")
            page.get_by_label("Cách ghi").select_option("table")
            for label, text in (("Tên mẫu", "Bảng thử"), ("Sổ mở từ năm", "1976"), ("đến năm", "1988")):
                page.get_by_label(label).fill(text)
            page.get_by_role("button", name="Bắt đầu").click()
            expect(page.locator("#files")).to_be_enabled()
            page.set_input_files("#files", str(file))
            expect(page.locator("#job")).to_contain_text("Từ 1 trang")
            reader.form = SCHEMAS.form("birth-2006")
            parts = page.get_by_label("mỗi trang một bảng")
            parts.check()
            expect(page.locator("#page-name")).to_contain_text("nửa trái")
            expect(page.locator("#kept")).to_contain_text("Đã lưu nháp lúc")
            (draft,) = desk.drafts.drafts()
            assert [one.side for one in draft.specimens] == ["left", "right"]
            columns = page.locator("#overlay .columns")
            narrow = columns.count()
            assert draft.design.table is not None
            assert len(draft.design.table.columns) == narrow < 10

            reader.shows_two = False
            parts.uncheck()
            expect(page.locator("#page-name")).not_to_contain_text("nửa")
            parts.check()
            expect(page.locator("#refused")).to_contain_text("không tách đôi được")
            expect(parts).not_to_be_checked()
            reader.shows_two = True
            parts.check()
            expect(page.locator("#page-name")).to_contain_text("nửa trái")
            expect(page.locator("#refused")).to_be_hidden()
            columns.first.focus()
            page.keyboard.press("Enter")
            reader.form = SCHEMAS.form("birth-table")
            parts.uncheck()
            expect(page.locator("#page-name")).not_to_contain_text("nửa")
            expect(columns).to_have_count(narrow)
            page.get_by_text("Lấy trường từ mẫu giống").click()
            page.get_by_role("button", name="Lấy lại cả đề nghị mới của máy").click()
            expect(columns).not_to_have_count(narrow)
