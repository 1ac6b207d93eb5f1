"""A kind of register is declared in the browser: seen before it is kept, added to, and refused in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.form_design.record_declaring import RegisterDesk
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.settings import Settings
from pipeline.web.app import create_app, new_site
from pipeline.web.supervising.office_desk import OfficeDesk
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import browser_of, join

NEW = {
    "title": "Ghi chú ly hôn", "prefix": "gclh", "label-0": "Họ tên vợ", "kind-0": "name", "required-0": "true",
    "label-1": "Dân tộc vợ", "kind-1": "choice", "vocab-1": "ethnicity", "label-2": "Ngày bản án", "kind-2": "date",
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def app(workspace: Path, clock: Clock) -> Iterator[FastAPI]:
    context = Settings().run_context(workspace)
    with context.open_registry() as registry:
        office = OfficeDesk(registers=RegisterDesk(partial(Settings().run_context, workspace)))
        yield create_app(new_site(registry, SCHEMAS, office=office, now=clock))


@pytest.fixture(scope="module")
def accounts(app: FastAPI, clock: Clock) -> Accounts:
    registry: Registry = app.state.site.registry
    return registry.accounts(clock)


@pytest.fixture(scope="module")
def chief(app: FastAPI, accounts: Accounts) -> Browser:
    join(accounts, "quan.tri", Role.ADMINISTRATOR)
    return browser_of(app, accounts, "quan.tri")


def confirmed(page: str) -> dict[str, str]:
    """The hidden fields of the page that shows what is declared."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name != "csrf"}


def test_a_register_is_seen_declared_and_added_to(app: FastAPI, chief: Browser, workspace: Path) -> None:
    assert "giả định" in text_of(chief.get("/registers"))
    shown = chief.submit("/registers/new", NEW)
    assert (shown.status_code, "Xem lại trước khi khai báo" in text_of(shown)) == (200, True)
    assert not (workspace / "schemas").exists(), "nothing is kept that was not seen"
    assert "BLOCK" not in text_of(shown)
    assert "chưa được xuất" in text_of(shown), "severities are told in words"
    done = chief.submit("/registers/new", confirmed(shown.text))
    assert done.headers["location"] == "/registers?saved=ghi_chu_ly_hon"
    listed = text_of(chief.get("/registers?saved=ghi_chu_ly_hon"))
    assert "Đã khai báo “Ghi chú ly hôn”" in listed
    page = chief.get("/registers/ghi_chu_ly_hon")
    seen = confirmed(page.text)["seen"]
    more = {"label-0": "Tòa án", "kind-0": "text", "seen": seen}
    added = chief.submit("/registers/ghi_chu_ly_hon", more)
    assert chief.submit("/registers/ghi_chu_ly_hon", confirmed(added.text)).status_code == 303
    stale = chief.submit("/registers/ghi_chu_ly_hon", {**more, "label-0": "Khác", "confirmed": "true"})
    assert (stale.status_code, "vừa được người khác sửa" in text_of(stale)) == (422, True)
    record = Settings().run_context(workspace).schemas.record("ghi_chu_ly_hon")
    assert [one.label for one in record.fields][-4:] == ["Họ tên vợ", "Dân tộc vợ", "Ngày bản án", "Tòa án"]
    assert [one.kind for one in record.fields][-4:] == ["name", "choice", "date", "text"]
    assert [one.name for one in record.people] == ["ho_ten_vo_name"]
    actions = [row.action for row in app.state.site.registry.audit().recent(20)]
    assert actions.count("record-declared") == 2


@pytest.mark.parametrize(
    ("path", "changed", "said"),
    [
        ("new", {"prefix": "KS"}, "là của sổ “Khai sinh”"),
        ("new", {"prefix": "K1"}, "chữ hoa không dấu"),
        ("new", {"title": "…"}, "chưa có chữ nào"),
        ("new", {"title": "Birth"}, "đi kèm phần mềm"),
        ("new", {"label-1": "Họ tên vợ", "kind-1": "name"}, "trùng tên với một trường khác"),
        ("new", {"vocab-1": ""}, "hãy chọn danh mục nào"),
        ("new", {"kind-0": "nam"}, "hãy chọn kiểu"),
        ("new", {"label-0": "a\u202eb"}, "ký tự"),
        ("birth", {}, "đi kèm phần mềm"),
    ],
)
def test_what_cannot_be_declared_is_refused_in_words(
    chief: Browser, path: str, changed: dict[str, str], said: str
) -> None:
    refused = chief.submit(f"/registers/{path}", {**NEW, "title": "Sổ khác", "prefix": "SK", **changed})
    assert (refused.status_code, said in text_of(refused)) == (422, True), text_of(refused)[:400]
