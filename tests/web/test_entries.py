"""The page of a settled entry: what it says, what it withholds, and opening fields again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.base.model import Box
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery.export.package_values import ExportBlocker, WorkbookFault
from pipeline.delivery.package import PackageReport
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.app import create_app, new_site
from pipeline.web.package_making import package_refusal
from tests.registry.pages import LEDGER, SCHEMAS, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import browser_of, join

SCRIPT = "<script>alert(1)</script>"
SCAN = "c" * 64


@pytest.fixture(scope="module")
def entry_id(registry: Registry) -> int:
    """A settled entry whose text is hostile."""
    book_id = registry.book_id(LEDGER, "KS.2010.09")
    registry.store_scan(book_id, SCAN, f"{SCRIPT}.pdf", 1000, 1)
    placed = [
        replace(read(name, text), box=Box(10, 10, 60, 40))
        for name, text in (("child_name", SCRIPT), ("mother_name", "Lê Thị Mẫu"))
    ]
    registry.save_page(book_id, page(entry(*placed), scan=SCAN), "f1")
    (made,) = registry.entries(book_id)
    return made


@pytest.fixture(scope="module")
def chief(app: FastAPI, accounts: Accounts) -> Browser:
    join(accounts, "phu.trach.viec", Role.SUPERVISOR)
    return browser_of(app, accounts, "phu.trach.viec")


def test_the_field_that_is_meant_is_chosen_and_everything_is_escaped(chief: Browser, entry_id: int) -> None:
    answer = chief.get(f"/entries/{entry_id}?column=meHoTen")
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert 'id="f-mother_name" checked' in answer.text
    assert 'id="f-child_name">' in answer.text


def test_a_field_opened_again_waits_at_the_desk_and_is_withheld(
    chief: Browser, entry_id: int, registry: Registry, people: dict[tuple[Role, str], str]
) -> None:
    refused = chief.submit(f"/entries/{entry_id}/reopen", {"reason": "giấy ghi khác"})
    assert (refused.status_code, "Chưa mở lại ô nào" in text_of(refused)) == (422, True)
    answer = chief.submit(
        f"/entries/{entry_id}/reopen", {"fields": ["mother_name"], "reason": "giấy ghi khác"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/entries/{entry_id}?opened=1")
    shown = chief.get(answer.headers["location"])
    assert "Đã mở lại 1 ô" in text_of(shown)
    assert "Lê Thị Mẫu" not in shown.text
    assert f"không hiện ở đây: {SCHEMAS.record('birth').by_name['mother_name'].label}." in text_of(shown)
    (task,) = [one for one in registry.queue() if one.entry_id == entry_id]
    assert task.fields == ("mother_name",)
    assert "không đủ người" not in shown.text


def test_who_opens_a_field_where_too_few_people_are_is_told(tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db", SCHEMAS) as registry:
        book_id = registry.book_id(LEDGER, "KS.2010.09")
        registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 1)
        placed = replace(read("mother_name", "Lê Thị Mẫu"), box=Box(10, 10, 60, 40))
        registry.save_page(book_id, page(entry(placed), scan=SCAN), "f1")
        join(registry.accounts(), "mot.minh", Role.SUPERVISOR)
        alone = browser_of(create_app(new_site(registry, SCHEMAS)), registry.accounts(), "mot.minh")
        opened = {"fields": ["mother_name"], "reason": "giấy ghi khác"}
        answer = alone.submit("/entries/1/reopen", opened)
        assert "không đủ người chưa gõ" in text_of(alone.get(answer.headers["location"]))


def test_an_entry_that_is_not_there_is_told_without_a_fault(chief: Browser) -> None:
    answer = chief.get("/entries/999999")
    assert answer.status_code == 404
    assert "999999" in text_of(answer)


def test_each_reason_why_no_package_was_made_leads_to_where_it_is_mended() -> None:
    faults = (WorkbookFault("LIST", 2, "nksLoaiKhaiSinh", "01/2010"), WorkbookFault("HEADER", 1, "so"))
    labels = {"nksLoaiKhaiSinh": "Loại khai sinh"}
    told = package_refusal(PackageReport("KS", Path(), "faults", faults=faults, entry_ids=(12,)), 7, labels)
    assert told.places[0][0].startswith(
        "số 01/2010, ô “Loại khai sinh”: giá trị không có trong danh mục (mã: "
    )
    assert [href for _, href in told.places] == ["/entries/12?column=nksLoaiKhaiSinh", ""]
    held = (
        ExportBlocker("task", "a.pdf", 2, entry_id=12),
        ExportBlocker("value", "a.pdf", 2, entry_id=13),
        ExportBlocker("finding", "a.pdf", 2, entry_id=14, codes=("K06",)),
        ExportBlocker("failure", "a.pdf", 3),
    )
    told = package_refusal(PackageReport("KS", None, "unsettled", blockers=held), 7)
    wanted = ["/reports/waiting?book=7", "/entries/13", "/entries/14", "/tickets"]
    assert [href for _, href in told.places] == wanted


def test_both_layers_of_a_value_are_shown_and_one_button_confirms_the_second(
    chief: Browser, registry: Registry
) -> None:
    book_id = registry.book_id(replace(LEDGER, volume="07/2010"), "KS.2010.07")
    registry.store_scan(book_id, "d" * 64, "scan.pdf", 1000, 1)
    day = read("registered_on", "1/2/2010", canonical="01.02.2010")
    born = read("child_born_on", "05/3/07", canonical="")
    registry.save_page(book_id, page(entry(day, born), scan="d" * 64), "f1")
    (made,) = registry.entries(book_id)
    shown = chief.get(f"/entries/{made}?column=nksNgaySinh")
    assert "Giá trị bàn giao theo quy tắc" in text_of(shown)
    assert "chờ xác nhận" in text_of(shown)
    assert "nksNgaySinh" not in text_of(shown)
    path = f"/entries/{made}/delivery"
    stale = chief.submit(path, {"field": "child_born_on", "choice": "1", "shown": "0" * 16})
    assert (stale.status_code, "vừa đổi" in text_of(stale)) == (422, True)
    mark = registry.delivery_layers(made, DeliveryPolicy())["child_born_on"].mark
    assert f'name="shown" value="{mark}"' in shown.text
    answer = chief.submit(path, {"field": "child_born_on", "choice": "1", "shown": mark})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/entries/{made}?confirmed=true")
    told = text_of(chief.get(answer.headers["location"]))
    assert ("05/3/07" in told, "05.03.1907" in told, "phu.trach.viec" in told) == (True, True, True)
    refused = chief.submit(f"/entries/{made}/delivery", {"field": "registered_on", "shown": mark})
    assert (refused.status_code, "chờ xác nhận" in text_of(refused)) == (422, True)


def test_one_tick_confirms_all_entries_of_the_book_that_wait_alike_and_no_other(
    chief: Browser, registry: Registry
) -> None:
    book_id = registry.book_id(replace(LEDGER, volume="08/2010"), "KS.2010.08")
    registry.store_scan(book_id, "e" * 64, "scan.pdf", 1000, 1)
    drawn = [
        entry(
            read("registered_on", "1/2/2010", canonical="01.02.2010"),
            read("child_born_on", text, canonical=""),
            row=row,
        )
        for row, text in enumerate(("05/3/07", "05/3/07", "06/3/07"))
    ]
    registry.save_page(book_id, page(*drawn, scan="e" * 64), "f1")
    first, second, other = registry.entries(book_id)
    mark = registry.delivery_layers(first, DeliveryPolicy())["child_born_on"].mark
    form = {"field": "child_born_on", "choice": "1", "shown": mark, "alike": "true"}
    answer = chief.submit(f"/entries/{first}/delivery", form)
    assert answer.headers["location"] == f"/entries/{first}?confirmed=true&alike=2"
    assert "cho 2 sự kiện giống nhau" in text_of(chief.get(answer.headers["location"]))
    layers = {
        one: registry.delivery_layers(one, DeliveryPolicy())["child_born_on"]
        for one in (first, second, other)
    }
    assert [layers[one].waits for one in (first, second, other)] == [False, False, True]
    assert layers[first].delivered.value == layers[second].delivered.value == "05.03.1907"


@pytest.mark.parametrize("regions", ["[[1" + "0" * 400 + ", 0, 1, 1]]", "[[NaN, 0, 1, 1]]", "x", "[1]"])
def test_regions_of_a_page_that_are_none_are_refused(
    chief: Browser, registry: Registry, regions: str
) -> None:
    book_id = registry.book_id(replace(LEDGER, volume="08/2010"), "KS.2010.08")
    registry.store_scan(book_id, "e" * 64, "scan.pdf", 1000, 1)
    assert chief.submit(f"/data-entry/{book_id}/{'e' * 64}/1", {"regions": regions}).status_code == 422
