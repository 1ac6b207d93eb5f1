"""Undecided acts, the life that people confirmed, and the amendment that an act offers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.base.model import FieldReading, Ledger
from pipeline.registry import Link, Registry
from tests.registry.pages import LEDGER, blank, entry, page, read
from tests.web.browser import Browser, text_of

BIRTH = replace(LEDGER, volume="08/2011")
ADOPTION = replace(LEDGER, form="adoption-2016", volume="01/2016")


def saved(registry: Registry, ledger: Ledger, scan: str, *readings: FieldReading) -> int:
    """Return the only entry of a book."""
    book = registry.book_id(ledger, f"sổ {ledger.form} {ledger.volume}")
    registry.store_scan(book, scan, "scan.pdf", 1000, 1)
    registry.save_page(book, page(entry(*readings, blank("notes")), scan=scan, form=ledger.form), "f1")
    (entry_id,) = registry.entries(book)
    return entry_id


@pytest.fixture
def linked(registry: Registry) -> tuple[int, int]:
    """A birth and the adoption that a program thinks is of that child."""
    day = read("registered_on", "12.05.2016")
    child, adoptee = read("child_name", "Thử Văn Nối"), read("adoptee_name", "Thử Văn Nối")
    birth = saved(registry, BIRTH, "d" * 64, read("entry_number", "17/2011"), child, day)
    adoption = saved(registry, ADOPTION, "b" * 64, read("entry_number", "03/2016"), adoptee, day)
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


def test_namesakes_stand_side_by_side_and_an_act_whose_book_is_not_read_waits_in_sight(
    chief: Browser, registry: Registry
) -> None:
    child, adoptee = read("child_name", "Thử Văn Trùng"), read("adoptee_name", "Thử Văn Trùng")
    birth, namesake = (
        saved(
            registry,
            replace(BIRTH, volume=f"{number}/2011"),
            scan,
            read("entry_number", f"{number}/2011"),
            child,
        )
        for number, scan in (("55", "1" * 64), ("66", "2" * 64))
    )
    volume = replace(ADOPTION, volume="02/2016")
    adoption = saved(registry, volume, "3" * 64, read("entry_number", "44/2016"), adoptee)
    found = [
        Link("act", birth, "child", adoption, "adoptee", 0.5, {"name": "same"}),
        Link("act", namesake, "child", adoption, "adoptee", 0.4, {"name": "same"}),
    ]
    registry.save_links(found)
    of_unread = read("entry_number", "05/2016"), read("original_number", "71/1999")
    change = saved(registry, replace(LEDGER, form="change-2016", volume="02/2016"), "4" * 64, *of_unread)

    shown = text_of(chief.get("/changes"))
    in_order = ("số 44/2016", "số 55/2011", "số 66/2011", "Chưa thấy sự kiện gốc", "số 71/1999")
    places = [shown.index(words) for words in in_order]
    assert places == sorted(places)
    assert shown.count("số 44/2016") == 1
    registry.save_links([*found, Link("act", birth, "child", change, "changed", 0.9, {"name": "same"})])
    assert "71/1999" not in text_of(chief.get("/changes"))
    registry.save_links(found)
    assert "71/1999" in text_of(chief.get("/changes"))
    registry.withdraw(registry.part_of_entry(change), author="an", reason="ghi nhầm")
    assert "71/1999" not in text_of(chief.get("/changes"))
