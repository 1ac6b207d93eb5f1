"""An administrator's day in the browser: people, settings, plan, a file to compare, backup, audit and seal."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import expect

from pipeline.declarations.office.policies import load_policies
from pipeline.registry.accounts.model import Role
from pipeline.reports import read_plan
from pipeline.scans.workspace import Workspace
from pipeline.web.background_jobs import BackgroundJobs, JobOutcome
from pipeline.web.supervising.office_desk import BackupWork, OfficeDesk
from pipeline.web.supervising.office_work import audit_checker, reconciler
from pipeline.web.supervising.staff_file_desk import StaffFileDesk
from tests.delivery.reconcile.files import birth, fill, write
from tests.registry.pages import SCHEMAS
from tests.web.desk.judged import overflow, violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]


def test_what_an_office_keeps_in_order_is_done_without_a_shell(
    office: Office, sit_down: SitDown, tmp_path: Path
) -> None:
    own, made = Workspace(tmp_path / "own"), JobOutcome(("Bản sao lưu 20260302-080000 đã xong.",))
    rows = [birth(number) for number in range(1, 4)]
    scan = sha256(office.place.encode()).hexdigest()
    fill(office.registry, rows, f"KS.{office.place}", office.ledger, scan)
    write(tmp_path / "xuat.xlsx", [{**rows[0], "meHoTen": "Lê Thị Khác"}, *rows[1:]])
    office.hire("quan.tri", Role.ADMINISTRATOR)
    office.hire("quan.tri.hai", Role.ADMINISTRATOR)
    office.hire("phu.trach", Role.SUPERVISOR)
    flaws, sizes = {}, {}
    with BackgroundJobs(own.jobs) as jobs:
        office.desk = OfficeDesk(
            own.sent_files,
            jobs,
            reconciler(office.registry, own, SCHEMAS),
            StaffFileDesk(own.office, own.history("office.toml"), partial(load_policies, declared=SCHEMAS)),
            StaffFileDesk(own.plan, own.history("plan.toml"), partial(read_plan, schemas=SCHEMAS)),
            audit_checker(office.registry, own),
            own.seals,
            BackupWork(
                "/mnt/sao-luu", lambda: ("20260301-080000",), lambda _: made, lambda _: made, lambda _: made
            ),
            declared=SCHEMAS,
        )
        with office.open():
            at = sit_down("quan.tri").page

            def look(name: str) -> None:
                flaws[name], sizes[name] = violations(at), overflow(at)

            look("first page")
            expect(at.locator(".checklist")).to_contain_text("Hai người xác nhận nhau")
            at.goto(f"{office.url}/new-accounts")
            lines = f"an.{office.place}; Trần Thử An; Người rà soát; {office.place}"
            at.get_by_label("Mỗi dòng một người").fill(f"{lines}\nbinh; Thử; giám đốc; all")
            at.get_by_role("button", name="Xem trước").click()
            expect(at.locator(".message.bad")).to_contain_text("chưa tạo tài khoản nào")
            look("list with a flaw")
            at.locator("#list-file[data-ready]").set_input_files(
                {"name": "a.csv", "mimeType": "text/csv", "buffer": lines.encode("utf-8-sig")}
            )
            expect(at.get_by_label("Mỗi dòng một người")).to_have_value(lines)
            at.get_by_role("button", name="Xem trước").click()
            at.get_by_role("button", name="Tạo 1 tài khoản").click()
            expect(at.locator("h1")).to_contain_text("Đã tạo 1 tài khoản")
            look("passwords")
            at.goto(f"{office.url}/accounts/an.{office.place}")
            look("account")

            at.goto(f"{office.url}/settings")
            look("settings")
            at.get_by_role("link", name="Đổi: Rà soát").click()
            look("form")
            at.get_by_label("Giữ một nhiệm vụ (phút)").fill("20")
            at.get_by_role("button", name="Xem trước thay đổi").click()
            expect(at.locator("main")).to_contain_text("Giữ một nhiệm vụ (phút): 15 → 20")
            look("preview")
            at.get_by_role("button", name="Lưu").click()
            expect(at.locator(".message.good")).to_contain_text("Áp dụng ngay")
            assert own.office.read_text(encoding="utf-8") == "[review]\nlease_minutes = 20\n"

            at.goto(f"{office.url}/rules?words=b02")
            look("rules")
            at.get_by_role("link", name="Đổi: B02").click()
            at.get_by_label("Mức").select_option("OFF")
            at.get_by_label("Lý do").fill("Vùng nhiều dân tộc")
            look("rule")
            at.get_by_role("button", name="Xem trước thay đổi").click()
            at.get_by_role("button", name="Lưu").click()
            expect(at.locator(".message.doubt")).to_contain_text("chưa có hiệu lực")
            look("asked")
            other = sit_down("quan.tri.hai").page
            other.goto(f"{office.url}/confirmations")
            other.get_by_role("button", name="Xác nhận: Quy tắc B02").click()
            expect(other.locator("main")).to_contain_text("đã có hiệu lực")
            at.goto(f"{office.url}/rules?words=b02")
            expect(at.get_by_role("region", name="Khai sinh")).to_contain_text("tắt")
            at.goto(f"{office.url}/terms")
            look("terms")

            at.goto(f"{office.url}/backup")
            at.get_by_role("button", name="Sao lưu ngay").click()
            expect(at.locator("#jobs")).to_contain_text("đã xong")
            look("backup")
            at.goto(f"{office.url}/audit")
            at.get_by_role("button", name="Niêm phong ngay").click()
            expect(at.locator("#seals .message.good")).to_contain_text("Đã niêm phong")
            at.get_by_label("Làm gì").select_option("settings-changed")
            at.get_by_role("button", name="Tìm").click()
            expect(at.locator("tbody").first).to_contain_text("thiết lập, lần đổi 2")
            look("audit")

            at = sit_down("phu.trach").page
            at.goto(f"{office.url}/plan")
            at.get_by_label("Nơi đăng ký").select_option(office.place)
            at.get_by_label("Số sự kiện phải xong").fill("300")
            at.get_by_role("button", name="Thêm").click()
            expect(at.locator("tbody")).to_contain_text("1 quyển, 3 sự kiện")
            look("plan")
            at.goto(f"{office.url}/reconcile")
            at.locator("#send-file[data-ready]").wait_for()
            at.get_by_label("Tệp", exact=True).set_input_files(tmp_path / "xuat.xlsx")
            at.get_by_role("button", name="Gửi và đối soát").click()
            expect(at.locator("#jobs")).to_contain_text("1 khác biệt chờ trả lời")
            expect(at.locator("#reconciliations tbody")).to_contain_text("xuat.xlsx")
            look("reconciliation")
            at.get_by_role("link", name="Mở kết quả").click()
            expect(at.locator("main")).to_contain_text("Lê Thị Khác")
    assert {name: found for name, found in flaws.items() if found} == {}
    assert {name: size for name, size in sizes.items() if size > 0} == {}
