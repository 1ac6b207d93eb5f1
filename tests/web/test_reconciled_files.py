"""A supervisor sends a file of the shared software: checked at the door, compared behind the answer, told in words."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.background_jobs import FAULT, BackgroundJobs, JobOutcome, OnProgress
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.office_work import reconciler, remove_sent_files
from tests.delivery.reconcile.files import birth, fill, write
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, browser_of, join

ROWS = [birth(number) for number in range(1, 5)]
STRANGER = "Lê Hoàng Khác"
SCRIPT = "<script>alert(1)</script>.xlsx"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """One book of four births."""
    with Registry.open(f"sqlite:///{tmp_path_factory.mktemp('desk')}/registry.db", SCHEMAS) as opened:
        fill(opened, ROWS)
        yield opened


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def desk(registry: Registry, workspace: Workspace) -> Iterator[OfficeDesk]:
    with BackgroundJobs(workspace.jobs) as jobs:
        yield OfficeDesk(workspace.sent_files, jobs, reconciler(registry, workspace, SCHEMAS))


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock, desk: OfficeDesk) -> FastAPI:
    return create_app(new_site(registry, SCHEMAS, office=desk, now=clock))


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sent") / "a.xlsx"
    write(path, [{**ROWS[0], "meHoTen": STRANGER}, *ROWS[1:3]])
    return path.read_bytes()


def send(browser: Browser, content: bytes, name: str = "a.xlsx", **wanted: object) -> httpx.Response:
    query = urlencode({"name": name, **wanted}, doseq=True)
    headers = {
        "X-CSRF-Token": browser.csrf,
        "content-type": "application/octet-stream",
        "accept": "application/json",
    }
    return browser.ask("POST", f"/reconcile/files?{query}", content=content, headers=headers)


def test_a_file_is_compared_behind_the_answer_and_its_result_leads_to_the_questions(
    chief: Browser, desk: OfficeDesk, registry: Registry, content: bytes, workspace: Workspace
) -> None:
    assert "Gửi tệp xuất từ phần mềm dùng chung" in text_of(chief.get("/reconcile"))
    assert send(chief, content, SCRIPT).status_code == 200
    desk.jobs.wait()
    part = chief.get("/reconcile/files").text
    assert part.index('<div id="reconciliations" hx-swap-oob="true">') < part.index(
        'href="/reconcile/1/theirs"'
    )
    shown = chief.get("/reconcile")
    assert "hx-swap-oob" not in shown.text
    assert "3 dòng" in text_of(shown)
    assert "2 khác biệt chờ trả lời" in text_of(shown)
    assert "--book" not in shown.text
    assert SCRIPT not in shown.text
    assert STRANGER not in shown.text
    assert 'href="/reconcile/1"' in shown.text
    assert list(workspace.sent_files.glob("*")) == []
    assert {"reconcile-asked", "reconciled"} <= {row.action for row in registry.audit().recent(10)}
    again = send(chief, content)
    assert (again.status_code, "lần 1" in again.json()["sentence"]) == (422, True)
    assert send(chief, content, again="true").status_code == 200
    desk.jobs.wait()
    assert len(desk.jobs.jobs("reconcile")) == 2


def test_who_supervises_another_place_sees_no_result_and_gets_nothing_of_it(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], desk: OfficeDesk, content: bytes
) -> None:
    elsewhere = browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])
    assert "3 dòng" not in text_of(elsewhere.get("/reconcile/files"))
    refused = send(elsewhere, content, book=1)
    assert (refused.status_code, "nơi bạn được giao" in refused.json()["sentence"]) == (422, True)
    assert send(elsewhere, content).status_code == 200
    desk.jobs.wait()
    job = desk.jobs.jobs("reconcile")[0]
    assert (job.outcome.link, "Không có khác biệt nào phải hỏi" in job.outcome.sentences[-1]) == ("", True)


@pytest.mark.parametrize(
    ("sent", "name", "told"),
    [
        (b"so,quyenSo", "a.xlsx", ".xlsx"),
        (b"", "a.xlsx", "rỗng"),
        (b"so,quyenSo", "a.csv", "đuôi .xlsx"),
        (bytes.fromhex("d0cf11e0") + bytes(600), "cu.xlsx", "cu.xlsx: "),
        (b"so,quyenSo", "a\x07.xlsx", "đuôi .xlsx"),
    ],
)
def test_what_is_no_workbook_is_refused_at_the_door(
    chief: Browser, desk: OfficeDesk, workspace: Workspace, sent: bytes, name: str, told: str
) -> None:
    before = desk.jobs.jobs("reconcile")
    answer = send(chief, sent, name)
    assert (answer.status_code, told in answer.json()["sentence"]) == (422, True)
    assert (desk.jobs.jobs("reconcile"), re.search("[0-9a-f]{16}", answer.text)) == (before, None)
    assert list(workspace.sent_files.glob("*")) == []


def test_a_file_that_is_too_large_is_refused(chief: Browser) -> None:
    assert send(chief, bytes((32 << 20) + 1)).status_code == 413
    assert chief.ask("POST", "/reconcile/files", content=b"x" * 300_000).status_code in (403, 415)


def test_only_one_file_is_compared_at_a_time(
    app: FastAPI,
    accounts: Accounts,
    chief: Browser,
    desk: OfficeDesk,
    workspace: Workspace,
    content: bytes,
) -> None:
    join(accounts, "moi.noi", Role.SUPERVISOR)
    accounts.set_duties("moi.noi", Role.SUPERVISOR, None)
    go_on = Event()

    def held(on_progress: OnProgress) -> JobOutcome:
        go_on.wait(60)
        return JobOutcome(("Xong.",))

    desk.jobs.start("reconcile", "khac.xlsx", "an", held)
    answer = send(chief, content, again="true")
    of_all = browser_of(app, accounts, "moi.noi").get("/reconcile/files").text
    go_on.set()
    desk.jobs.wait()
    assert (answer.status_code, "khac.xlsx" in answer.json()["sentence"]) == (422, True)
    assert ("đang làm" in of_all, "reconciliations" in of_all) == (True, False)
    assert list(workspace.sent_files.glob("*")) == []


def test_a_server_that_compares_nothing_says_so(
    registry: Registry, clock: Clock, accounts: Accounts, people: dict[tuple[Role, str], str], content: bytes
) -> None:
    browser = browser_of(
        create_app(new_site(registry, SCHEMAS, now=clock)), accounts, people[Role.SUPERVISOR, OWN]
    )
    answer = send(browser, content)
    assert (answer.status_code, "không đối soát" in answer.json()["sentence"]) == (422, True)


def test_what_a_killed_server_had_under_way_is_removed_by_the_next_one(workspace: Workspace) -> None:
    workspace.sent_files.mkdir(exist_ok=True)
    for name in ("0011223344556677.xlsx", ".dang-chep-1-00112233"):
        (workspace.sent_files / name).write_bytes(b"PK")
    remove_sent_files(workspace.sent_files)
    assert list(workspace.sent_files.iterdir()) == []


def test_what_is_wrong_with_a_file_is_told_by_the_name_that_people_know(
    chief: Browser, desk: OfficeDesk
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook>")
    assert send(chief, file.getvalue(), "thang-3.xlsx").status_code == 200
    desk.jobs.wait()
    (told,) = desk.jobs.jobs("reconcile")[0].outcome.sentences
    assert told.startswith("thang-3.xlsx: ")


def test_a_fault_of_the_machine_is_told_without_its_folders(
    registry: Registry,
    clock: Clock,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    content: bytes,
    tmp_path: Path,
) -> None:
    own = Workspace(tmp_path)
    own.package.write_text("[package]\nsai = 1\n", encoding="utf-8")
    with BackgroundJobs(own.jobs) as jobs:
        desk = OfficeDesk(own.sent_files, jobs, reconciler(registry, own, SCHEMAS))
        app = create_app(new_site(registry, SCHEMAS, office=desk, now=clock))
        browser = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
        assert send(browser, content, again="true").status_code == 200
        jobs.wait()
        assert jobs.jobs("reconcile")[0].outcome.sentences == (FAULT,)
