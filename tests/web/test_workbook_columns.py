"""The columns of an office's own workbook on a page: seen before they are saved, refused where wrong, put back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.declarations.office.changed_schemas import with_office_changes
from pipeline.declarations.office.policies import load_policies
from pipeline.declarations.schema import Schemas, with_own_records
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.app import create_app, new_site
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.staff_file_desk import StaffFileDesk
from tests.declarations.schema.test_own_records import written
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, browser_of
from tests.web.test_office_settings import seen_on

AT = "/registers/divorce_note/workbook"
KEPT = ("entry_number", "volume_number", "registered_on", "registration_place", "wife_name")
FORM = {f"place-{name}": str(10 * at) for at, name in enumerate(reversed(KEPT), start=1)} | {
    "name-wife_name": "tenVo",
    "reason": "theo phần mềm của xã",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def declared(folder: Path) -> Schemas:
    return with_own_records(SCHEMAS, written(folder / "schemas"))


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock, folder: Path, declared: Schemas) -> FastAPI:
    desk = StaffFileDesk(
        folder / "office.toml", folder / "history", partial(load_policies, declared=declared), clock
    )
    site = new_site(registry, declared, office=OfficeDesk(settings=desk, declared=declared), now=clock)
    return create_app(site)


@pytest.fixture
def chief(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], folder: Path) -> Browser:
    (folder / "office.toml").write_text("# biên bản 3\n", encoding="utf-8")
    return browser_of(app, accounts, people[Role.ADMINISTRATOR, OWN])


def seen_at(browser: Browser, **form: str) -> dict[str, str]:
    return {**FORM, **form, "seen": seen_on(browser.get(AT).text)}


def test_columns_are_ordered_named_left_out_and_put_back(
    chief: Browser, folder: Path, declared: Schemas, registry: Registry
) -> None:
    file = folder / "office.toml"
    preview = chief.submit(AT, seen_at(chief))
    assert "Bảng GCLH, 5 cột: tenVo, noi, ngayDangKy, quyenSo, so. Lý do: theo phần mềm của xã" in text_of(
        preview
    )
    assert file.read_text(encoding="utf-8") == "# biên bản 3\n"
    sent = seen_at(chief, confirmed="yes")
    assert chief.submit(AT, sent).headers["location"] == f"{AT}?saved=yes"
    assert chief.submit(AT, sent).status_code == 422, "a page that is no longer what stands in the file"
    after = with_office_changes(declared, file)
    assert after.columns("GCLH") == ("tenVo", "noi", "ngayDangKy", "quyenSo", "so")
    assert after.record("divorce_note").by_column["tenVo"].name == "wife_name"
    assert after.fingerprint == declared.fingerprint, "nothing is read anew"
    shown = text_of(chief.get(AT))
    assert "Cơ quan đã đặt cột" in shown
    again = seen_at(chief, **{"place-notes": "3", "name-notes": "<b>ghi chú</b>"}, confirmed="yes")
    assert chief.submit(AT, again).status_code == 303
    assert with_office_changes(declared, file).columns("GCLH")[0] == "<b>ghi chú</b>"
    assert "&lt;b&gt;ghi chú" in chief.get(AT).text
    back = {"remove": "yes", "seen": seen_on(chief.get(AT).text), "confirmed": "yes"}
    assert chief.submit(AT, back).status_code == 303
    assert file.read_text(encoding="utf-8").strip() == "# biên bản 3"
    assert [row.action for row in registry.audit().recent(3)] == ["settings-changed"] * 3
    gone = {**back, "seen": seen_on(chief.get(AT).text)}
    assert "không có gì để bỏ" in text_of(chief.submit(AT, gone))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"place-wife_name": ""}, "thiếu cột bắt buộc “voHoTen”"),
        ({"place-notes": "10"}, "cùng thứ tự 10"),
        ({"place-notes": "0"}, "từ 1 đến 999"),
        ({"place-notes": "²"}, "từ 1 đến 999"),
        ({"place-notes": "9" * 10_000}, "từ 1 đến 999"),
        ({"place-notes": "00012345"}, "từ 1 đến 999"),
        ({"place-notes": "5", "name-notes": "so"}, "hai lần"),
        ({"place-notes": "5", "name-notes": "x" * 10_000}, "dài quá 80 ký tự"),
        ({"place-notes": "5", "name-notes": "a\u202eb"}, "chữ in được"),
        ({"reason": " "}, "Lý do"),
    ],
)
def test_what_no_workbook_can_have_is_refused_and_nothing_is_kept(
    chief: Browser, folder: Path, changed: dict[str, str], said: str
) -> None:
    refused = chief.submit(AT, seen_at(chief, **changed, confirmed="yes"))
    assert (refused.status_code, said in text_of(refused)) == (422, True), text_of(refused)
    assert (folder / "office.toml").read_text(encoding="utf-8") == "# biên bản 3\n"


def test_workbooks_of_the_ministry_that_were_seen_are_none_of_it(
    chief: Browser, app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    assert [chief.get(f"/registers/{name}/workbook").status_code for name in ("birth", "death", "x")] == [
        404
    ] * 3
    assert chief.get("/registers/marital_status/workbook").status_code == 200
    assert "Cột bảng xuất" in text_of(chief.get("/registers/divorce_note"))
    reviewer = browser_of(app, accounts, people[Role.REVIEWER, OWN])
    assert reviewer.get(AT).status_code == 403
