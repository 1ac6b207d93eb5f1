"""From the registry through the checks of books and back: what is found, where it stands, and what an office switched
off."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.base.model import BookSeries, Ledger
from pipeline.books.book_checks import check_books, check_registry, in_order, suggest_links
from pipeline.registry import LinkVerdict, Registry
from tests.registry.pages import SCHEMAS, blank, entry, page, read

FIRST = Ledger("birth-2006", "UBND xã Thử", "00001", "01/2010", entries=3)
SECOND = dataclasses.replace(FIRST, volume="02/2010", entries=None)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db", SCHEMAS) as opened:
        yield opened


def fill(registry: Registry, ledger: Ledger, folder: str, *numbers: str, scan: str | None = None) -> int:
    """A book with one entry a page; a scan a page, named by the order in which a folder shows them."""
    book = registry.book_id(ledger, folder)
    for place, number in enumerate(numbers, start=1):
        sha256 = f"{folder}-{scan or place}".ljust(64, "0")
        registry.store_scan(book, sha256, f"trang {scan or place}.jpg", 1, 1)
        readings = [read("entry_number", f"{number}/2010"), blank("notes"), read("child_name", "Thử Một")]
        registry.save_page(book, page(entry(*readings), scan=sha256), "f1")
    return book


def codes(registry: Registry) -> list[str]:
    return sorted(one.finding.code for one in registry.cross_entry_findings())


def test_a_sound_book_has_no_findings(registry: Registry) -> None:
    book = fill(registry, FIRST, "a", "01", "02", "03")
    report = check_books(registry, SCHEMAS, [book])
    assert (report.books, report.entries, report.counts) == (1, 3, {})
    assert registry.queue() == ()


OLD = Ledger("birth-2016", "UBND phường An Hòa", "31120", "01/2025", "02.01.2025")
NEW = Ledger("birth-2016", "UBND phường Cái Khế", "31120", "01/2025", "01.07.2025")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (OLD, NEW),
        (dataclasses.replace(OLD, opened_on=""), NEW),
        (OLD, dataclasses.replace(NEW, opened_on="")),
        (dataclasses.replace(OLD, opened_on=""), dataclasses.replace(NEW, opened_on="")),
        (FIRST, dataclasses.replace(FIRST, series=BookSeries.LATE)),
        (FIRST, dataclasses.replace(FIRST, series=BookSeries.SECOND_COPY)),
    ],
    ids=["dated", "by name before", "by name since", "by names", "late", "second copy"],
)
def test_two_books_of_one_code_and_volume_that_are_not_one_do_not_collide(
    registry: Registry, one: Ledger, other: Ledger
) -> None:
    """Not even from folders of one name."""
    books = [fill(registry, ledger, "KS.01", "01", "02", "03", scan=None) for ledger in (one, other)]
    assert len(set(books)) == 2
    assert [registry.book(book).ledger for book in books] == [one, other]
    check_books(registry, SCHEMAS)
    assert [code for code in codes(registry) if code != "K10"] == []


def test_a_book_keeps_being_itself_whatever_else_its_cover_says(registry: Registry) -> None:
    book = registry.book_id(FIRST, "a")
    told = dataclasses.replace(
        FIRST, place="UBND xã Thử, huyện Thử", opened_on="04.01.2010", closed_on="31.12.2010"
    )
    assert registry.book_id(told, "a") == book
    assert registry.book(book).ledger == told
    assert registry.find_book(dataclasses.replace(told, series=BookSeries.AGAIN), "a") is None


def test_a_gap_is_found_and_ends_when_the_page_is_scanned_later(registry: Registry) -> None:
    book = fill(registry, FIRST, "a", "01", "02", "04")
    check_books(registry, SCHEMAS, [book])
    assert codes(registry) == ["K07-GAP"]
    assert [(task.page_no, task.reasons) for task in registry.queue()] == [(1, ("K07-GAP",))]
    late = dataclasses.replace(FIRST, entries=4)
    fill(registry, late, "a", "03", scan="2b")  # comes last, and stands between 2 and 3 by its name
    check_books(registry, SCHEMAS, [book])
    assert (codes(registry), registry.queue()) == ([], ())


def test_a_duplicate_sends_both_sides_to_a_person_with_the_field_of_the_record(registry: Registry) -> None:
    book = fill(registry, FIRST, "a", "01", "02", "02")
    check_books(registry, SCHEMAS, [book])
    assert [task.fields for task in registry.queue()] == [("entry_number",), ("entry_number",)]


def test_all_volumes_of_an_office_are_looked_at_together(registry: Registry) -> None:
    fill(registry, FIRST, "a", "01", "02", "03")
    second = fill(registry, SECOND, "b", "05")
    other = fill(registry, dataclasses.replace(SECOND, place_code="00002"), "c", "09")
    assert check_books(registry, SCHEMAS, [second]).counts == {"K07-GAP": 1}
    assert check_books(registry, SCHEMAS, [other]).counts == {}
    assert codes(registry) == ["K07-GAP"]
    fill(registry, SECOND, "b", "04", scan="0")
    assert check_books(registry, SCHEMAS).counts == {}


def test_what_an_office_switched_off_is_not_raised(registry: Registry) -> None:
    fill(registry, FIRST, "a", "01", "02", "04")
    gap = SCHEMAS.findings["K07-GAP"].model_copy(update={"off": "sổ cũ nhảy số"})
    without = dataclasses.replace(SCHEMAS, findings={**SCHEMAS.findings, "K07-GAP": gap})
    assert check_books(registry, without).counts == {}


def test_one_number_on_two_people_is_found_across_books(registry: Registry) -> None:
    for folder, name in (("a", "Thử Văn Một"), ("b", "Thử Văn Hai")):
        book = registry.book_id(dataclasses.replace(FIRST, place_code=folder), folder)
        registry.store_scan(book, folder * 64, "scan.pdf", 1, 1)
        child = [read("child_id_number", "092210000001"), read("child_name", name), blank("notes")]
        registry.save_page(book, page(entry(*child), scan=folder * 64), "f1")
    assert check_registry(registry, SCHEMAS).counts == {"I07": 2}
    assert {task.fields for task in registry.queue()} == {("child_id_number",)}


def test_pages_are_in_the_order_in_which_a_folder_shows_the_scans(registry: Registry) -> None:
    fill(registry, FIRST, "a", "01", scan="10")
    fill(registry, FIRST, "a", "02", scan="9")
    ordered = in_order(registry.series_columns()[1]).sort_values("order")
    assert ordered["scan"].tolist() == ["trang 9.jpg", "trang 10.jpg"]


def test_an_empty_registry_is_checked_without_a_finding(registry: Registry) -> None:
    assert check_books(registry, SCHEMAS).counts == check_registry(registry, SCHEMAS).counts == {}


MARRIAGE = Ledger("marriage-2006", "UBND xã Thử", "00001", "01/1995")
DIVORCE = Ledger("noted-divorce-2016", "UBND xã Thử", "00001", "01/2017")
COUPLE = {"husband": ("Thử Văn Bốn", "05.03.1970"), "wife": ("Mẫu Thị Năm", "07.08.1972")}


def save(registry: Registry, ledger: Ledger, folder: str, **values: str) -> int:
    """Return the book of one entry with these values; an empty one is blank on paper."""
    book = registry.book_id(ledger, folder)
    registry.store_scan(book, folder * 64, "scan.pdf", 1, 1)
    readings = [read(name, text) if text else blank(name) for name, text in values.items()]
    registry.save_page(book, page(entry(*readings), scan=folder * 64, form=ledger.form), "f1")
    return book


def married(registry: Registry, folder: str, number: str, notes: str = "") -> int:
    people = {f"{role}_name": name for role, (name, _) in COUPLE.items()}
    days = {f"{role}_born_on": day for role, (_, day) in COUPLE.items()}
    own = {"entry_number": number, "registered_on": "10.05.1995", "notes": notes}
    return save(registry, MARRIAGE, folder, **own, **people, **days)


def divorced(registry: Registry, folder: str, named: str, registered_on: str = "01.06.2017") -> int:
    (wife, born), (husband, _) = COUPLE["wife"], COUPLE["husband"]
    return save(
        registry, DIVORCE, folder, entry_number="03/2017", registered_on=registered_on, subject_name=wife,
        subject_born_on=born, spouse_name=husband, original_number=named, original_registered_on="10.05.1995",
        notes="",
    )  # fmt: skip


def confirm_acts(registry: Registry) -> None:
    suggest_links(registry, SCHEMAS)
    for link in registry.links("act"):
        registry.decide_link(link.link_id, LinkVerdict.CONFIRMED, author="nguoi.xem")


def test_a_silent_margin_is_asked_about_only_when_a_person_has_linked_the_divorce(registry: Registry) -> None:
    married(registry, "a", "17/1995")
    divorced(registry, "b", "17/1995")
    suggest_links(registry, SCHEMAS)
    (link,) = registry.links("act")
    assert (link.first_role, link.second_role, link.decision) == ("wife", "divorced", None)
    assert check_registry(registry, SCHEMAS).counts == {}
    confirm_acts(registry)
    assert check_registry(registry, SCHEMAS).counts == {"W01": 1}
    assert [(task.reasons, task.fields) for task in registry.queue()] == [(("W01",), ("notes",))]
    suggest_links(registry, SCHEMAS)
    (kept,) = registry.links("act")
    assert kept.decision is not None


def test_a_divorce_whose_marriage_is_read_later_is_linked_then(registry: Registry) -> None:
    divorced(registry, "b", "17/1995")
    suggest_links(registry, SCHEMAS)
    assert registry.links("act") == ()
    married(registry, "a", "17/1995")
    suggest_links(registry, SCHEMAS)
    assert len(registry.links("act")) == 1


def test_a_margin_that_notes_the_divorce_is_no_contradiction(registry: Registry) -> None:
    married(registry, "a", "17/1995", "Đã ly hôn")
    divorced(registry, "b", "17/1995")
    confirm_acts(registry)
    assert check_registry(registry, SCHEMAS).counts == {}


def test_a_margin_that_speaks_of_something_else_is_asked_about(registry: Registry) -> None:
    married(registry, "a", "17/1995", "Cải chính theo Quyết định số 12/QĐ-UBND ngày 02/03/2001")
    divorced(registry, "b", "17/1995")
    confirm_acts(registry)
    assert check_registry(registry, SCHEMAS).counts == {"W01": 1}


def test_another_number_and_a_second_divorce_are_reported(registry: Registry) -> None:
    married(registry, "a", "17/1995", "Đã ly hôn")
    divorced(registry, "b", "71/1995")
    confirm_acts(registry)
    assert check_registry(registry, SCHEMAS).counts == {"W03": 1}
    divorced(registry, "c", "17/1995")
    confirm_acts(registry)
    assert check_registry(registry, SCHEMAS).counts == {"W03": 1, "W05": 2}


def test_an_act_before_its_entry_is_reported_when_a_person_says_that_they_belong_together(
    registry: Registry,
) -> None:
    married(registry, "a", "17/1995", "Đã ly hôn")
    divorced(registry, "b", "17/1995", "01.06.1994")
    confirm_acts(registry)
    assert check_registry(registry, SCHEMAS).counts == {"W04": 1}


def test_a_noted_act_without_an_entry_is_told_where_the_place_has_such_a_register(registry: Registry) -> None:
    save(
        registry, MARRIAGE, "a", entry_number="17/1995", registered_on="10.05.1995", notes="Đã ly hôn",
        husband_name="Lạ Văn Bảy", wife_name="Lạ Thị Tám",
    )  # fmt: skip
    assert check_registry(registry, SCHEMAS).counts == {}
    divorced(registry, "b", "99/1995")
    assert check_registry(registry, SCHEMAS).counts == {"W02": 1}
    assert registry.queue() == ()
