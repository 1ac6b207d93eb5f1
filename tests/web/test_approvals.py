"""Approving a book, and signing and taking back its amendments, in the browser of a supervisor."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from pipeline.base.model import PageRef
from pipeline.delivery.export.package_values import ExportBlocker
from pipeline.delivery.package import PackageReport
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.web.package_making import package_refusal
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import OTHER, OWN, browser_of

SCRIPT = "<script>alert(1)</script>"
SCAN = "b" * 64


@pytest.fixture(scope="module")
def book_id(registry: Registry) -> int:
    """A book with one settled entry."""
    made = registry.book_id(LEDGER, "KS.2010.15")
    registry.store_scan(made, SCAN, "scan.pdf", 1000, 1)
    words = read("entry_number", "7/2010", canonical="07/2010"), read("child_name", "Thử Một")
    registry.save_page(made, page(entry(*words), scan=SCAN), "f1")
    return made


def seen_on(shown: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', shown)
    assert found is not None
    return found[1]


def test_a_book_is_approved_as_it_was_seen_and_taken_back(
    chief: Browser, registry: Registry, book_id: int
) -> None:
    place = f"/books/{book_id}/approval"
    assert f'href="{place}"' in chief.get(f"/books/{book_id}/entries").text
    seen = seen_on(chief.get(place).text)
    shown = chief.get(place)
    assert "cột trống ở mọi sự kiện" in text_of(shown)
    assert "Mẫu sổ có chỗ ghi: Quyển số, Trang số" in text_of(shown)
    derived, others = re.findall(r"<optgroup label.*?</optgroup>", shown.text, re.DOTALL)
    assert 'value="registration_type"' in derived
    assert "Số đăng ký ở nước ngoài" in others
    stale = chief.submit(place, {"seen": "0" * 64})
    assert (stale.status_code, "đã thay đổi" in text_of(stale)) == (422, True)
    done = chief.submit(place, {"seen": seen, "note": SCRIPT})
    assert (done.status_code, done.headers["location"]) == (303, f"{place}?done=approved")
    held = registry.book_approval(book_id)
    assert held is not None
    assert held.author == f"supervisor.{OWN}"
    after = chief.get(done.headers["location"])
    assert "Từ đó chưa giá trị nào thay đổi" in text_of(after)
    assert SCRIPT not in after.text
    refused = chief.submit(f"{place}/undo", {"reason": " "})
    assert refused.status_code == 422
    back = chief.submit(f"{place}/undo", {"reason": "xem sót"})
    assert back.headers["location"] == f"{place}?done=withdrawn"
    assert registry.book_approval(book_id) is None
    assert "xem sót" in text_of(chief.get(place))


def test_an_amendment_is_listed_signed_by_another_and_taken_back(
    chief: Browser, registry: Registry, book_id: int, people: dict[tuple[Role, str], str]
) -> None:
    (entry_id,) = registry.entries(book_id)
    order = AmendmentOrder(SCRIPT, "05.03.2020", "Điều 28")
    own = registry.amend(entry_id, "notes", "Đã ghi", order, author=people[Role.SUPERVISOR, OWN])
    other = registry.amend(entry_id, "child_name", SCRIPT, order, author="an")
    place, of_entry = f"/books/{book_id}/amendments", f"/entries/{entry_id}/amendments"
    shown = chief.get(place)
    assert SCRIPT not in shown.text
    assert "số 07/2010" in text_of(shown)
    assert f'action="{of_entry}/{other}/sign"' in shown.text
    assert f'action="{of_entry}/{own}/sign"' not in shown.text
    refused = chief.submit(f"{of_entry}/{own}/sign")
    assert (refused.status_code, "phải là người thứ hai" in text_of(refused)) == (422, True)
    assert chief.submit(f"{of_entry}/{other}/sign").headers["location"] == f"{place}?done=signed"
    assert registry.unsigned_amendments(book_id) == {own}
    assert chief.submit(f"{of_entry}/{other}/withdraw", {"reason": " "}).status_code == 422
    done = chief.submit(f"{of_entry}/{other}/withdraw", {"reason": "ghi nhầm"})
    assert done.headers["location"] == f"{place}?done=withdrawn"
    assert registry.entry(entry_id).current["child_name"] == "Thử Một"
    assert "đã rút" in text_of(chief.get(place))


def test_an_amendment_is_noted_in_the_browser_and_waits_for_a_second_person(
    chief: Browser, registry: Registry, book_id: int
) -> None:
    (entry_id,) = registry.entries(book_id)
    place = f"/entries/{entry_id}/amendments"
    assert f'href="{place}"' in chief.get(f"/entries/{entry_id}").text
    assert f'href="{place}"' in chief.get(f"/books/{book_id}/entries").text
    shown = chief.get(f"{place}?field=child_name")
    assert '<option value="child_name" selected>' in shown.text
    assert 'value="entry_number"' not in shown.text
    form = {
        "field": "child_name",
        "text": "Thử Hai",
        "decision_number": "12/QĐ-UBND",
        "decided_on": "31/2/2020",
        "authority": "UBND xã Thử",
        "legal_basis": "Điều 28",
        "paper": f"{SCAN}:1",
    }
    refused = chief.submit(place, form)
    assert (refused.status_code, "phải đủ ngày, tháng, năm" in text_of(refused)) == (422, True)
    assert 'value="Thử Hai"' in refused.text
    assert chief.submit(place, {**form, "paper": "khác"}).status_code in (400, 422)
    done = chief.submit(place, {**form, "decided_on": "5/3/2020"})
    assert (done.status_code, done.headers["location"]) == (303, f"/books/{book_id}/amendments?done=amended")
    noted = registry.entry(entry_id).amendments["child_name"]
    assert (noted.value, noted.author) == ("Thử Hai", f"supervisor.{OWN}")
    assert noted.order == AmendmentOrder(
        "12/QĐ-UBND", "05.03.2020", "Điều 28", "UBND xã Thử", PageRef(SCAN, 1)
    )
    assert noted.amendment_id in registry.unsigned_amendments(book_id)
    registry.withdraw_amendment(entry_id, noted.amendment_id, author="an", reason="thử")


def test_a_supervisor_of_another_place_changes_nothing(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], registry: Registry, book_id: int
) -> None:
    (entry_id,) = registry.entries(book_id)
    elsewhere = browser_of(app, accounts, people[Role.SUPERVISOR, OTHER])
    seen = registry.value_digest(book_id)[0]
    for path in (
        f"/books/{book_id}/approval",
        f"/books/{book_id}/amendments",
        f"/entries/{entry_id}/amendments",
    ):
        assert elsewhere.get(path).status_code == 403
    for path in (
        f"/books/{book_id}/approval",
        f"/books/{book_id}/approval/undo",
        f"/entries/{entry_id}/amendments",
        f"/entries/{entry_id}/amendments/1/sign",
        f"/entries/{entry_id}/amendments/1/withdraw",
    ):
        assert elsewhere.submit(path, {"seen": seen, "reason": "nhầm"}).status_code == 403
    assert registry.book_approval(book_id) is None


def test_what_keeps_a_package_back_leads_to_where_it_is_mended() -> None:
    told = package_refusal(PackageReport("KS", None, "unapproved"), 7)
    assert ("chưa được phê duyệt" in told.sentence, told.places[0][1]) == (True, "/books/7/approval")
    held = (ExportBlocker("signature", "a.pdf", 2, number="3", entry_id=12, fields=("nksHoTen",)),)
    told = package_refusal(PackageReport("KS", None, "unsettled", blockers=held), 7)
    assert [href for _, href in told.places] == ["/books/7/amendments"]
