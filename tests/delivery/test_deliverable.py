"""Entries that may leave: settled ones without an open doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.model import (
    ACT_CONTINUED,
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    PageKind,
    Severity,
)
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery.deliverable import deliverable_book
from pipeline.delivery.entry_pdfs import CopyPlan
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.registry import WHOLE_ENTRY, Registry, Verdict
from pipeline.scans.workspace import Workspace
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, blank, entry, finding, page, read

NUMBER = read("entry_number", "7/2010", canonical="07/2010")
DAY = read("registered_on", "1/2/2010", canonical="01.02.2010")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db", SCHEMAS) as opened:
        yield opened


@pytest.fixture
def book(registry: Registry) -> int:
    book_id = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 10)
    return book_id


def why(
    registry: Registry, book: int, options: PackageOptions = PackageOptions()
) -> list[tuple[str, tuple[str, ...]]]:
    found = deliverable_book(registry, book, SCHEMAS, options)
    return [(blocker.why, blocker.fields or blocker.codes) for blocker in found.blockers]


def test_a_settled_entry_goes_with_fields_its_form_has_no_place_for_empty(
    registry: Registry, book: int
) -> None:
    registry.save_page(book, page(entry(NUMBER, DAY, blank("notes"))), "f1")
    found = deliverable_book(registry, book, SCHEMAS, PackageOptions())
    (one,) = found.entries
    assert (one.number, one.cells["ngayDangKy"], one.cells["ghiChu"], one.cells["meNgaySinh"]) == (
        "07/2010",
        "01.02.2010",
        "",
        "",
    )
    assert not found.blockers


def test_an_open_task_holds_an_entry_back(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(NUMBER, read("child_name", "Thử Một", accepted=False))), "f1")
    assert why(registry, book) == [("task", ("nksHoTen",))]


def test_an_illegible_field_holds_an_entry_back_unless_the_office_has_a_wording_for_it(
    registry: Registry, book: int
) -> None:
    unread = FieldReading("notes", FieldStatus.UNREADABLE)
    registry.save_page(book, page(entry(NUMBER, DAY, unread)), "f1")
    (entry_id,) = registry.entries(book)
    registry.decide(entry_id, [Verdict("notes", FieldStatus.ILLEGIBLE)], author="an")
    assert not registry.queue(book)
    assert why(registry, book) == [("confirm", ("ghiChu",))]
    worded = PackageOptions(delivery=DeliveryPolicy(illegible_wording="(không đọc được)"))
    (one,) = deliverable_book(registry, book, SCHEMAS, worded).entries
    assert one.cells["ghiChu"] == "(không đọc được)"


def test_an_illegible_name_or_date_is_never_put_in_words(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(NUMBER, FieldReading("child_name", FieldStatus.UNREADABLE))), "f1")
    (entry_id,) = registry.entries(book)
    registry.decide(entry_id, [Verdict("child_name", FieldStatus.ILLEGIBLE)], author="an")
    worded = PackageOptions(delivery=DeliveryPolicy(illegible_wording="(không đọc được)"))
    assert why(registry, book, worded) == [("confirm", ("nksHoTen",))]


def test_a_blocking_finding_holds_an_entry_until_someone_decides_its_field(
    registry: Registry, book: int
) -> None:
    blocked = finding("K01", "entry_number", severity=Severity.BLOCK)
    whole = finding("K06", severity=Severity.BLOCK)
    registry.save_page(book, page(entry(NUMBER, DAY, findings=(blocked, whole))), "f1")
    (entry_id,) = registry.entries(book)
    registry.decide(entry_id, [Verdict("entry_number", FieldStatus.READ, "7/2010")], author="an")
    assert why(registry, book) == [("task", ())]
    registry.decide(entry_id, [Verdict(WHOLE_ENTRY, FieldStatus.READ)], author="an")
    assert why(registry, book) == []


def test_pages_that_wait_or_failed_keep_the_book_incomplete_and_loose_pages_are_listed(
    registry: Registry, book: int
) -> None:
    registry.save_page(book, page(page_no=2, kind=PageKind.UNKNOWN, findings=(finding("PAGE-FORM"),)), "f1")
    registry.save_failure(book, SCAN, "scan.pdf", 3, "broken", "Trang hỏng.")
    registry.save_page(book, page(page_no=4, kind=PageKind.COVER), "f1")
    assert why(registry, book) == [("task", ("PAGE-FORM",)), ("failure", ("broken",))]
    (loose,) = deliverable_book(registry, book, SCHEMAS, PackageOptions()).loose
    assert loose.page_no == 2


def test_an_entry_whose_place_on_a_shared_page_is_not_known_gets_the_whole_page(
    registry: Registry, book: int, tmp_path: Path
) -> None:
    def row(number: str, at: int, top: float | None) -> EntryResult:
        box = None if top is None else Box(100, top, 900, top + 80)
        name = replace(read("child_name", "Thử Một"), box=box)
        return entry(read("entry_number", f"{number}/2010"), DAY, name, row=at)

    (tmp_path / "a.jpg").write_bytes(b"any")
    workspace = Workspace(tmp_path / "work")
    scan = workspace.store(tmp_path / "a.jpg")
    registry.store_scan(book, scan.sha256, "a.jpg", 3, 1)
    rows = (row("01", 0, 500), row("02", 1, 700), row("03", 2, None))
    registry.save_page(book, page(*rows, scan=scan.sha256), "f1")
    found = deliverable_book(registry, book, SCHEMAS, PackageOptions())
    names = found.names(SCHEMAS, PackageOptions())
    (job,) = CopyPlan(registry, workspace, SCHEMAS, found, names, ()).jobs()
    first, second, third = (copy.parts[0].bands for copy in job.copies)
    assert third == ()
    heading, own = second
    assert heading == first[0]
    assert heading[1] <= 500 < own[0] <= 700 < 780 <= own[1]


def test_an_act_that_goes_on_over_the_page_is_joined_with_its_end_and_nothing_else(
    registry: Registry, book: int, tmp_path: Path
) -> None:
    def act(number: str, at: int, top: float, *findings: Finding) -> EntryResult:
        name = replace(read("child_name", "Thử Một"), box=Box(100, top, 900, top + 80))
        made = entry(read("entry_number", f"{number}/1960"), DAY, name, row=at)
        return replace(made, findings=findings)

    (tmp_path / "a.jpg").write_bytes(b"any")
    workspace = Workspace(tmp_path / "work")
    scan = workspace.store(tmp_path / "a.jpg")
    registry.store_scan(book, scan.sha256, "a.jpg", 3, 2)
    registry.save_page(book, page(act("01", 0, 200), act("02", 1, 700), scan=scan.sha256), "f1")
    goes_on = Finding(ACT_CONTINUED, Severity.INFO)
    second = page(act("03", 0, 300, goes_on), act("04", 1, 800), scan=scan.sha256, page_no=2)
    registry.save_page(book, second, "f1")
    found = deliverable_book(registry, book, SCHEMAS, PackageOptions())
    names = found.names(SCHEMAS, PackageOptions())
    jobs = CopyPlan(registry, workspace, SCHEMAS, found, names, ()).jobs()
    first, joined, third, last = (copy.parts for job in jobs for copy in job.copies)
    assert [len(parts) for parts in (first, joined, third, last)] == [1, 2, 1, 1]
    assert (joined[1].page_no, joined[1].bands) == (2, ((0.0, 300.0),))
    assert third[0].bands[0][0] > 0  # the end of another act is not shown
    assert last[0].bands[0][0] > 380
