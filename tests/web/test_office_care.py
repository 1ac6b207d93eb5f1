"""The audit searched, verified and sealed, and backups made and read again, by who is responsible for all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from pipeline.cli.context import CommandContext
from pipeline.cli.serve import backup_work, machine_report
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from pipeline.web.app import create_app, new_site
from pipeline.web.background_jobs import BackgroundJobs
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.office_work import audit_checker
from tests.registry.pages import LEDGER, SCAN, SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, browser_of, join


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def registry(workspace: Workspace) -> Iterator[Registry]:
    with Registry.open(workspace.registry_url, SCHEMAS, audit_key=workspace.audit_key) as opened:
        opened.store_scan(opened.book_id(LEDGER, "KS.2010.01"), SCAN, "scan.pdf", 1000, 1)
        yield opened


@pytest.fixture(scope="module")
def desk(
    registry: Registry, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OfficeDesk]:
    settings = Settings(
        workspace=workspace.root,
        backup=str(tmp_path_factory.mktemp("vault")),
        backup_plain=True,
        schemas=tmp_path_factory.mktemp("schemas"),
        models=tmp_path_factory.mktemp("models"),
    )
    context = Settings(workspace=workspace.root).run_context()
    with BackgroundJobs(workspace.jobs) as jobs:
        yield OfficeDesk(
            jobs=jobs,
            check_audit=audit_checker(registry, workspace),
            seals=workspace.seals,
            backups=backup_work(settings, context),
            check_machine=lambda on_progress: machine_report(CommandContext(workspace.root), on_progress),
        )


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock, desk: OfficeDesk) -> FastAPI:
    return create_app(new_site(registry, SCHEMAS, office=desk, now=clock))


@pytest.fixture(scope="module")
def administrator(app: FastAPI, accounts: Accounts) -> Browser:
    join(accounts, "quan.tri", Role.ADMINISTRATOR)
    return browser_of(app, accounts, "quan.tri")


def test_the_audit_is_searched_by_who_what_and_when(administrator: Browser, registry: Registry) -> None:
    rows = registry.audit().recent(1000)
    told = text_of(administrator.get("/audit?what=account-created&who=quan.tri"))
    assert "Không có dòng nào như vậy" in told
    told = text_of(administrator.get("/audit?what=account-created"))
    assert ("tài khoản Người Thử" in told, "sổ KS.2010.01" in told) == (True, False)
    for subject in ("book:1", "sổ KS.2010.01", "sổ 1"):
        told = text_of(administrator.get(f"/audit?subject={quote(subject)}"))
        assert "ghi nhận quyển sổ sổ KS.2010.01 mọi dòng" in told, subject
    day = f"{rows[0].at:%Y-%m-%d}"
    assert "Không có dòng" not in text_of(administrator.get(f"/audit?since={day}"))
    assert "Không có dòng" in text_of(administrator.get("/audit?until=2001-01-01"))
    assert "Không có dòng" not in text_of(administrator.get("/audit?since=khong&until=9999-12-31"))
    assert "<script>" not in administrator.get("/audit?who=<script>").text.split("</head>")[1]
    last = rows[-1].id
    assert "Không có dòng" in text_of(administrator.get(f"/audit?before={last}"))


def test_the_audit_is_verified_behind_the_answer_and_told_in_words(
    administrator: Browser, desk: OfficeDesk, registry: Registry
) -> None:
    assert administrator.submit("/audit/check").status_code == 303
    desk.jobs.wait()
    told = text_of(administrator.get("/audit/progress"))
    assert "Không có dòng nào bị sửa, bị xóa hay chen vào." in told
    assert registry.audit().recent(1)[0].action == "audit-check-asked"


def test_a_seal_is_made_and_listed_and_one_that_no_longer_holds_is_told(
    administrator: Browser, workspace: Workspace
) -> None:
    made = administrator.submit("/audit/seal")
    assert made.headers["location"] == "/audit?sealed=yes#seals"
    (path,) = workspace.seals.glob("*.json")
    shown = text_of(administrator.get("/audit?sealed=yes"))
    assert ("Đã niêm phong" in shown, ", dấu " in shown) == (True, True)
    kept = path.read_text("ascii")
    path.write_text(kept.replace('"id": ', '"id": 9'), "ascii")
    broken = administrator.submit("/audit/seal")
    assert broken.headers["location"] == "/audit?sealed=broken#seals"
    path.write_text("{}", "ascii")
    assert "không đọc được" in text_of(administrator.get("/audit"))
    path.write_text(kept, "ascii")


def test_a_backup_is_made_read_again_and_restored_aside_and_never_handed_out(
    administrator: Browser, desk: OfficeDesk, registry: Registry
) -> None:
    assert administrator.submit("/backup").status_code == 303
    desk.jobs.wait()
    shown = administrator.get("/backup")
    told = text_of(shown)
    assert "đã mở thử" in told
    assert "Không tải xuống qua trình duyệt được" in told
    assert administrator.submit("/backup/check").status_code == 303
    desk.jobs.wait()
    assert "toàn vẹn" in text_of(administrator.get("/backup/progress"))
    assert administrator.submit("/backup/rehearse").status_code == 303
    desk.jobs.wait()
    told = text_of(administrator.get("/backup/progress"))
    assert "Khôi phục thử" in told
    assert "sổ đang dùng không đổi" in told
    subjects = ["backup:rehearse", "backup:check", "backup:make"]
    assert [row.subject for row in registry.audit().recent(3)] == subjects


def test_the_machine_is_checked_in_words(administrator: Browser, desk: OfficeDesk) -> None:
    assert administrator.submit("/backup/machine").status_code == 303
    desk.jobs.wait()
    told = text_of(administrator.get("/backup/progress"))
    assert "Đạt" in told
    assert "Dàn trang PDF (typst)" in told
    assert "Error" not in told


def test_a_machine_without_a_folder_for_backups_says_so(
    registry: Registry, clock: Clock, accounts: Accounts, administrator: Browser
) -> None:
    bare = browser_of(create_app(new_site(registry, SCHEMAS, now=clock)), accounts, "quan.tri")
    for path, told in (
        ("/backup", "thư mục sao lưu"),
        ("/audit/check", "không làm việc ấy"),
        ("/audit/seal", "không làm"),
    ):
        answer = bare.submit(path)
        assert (answer.status_code, told in text_of(answer)) == (422, True)


def test_who_has_a_list_of_places_sees_neither(
    app: FastAPI, accounts: Accounts, administrator: Browser
) -> None:
    join(accounts, "phu.trach", Role.SUPERVISOR, OWN)
    chief = browser_of(app, accounts, "phu.trach")
    for answer in (*map(chief.get, ("/audit", "/backup")), *map(chief.submit, ("/audit/seal", "/backup"))):
        assert (answer.status_code, "cả cơ quan" in text_of(answer)) == (403, True)
    assert 'href="/audit"' not in chief.get("/").text


def test_the_first_day_of_an_administrator_says_what_is_done_and_what_is_left(
    administrator: Browser, desk: OfficeDesk, accounts: Accounts
) -> None:
    def state(words: str) -> str:
        (found,) = re.findall(
            rf'<li class="(left|done)">(?:<a href="[^"]*">)?{words}', administrator.get("/").text
        )
        return str(found)

    assert desk.backups is not None
    assert administrator.get("/handbook/how-to/first-month").status_code == 200
    assert 'href="/handbook/how-to/first-month"' in administrator.get("/").text
    assert state("Tài khoản của đủ vai trò") == "left"
    assert state("Hai người xác nhận nhau") == "left"
    assert (state("Quyển sổ đầu tiên"), state("Trang thử đã đọc")) == ("done", "left")
    assert state("Thư mục của máy quét") == "done"  # the scans came through the browser
    assert state("Khóa đã chép ra nơi khác") == "left"
    for address in ("/backup", "/backup/check", "/backup/keys"):
        assert administrator.submit(address, {}).status_code == 303
        desk.jobs.wait()
    assert {
        state(words) for words in ("Đã có bản sao lưu", "Bản sao lưu đã đọc lại", "Khóa đã chép ra nơi khác")
    } == {"done"}
    assert "đã chép" in text_of(administrator.get("/backup"))
    accounts.create("khong.noi", "Người Thử", Role.REVIEWER, [])
    assert state("Nơi đăng ký của từng người") == "left"
