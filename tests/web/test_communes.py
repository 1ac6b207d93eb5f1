"""The report by the communes of today, and the list of books that a unit takes over."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from tests.delivery.export.pdfs import text_of as pdf_text
from tests.registry.pages import LEDGER, blank, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.conftest import PASSWORD, browser_of

FORMER = (("31117", "Phường Cái Khế"), ("31120", "Phường An Hòa"), ("916", "Quận Ninh Kiều"))
"""Two communes that one answers for today, and a district, whose books nobody is known to have taken over."""


@pytest.fixture(scope="module")
def director(app: FastAPI, registry: Registry, accounts: Accounts) -> Browser:
    """A supervisor of all places, and a book of each former place."""
    for number, (code, place) in enumerate(FORMER):
        ledger = replace(LEDGER, place=place, place_code=code, volume="01/2010")
        book, scan = registry.book_id(ledger, f"sổ {code}"), f"{number}" * 64
        registry.store_scan(book, scan, "scan.pdf", 1000, 1)
        named = [read("entry_number", f"0{number + 1}/2010"), read("child_name", "Thử"), blank("notes")]
        registry.save_page(book, page(entry(*named), scan=scan), "f1")
    copy = replace(LEDGER, place="Phường An Hòa", place_code="31120", volume="01/2010", copy_of="sổ 31120")
    registry.book_id(copy, "sổ 31120 bản hai")
    return browser_of(app, accounts, _hired(accounts))


def _hired(accounts: Accounts) -> str:
    first = accounts.create("moi.noi", "Người Thử Mọi Nơi", Role.SUPERVISOR, None)
    session = accounts.authenticate("moi.noi", first, "test")
    accounts.change_password(session, first, PASSWORD, "test")
    return "moi.noi"


def test_books_are_counted_by_the_unit_that_answers_on_the_day_that_is_asked(director: Browser) -> None:
    today = text_of(director.get("/communes?on=2026-12-03"))
    assert "Sổ hộ tịch theo xã hiện nay" in today
    assert "Phường Cái Khế" in today
    assert "Nơi bị chia hoặc chưa rõ" in today
    assert "1 bản thứ hai của sổ kép không tính" in today
    before = text_of(director.get("/communes?on=2020-01-01"))
    assert "Phường An Hòa" in before
    assert director.get("/communes?on=hôm nay").status_code == 422


def test_the_list_of_a_unit_names_its_books_and_those_it_may_have_to_share(
    director: Browser, tmp_path: Path
) -> None:
    unit = "2025:31120"
    shown = text_of(director.get(f"/communes?on=2026-12-03&unit={unit}"))
    assert "Danh mục sổ hộ tịch tiếp nhận" in shown
    assert "Phường An Hòa (31120)" in shown
    assert "01/2010 (bản thứ hai)" in shown, "a second copy is handed over too"
    assert "Sổ của nơi bị chia, phải thỏa thuận" in shown
    assert director.get("/communes?unit=2025:khong-co").status_code == 404
    paper = director.get(f"/communes/theo-xa.pdf?on=2026-12-03&unit={unit}")
    (tmp_path / "paper.pdf").write_bytes(paper.content)
    words = pdf_text(tmp_path / "paper.pdf")
    assert "Bên nhận" in words
    assert "Phường An Hòa" in words
    workbook = load_workbook(io.BytesIO(director.get("/communes/theo-xa.xlsx?on=2026-12-03").content))
    cells = [str(cell) for sheet in workbook for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("31120" in cell for cell in cells)


def test_a_supervisor_of_one_place_sees_that_place_alone(chief: Browser, director: Browser) -> None:
    assert "An Hòa" not in text_of(chief.get("/communes?on=2020-01-01"))
    assert chief.get("/communes?on=2026-12-03&unit=2025:31120").status_code == 404


@pytest.mark.parametrize("path", ["/books", "/packages"])
def test_books_are_found_by_the_unit_of_today(director: Browser, path: str) -> None:
    offered = director.get(path).text
    assert '<option value="unit:2025:31120">' in offered
    found = text_of(director.get(f"{path}?place=unit:2025:31120"))
    rows = [f"sổ {code}" in found for code, _ in FORMER]
    assert rows == [True, True, False]
