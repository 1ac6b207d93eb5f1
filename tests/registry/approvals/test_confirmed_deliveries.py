"""A person's word on what is delivered: on record beside the decision, which stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus, PageRef
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry import Registry, Verdict
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

USUAL = DeliveryPolicy()
OTHER = "b" * 64


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db", SCHEMAS) as opened:
        yield opened


@pytest.fixture
def entry_id(registry: Registry) -> int:
    """An entry with a date of which a person typed a year of two digits."""
    book_id = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 10)
    registry.store_scan(book_id, OTHER, "again.pdf", 1000, 10)
    number = read("entry_number", "7/2010", canonical="07/2010")
    day = read("registered_on", "1/2/2010", canonical="01.02.2010")
    registry.save_page(book_id, page(entry(number, day, read("child_born_on", "x", accepted=False))), "f1")
    (entry_id,) = registry.entries(book_id)
    registry.decide(entry_id, [Verdict("child_born_on", FieldStatus.READ, "05/3/07")], author="an")
    return entry_id


def test_a_confirmed_value_is_delivered_and_the_paper_says_what_it_said(
    registry: Registry, entry_id: int
) -> None:
    before = registry.delivery_layers(entry_id, USUAL)["child_born_on"]
    assert before.waits
    told = registry.confirm_delivery(entry_id, "child_born_on", USUAL, 0, author="binh")
    after = registry.delivery_layers(entry_id, USUAL)["child_born_on"]
    assert after == told
    assert (after.delivered.value, after.delivered.confirmed_by, after.written) == (
        "05.03.2007",
        "binh",
        "05/3/07",
    )
    assert registry.entry(entry_id).values["child_born_on"] == "05/3/07"
    registry.confirm_delivery(entry_id, "child_born_on", USUAL, 1, author="chi")
    assert registry.delivery_layers(entry_id, USUAL)["child_born_on"].delivered.value == "05.03.1907"
    actions = [row.action for row in registry.audit().recent(3)]
    assert actions.count("delivery-confirmed") == 2


def test_a_confirmation_counts_no_more_when_the_paper_is_read_otherwise(
    registry: Registry, entry_id: int
) -> None:
    registry.confirm_delivery(entry_id, "child_born_on", USUAL, 1, author="binh")
    registry.decide(entry_id, [Verdict("child_born_on", FieldStatus.READ, "06/3/07")], author="an")
    assert registry.delivery_layers(entry_id, USUAL)["child_born_on"].waits
    registry.decide(entry_id, [Verdict("child_born_on", FieldStatus.READ, "05/3/07")], author="an")
    assert not registry.delivery_layers(entry_id, USUAL)["child_born_on"].waits


def test_one_confirmation_counts_for_all_entries_of_a_book_that_are_alike(registry: Registry) -> None:
    book_id = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 10)
    homes = ("Tạm trú: ấp 5", "Tạm trú: ấp 6", "Thường trú: ấp 7", "Ấp 8")
    found = [
        entry(
            read("entry_number", f"{at}/2010", canonical=f"{at:02d}/2010"),
            read("mother_residence_place", home),
            row=at,
        )
        for at, home in enumerate(homes, start=1)
    ]
    registry.save_page(book_id, page(*found), "f1")
    one, two, other, none = registry.entries(book_id)
    column = "mother_residence_type"
    waiting = registry.delivery_layers(one, USUAL)[column]
    assert [proposal.value for proposal in waiting.proposals] == ["2", ""]
    assert column not in registry.delivery_layers(none, USUAL)
    with pytest.raises(RegistryError, match="vừa đổi"):
        registry.confirm_alike(one, column, USUAL, author="binh", shown="another")
    assert registry.confirm_alike(one, column, USUAL, author="binh", shown=waiting.mark) == 2
    of_two = registry.delivery_layers(two, USUAL)[column]
    assert (of_two.delivered.value, of_two.delivered.confirmed_by, of_two.waits) == ("2", "binh", False)
    assert registry.delivery_layers(other, USUAL)[column].waits
    assert [row.action for row in registry.audit().recent(1)] == ["delivery-confirmed"]
    registry.decide(other, [Verdict(column, FieldStatus.BLANK, "")], author="an")
    assert registry.delivery_layers(other, USUAL)[column].delivered.value == ""


def test_a_year_that_a_page_gives_once_is_proposed_for_all_its_lines(registry: Registry) -> None:
    book_id = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 10)
    days = {"6/1/2011": "06.01.2011", "8/1": "", "9/1": ""}
    lines = [
        entry(read("registered_on", text, canonical=day), row=at)
        for at, (text, day) in enumerate(days.items())
    ]
    registry.save_page(book_id, page(*lines), "f1")
    *_, last = registry.entries(book_id)
    waiting = registry.delivery_layers(last, USUAL)["registered_on"]
    assert (waiting.waits, waiting.proposals[0].value) == (True, "09.01.2011")


def test_only_what_a_rule_proposes_can_be_confirmed(registry: Registry, entry_id: int) -> None:
    with pytest.raises(RegistryError, match="không có giá trị bàn giao nào"):
        registry.confirm_delivery(entry_id, "entry_number", USUAL, author="binh")
    with pytest.raises(RegistryError, match="chỉ có 3"):
        registry.confirm_delivery(entry_id, "child_born_on", USUAL, 3, author="binh")
    with pytest.raises(RegistryError, match="ai xác nhận"):
        registry.confirm_delivery(entry_id, "child_born_on", USUAL, author=" ")


def test_what_is_typed_shows_what_would_be_delivered_before_it_is_saved(
    registry: Registry, entry_id: int
) -> None:
    typed = {"child_born_on": (FieldStatus.READ, "15/8/1990 ÂL")}
    shown = registry.delivery_layers(entry_id, USUAL, typed)["child_born_on"]
    assert (shown.delivered.value, shown.waits) == ("03.10.1990", False)
    assert registry.entry(entry_id).values["child_born_on"] == "05/3/07"


def test_a_page_that_is_scanned_again_keeps_what_was_confirmed(registry: Registry, entry_id: int) -> None:
    registry.confirm_delivery(entry_id, "child_born_on", USUAL, 1, author="binh")
    book_id = registry.entry(entry_id).book_id
    number = read("entry_number", "7/2010", canonical="07/2010")
    day = read("registered_on", "1/2/2010", canonical="01.02.2010")
    born = read("child_born_on", "05/3/07", canonical="")
    registry.save_page(book_id, page(entry(number, day, born), scan=OTHER), "f1")
    old, new = PageRef(SCAN, 1), PageRef(OTHER, 1)
    registry.replace_page(book_id, old, new, author="chi", reason="ảnh mờ")
    (again,) = registry.entries(book_id)
    assert again != entry_id
    assert registry.delivery_layers(again, USUAL)["child_born_on"].delivered.value == "05.03.1907"


def test_a_letter_that_only_looks_like_the_vietnamese_one_is_stored_as_that_one(
    registry: Registry, entry_id: int
) -> None:
    registry.decide(
        entry_id, [Verdict("child_native_place", FieldStatus.READ, "\u00d0o\u0302ng Tha\u0301p")], author="an"
    )
    assert registry.entry(entry_id).values["child_native_place"] == "\u0110\u00f4ng Th\u00e1p"
