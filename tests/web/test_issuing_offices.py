"""In whose name papers are printed, declared on a page: seen before it is saved, noted, refused where it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from pipeline.delivery.printing.offices import read_offices
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.app import create_app, new_site
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.staff_file_desk import StaffFileDesk
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, browser_of
from tests.web.test_office_settings import seen_on

FIRST = "/settings/offices/0"
ASKED = "Chưa khai tên cơ quan"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office") / "print.toml"


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock, file: Path) -> FastAPI:
    desk = StaffFileDesk(file, file.parent / "history", read_offices, clock)
    return create_app(new_site(registry, SCHEMAS, office=OfficeDesk(offices=desk), now=clock))


@pytest.fixture
def administrator(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], file: Path
) -> Browser:
    file.unlink(missing_ok=True)
    return browser_of(app, accounts, people[Role.ADMINISTRATOR, OWN])


def filled(**changed: object) -> dict[str, Any]:
    return {"name": "UBND xã Thử", "superior": "", "place": "Thử", "code": "TH", **changed}


def test_an_office_is_asked_for_declared_and_changed(
    administrator: Browser, file: Path, registry: Registry
) -> None:
    assert "chưa khai nên chưa cấp" in text_of(administrator.get("/"))
    assert ASKED in text_of(administrator.get("/settings"))
    asked = administrator.get(FIRST)
    assert asked.text.count(" required") == asked.text.count("Bắt buộc ghi.") == 3
    form = filled(seen=seen_on(asked.text))
    preview = administrator.submit(FIRST, form)
    assert "Tên cơ quan: (trống) → UBND xã Thử" in text_of(preview)
    assert not file.exists()
    saved = administrator.submit(FIRST, {**form, "confirmed": "yes"})
    assert (saved.status_code, saved.headers["location"]) == (303, "/settings?saved=office")
    assert administrator.submit(FIRST, {**form, "confirmed": "yes"}).status_code == 422
    assert [(one.name, one.places) for one in read_offices(file).offices] == [("UBND xã Thử", None)]
    file.write_text("# biên bản 3\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    form = filled(
        code="TT",
        places=[OWN],
        signer="Thử Ký",
        signer_title="Chủ tịch",
        seen=seen_on(administrator.get(FIRST).text),
    )
    assert "dãy số của mã TH dừng" in text_of(administrator.submit(FIRST, form))
    assert administrator.submit(FIRST, {**form, "confirmed": "yes"}).status_code == 303
    assert file.read_text(encoding="utf-8").startswith("# biên bản 3")
    (office,) = read_offices(file).offices
    assert (office.code, office.places) == ("TT", frozenset({OWN}))
    assert (office.signer, office.signer_title) == ("Thử Ký", "Chủ tịch")
    assert "chưa khai nên chưa cấp" not in text_of(administrator.get("/"))
    noted = registry.audit().recent(1)[0]
    assert (noted.action, noted.subject) == ("offices-changed", "offices:2")
    shown = text_of(administrator.get("/settings?saved=office"))
    assert ("UBND xã Thử" in shown, "Đã lưu: Cơ quan cấp trích lục" in shown) == (True, True)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": "  "}, "không để trống"),
        ({"name": "a" * 10_000}, "nhiều nhất 120 ký tự"),
        ({"name": "a\u202eb"}, "Tên cơ quan"),
        ({"code": "Mã"}, "chữ cái không dấu"),
        ({"places": ["<script>"]}, "không có trong danh sách"),
        ({"signer": "Thử Ký"}, "phải có chức vụ"),
        ({"signer_title": "Chủ tịch\x00"}, "Chức vụ người ký"),
    ],
)
def test_what_is_no_office_is_refused(
    administrator: Browser, file: Path, changed: dict[str, object], told: str
) -> None:
    form = filled(**changed, seen=seen_on(administrator.get(FIRST).text), confirmed="yes")
    answer = administrator.submit(FIRST, form)
    assert (answer.status_code, told in text_of(answer), file.exists()) == (422, True, False)


def test_two_offices_do_not_keep_the_same_books(administrator: Browser, file: Path) -> None:
    form = filled(places=[OWN], seen=seen_on(administrator.get(FIRST).text), confirmed="yes")
    assert administrator.submit(FIRST, form).status_code == 303
    assert administrator.get("/settings/offices/2").status_code == 404
    before, second = file.read_bytes(), "/settings/offices/1"
    form = filled(places=[OWN], code="HA", seen=seen_on(administrator.get(second).text), confirmed="yes")
    answer = administrator.submit(second, form)
    assert (answer.status_code, "đã thuộc cơ quan khác" in text_of(answer)) == (422, True)
    assert file.read_bytes() == before
