"""The page of forms of statistics: within the person's places, and who takes the list of identity data is recorded."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.registry.pages import LEDGER, blank, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import PASSWORD, browser_of

YEAR = "first=2010-01-01&last=2010-12-31"


@pytest.fixture(scope="module")
def director(app: FastAPI, registry: Registry, accounts: Accounts) -> Browser:
    """A supervisor of all places, and one birth elsewhere than where the others work."""
    ledger = replace(LEDGER, form="birth-2016", place="Phường Cái Khế", place_code="31117")
    book, scan = registry.book_id(ledger, "KS.31117"), "5" * 64
    registry.store_scan(book, scan, "scan.pdf", 1000, 1)
    day = read("registered_on", "05.03.2010")
    named = [read("entry_number", "01/2010"), read("child_name", "Thử"), read("child_id_number", "12345")]
    read_entry = entry(day, read("registration_type", "1"), *named, blank("child_sex"), blank("notes"))
    registry.save_page(book, page(read_entry, scan=scan, form="birth-2016"), "f1")
    first = accounts.create("moi.noi", "Người Thử Mọi Nơi", Role.SUPERVISOR, None)
    accounts.change_password(accounts.authenticate("moi.noi", first, "test"), first, PASSWORD, "test")
    return browser_of(app, accounts, "moi.noi")


def test_a_form_is_shown_and_downloaded_for_a_period_and_a_unit(director: Browser, chief: Browser) -> None:
    shown = text_of(director.get(f"/statistics?{YEAR}&unit=2025:31120"))
    assert "Biểu 13a/BTP/HTQTCT/HT" in shown
    assert "Sự kiện đã tính 1" in " ".join(shown.split())
    assert "Ngày đăng ký trong kỳ" not in shown
    file = director.get(f"/statistics/bieu.xlsx?form=13a&{YEAR}")
    rows = list(load_workbook(io.BytesIO(file.content))["Biểu 13a"].iter_rows(values_only=True))
    assert ("1", "Khai sinh: Đăng ký mới", 1) in {row[:3] for row in rows}
    assert director.get(f"/statistics/bieu.pdf?form=22a&{YEAR}").content.startswith(b"%PDF")
    assert "KS.31117" not in text_of(chief.get(f"/statistics?{YEAR}"))
    assert chief.get(f"/statistics?{YEAR}&unit=2025:31120").status_code == 404
    assert director.get("/statistics?form=99z").status_code == 404
    assert director.get("/statistics?first=hom-nay").status_code == 422
    assert "không có ngày nào" in text_of(director.get("/statistics?first=2010-02-01&last=2010-01-01"))


def test_the_list_of_identity_data_is_recorded_with_who_took_it(
    director: Browser, registry: Registry
) -> None:
    assert "12345" in text_of(director.get(f"/statistics?form=c06&{YEAR}"))
    (event,) = registry.audit().recent(1)
    assert (event.actor, event.action) == ("moi.noi", "identity-list-taken")
    assert "12345" not in str(event)
