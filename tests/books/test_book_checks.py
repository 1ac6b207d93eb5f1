"""From the registry through the checks of books and back: what is found, where it stands, and what an office switched
off."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.base.model import BookSeries, Ledger
from pipeline.books.book_checks import check_books, check_registry, in_order
from pipeline.registry import Registry
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
