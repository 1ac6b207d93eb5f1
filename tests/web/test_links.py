"""Undecided acts, the life that people confirmed, and the amendment that an act offers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.registry import Link, Registry
from tests.registry.pages import LEDGER, blank, entry, page, read
from tests.web.browser import Browser, text_of

BIRTH = replace(LEDGER, volume="08/2011")
ADOPTION = replace(LEDGER, form="adoption-2016", volume="01/2016")


@pytest.fixture
def linked(registry: Registry) -> tuple[int, int]:
    """A birth and the adoption that a program thinks is of that child."""
    ids: list[int] = []
    name = "Thử Văn Nối"
    for ledger, scan, readings in (
        (BIRTH, "d" * 64, [read("entry_number", "17/2011"), read("child_name", name)]),
        (ADOPTION, "b" * 64, [read("entry_number", "03/2016"), read("adoptee_name", name)]),
    ):
        book = registry.book_id(ledger, f"sổ {ledger.form}")
        registry.store_scan(book, scan, "scan.pdf", 1000, 1)
        row = entry(*readings, read("registered_on", "12.05.2016"), blank("notes"))
        registry.save_page(book, page(row, scan=scan, form=ledger.form), "f1")
        ids += registry.entries(book)
    birth, adoption = ids
    registry.save_links([Link("act", birth, "child", adoption, "adoptee", 0.97, {"name": "same"})])
    return birth, adoption


def test_an_undecided_act_is_listed_and_once_confirmed_is_a_life_and_the_basis_of_an_amendment(
    chief: Browser, linked: tuple[int, int]
) -> None:
    birth, adoption = linked
    listed = chief.get("/changes")
    assert "số 03/2016" in text_of(listed)
    assert f'href="/entries/{adoption}/links"' in listed.text
    path = f"/entries/{birth}/links"
    shown = chief.get(path)
    assert "Dòng đời" not in shown.text
    assert "?act=" not in shown.text
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', shown.text)
    (link,) = re.findall(rf'action="{path}/(\d+)"', shown.text)
    assert chief.submit(f"{path}/{link}", {"verdict": "confirmed", "seen": seen}).status_code == 303
    confirmed = chief.get(path)
    assert "Dòng đời đã xác nhận" in text_of(confirmed)
    (offered,) = re.findall(r'href="([^"]+\?act=\d+)"', confirmed.text)
    form = chief.get(offered)
    assert re.search(r'name="decision_number"[^>]*value="03/2016"', form.text)
    assert re.search(r'name="decided_on"[^>]*value="12/05/2016"', form.text)
    assert "Không có gợi ý nào chờ" in text_of(chief.get("/changes"))
    assert "?act=" not in chief.get(f"/entries/{adoption}/links").text
