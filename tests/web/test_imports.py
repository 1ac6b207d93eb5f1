"""A supervisor brings a workbook in the browser: sent, its columns confirmed, looked at first, brought, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from pipeline.base.errors import ReconcileError
from pipeline.delivery.workbook_import.sent_files import SentFiles
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.background_jobs import BackgroundJobs
from pipeline.web.supervising.office_desk import OfficeDesk
from tests.delivery.reconcile.files import birth, write
from tests.delivery.workbook_import.books import waiting_book
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, browser_of

HEADERS = ("Số", "Quyển số", "Họ tên người được khai sinh", "Ho ten me", "Họ và tên cha")
COLUMNS = ("so", "quyenSo", "nksHoTen", "meHoTen", "chaHoTen")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path_factory.mktemp('desk')}/registry.db", SCHEMAS) as opened:
        waiting_book(opened, 2)
        yield opened


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeDesk]:
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    with BackgroundJobs(workspace.jobs) as jobs:
        files = SentFiles(workspace.import_files, workspace.import_layouts, free_bytes=0)
        yield OfficeDesk(workspace.sent_files, jobs, imports=files)


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock, desk: OfficeDesk) -> FastAPI:
    return create_app(new_site(registry, SCHEMAS, office=desk, now=clock))


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sent") / "a.xlsx"
    rows = [
        {head: birth(number)[column] for head, column in zip(HEADERS, COLUMNS, strict=True)}
        for number in (1, 2)
    ]
    return write(path, rows, HEADERS).read_bytes()


def send(browser: Browser, content: bytes, name: str = "a.xlsx") -> httpx.Response:
    headers = {
        "X-CSRF-Token": browser.csrf,
        "content-type": "application/octet-stream",
        "accept": "application/json",
    }
    return browser.ask(
        "POST", f"/imports/files?{urlencode({'name': name})}", content=content, headers=headers
    )


def chosen(columns: tuple[str, ...] = COLUMNS, **more: str) -> dict[str, str]:
    return {f"column-{at}": column for at, column in enumerate(columns)} | {
        "record": "birth", "mode": "to-check", **more,
    }  # fmt: skip


def ended(browser: Browser, desk: OfficeDesk) -> str:
    """What the last job came to, in words."""
    desk.jobs.wait()
    return text_of(browser.get("/imports/jobs"))


def test_a_file_is_looked_at_brought_once_and_taken_back(
    app: FastAPI,
    registry: Registry,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    content: bytes,
    desk: OfficeDesk,
) -> None:
    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    address = send(chief, content).json()["address"]
    page = chief.get(address)
    assert "gần giống" in page.text, "“Họ và tên cha” is only like a name"
    assert re.search(r'value="meHoTen" selected', page.text)
    early = chief.submit(address, chosen(act="bring"))
    assert (early.status_code, "Xem trước" in text_of(early)) == (422, True)
    assert chief.submit(address, chosen(act="look")).status_code == 303
    assert "sẽ đưa vào 6 giá trị" in ended(chief, desk)
    other = chief.submit(address, chosen(act="bring", mode="decided"))
    assert other.status_code == 422, "what was not looked at so is not brought"
    assert chief.submit(address, chosen(act="bring")).status_code == 303
    assert "Đã đưa vào 6 giá trị của 2 sự kiện" in ended(chief, desk)
    assert chief.submit(address, chosen(act="bring")).status_code == 303
    assert "Không có gì mới để đưa vào" in ended(chief, desk)
    listed = chief.get("/imports")
    assert "a.xlsx" in listed.text
    assert "birth" not in text_of(listed)
    (number,) = re.findall(r'action="/imports/(\d+)/take-back"', listed.text)
    stranger = browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])
    assert stranger.submit(f"/imports/{number}/take-back", {"reason": "x"}).status_code == 403
    assert stranger.get(address).status_code == 404, "a file is for who sent it"
    assert "a.xlsx" not in stranger.get("/imports").text
    assert chief.submit(f"/imports/{number}/take-back", {"reason": " "}).status_code == 422
    done = chief.submit(f"/imports/{number}/take-back", {"reason": "nhầm tệp"})
    assert done.headers["location"] == "/imports?done=taken-back"
    again = chief.submit(f"/imports/{number}/take-back", {"reason": "nhầm tệp"})
    assert (again.status_code, "đã được rút lại" in text_of(again)) == (404, True)
    assert chief.submit(address, {"act": "remove"}).headers["location"] == "/imports?done=removed"
    assert chief.get(address).status_code == 404
    actions = [row.action for row in registry.audit().recent(60)]
    assert actions.count("import-asked") == 3
    assert {"import-file-sent", "import-file-removed"} <= set(actions), "who had a file of persons' data here"
    assert registry.audit().verify().flaws == ()


def test_columns_that_were_only_looked_at_are_not_taken_as_confirmed(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], content: bytes, desk: OfficeDesk
) -> None:
    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    assert desk.imports is not None
    layouts = desk.imports.layouts
    before = {path: path.read_bytes() for path in layouts.glob("*.toml")}
    address = send(chief, content).json()["address"]
    swapped = tuple({"meHoTen": "chaHoTen", "chaHoTen": "meHoTen"}.get(one, one) for one in COLUMNS)
    assert chief.submit(address, chosen(swapped, act="look")).status_code == 303
    assert "sẽ đưa vào" in ended(chief, desk)
    after = {path: path.read_bytes() for path in layouts.glob("*.toml")}
    assert after == before, "a slip that was seen is no mapping of the next file"
    assert chief.submit(address, {"act": "remove"}).status_code == 303


def test_what_was_chosen_stays_over_the_preview_and_a_refusal(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], content: bytes, desk: OfficeDesk
) -> None:
    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    address = send(chief, content).json()["address"]
    without_father = chosen((*COLUMNS[:-1], ""), act="look", mode="decided")
    looked = chief.submit(address, without_father)
    desk.jobs.wait()
    for page in (
        chief.get(looked.headers["location"]),
        chief.submit(address, chosen(("so", "so", *COLUMNS[2:-1], ""), act="look", mode="decided")),
    ):
        assert 'value="chaHoTen" selected' not in page.text
        assert re.search(r'value="decided" checked', page.text)
    assert "được chọn cho cùng một trường" in text_of(page)
    assert chief.submit(address, without_father | {"act": "bring"}).status_code == 303
    desk.jobs.wait()
    assert chief.submit(address, {"act": "remove"}).status_code == 303


def test_a_file_that_would_fill_the_disk_is_refused_with_whom_to_tell(tmp_path: Path, content: bytes) -> None:
    files = SentFiles(tmp_path / "files", tmp_path / "layouts", free_bytes=2**60)
    with pytest.raises(ReconcileError, match=r"sắp đầy.*Hãy báo"):
        files.take(content, "a.xlsx", "an")
    assert files.of("an") == ()


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a.xls", b"x", "đuôi .xlsx"),
        ("a.xlsx", b"", "Tệp rỗng"),
        ("a.xlsx", b"<html>", "trang web hay XML"),
        ("a\u202e.xlsx", b"x", "đuôi .xlsx"),
    ],
)
def test_what_is_no_workbook_is_refused_in_words(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], name: str, body: bytes, said: str
) -> None:
    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    refused = send(chief, body, name)
    assert refused.status_code == 422
    assert said in refused.json()["sentence"]


def test_two_columns_for_one_field_are_refused(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], content: bytes
) -> None:
    chief = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    address = send(chief, content, "b.xlsx").json()["address"]
    refused = chief.submit(address, chosen(("so", "so", "", "", ""), act="look"))
    assert "được chọn cho cùng một trường" in text_of(refused)
