from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.base.errors import RegistryError
from pipeline.base.model import EntryResult, PageKind, PageRef
from pipeline.registry import Registry, SaveOutcome
from tests.registry.pages import LEDGER, SCAN, blank, entries, entry, finding, page, read

runs = itertools.count()


@given(st.tuples(entries(0), entries(1)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_saved_is_read_back_the_same(
    registry: Registry, book: int, both: tuple[EntryResult, EntryResult]
) -> None:
    outcome = registry.save_page(book, page(*both), f"run {next(runs)}")
    stored = [registry.entry(entry_id) for entry_id in registry.entries(book)]
    assert [(one.row, one.readings, one.findings) for one in stored] == [
        (one.row, one.readings, one.findings) for one in both
    ]
    assert outcome.entries == outcome.accepted + outcome.review == 2
    assert outcome.accepted == sum(one.accepted for one in both)


def test_a_page_saved_under_the_same_fingerprint_is_known_and_changes_nothing(
    registry: Registry, book: int
) -> None:
    first = page(entry(read("child_name", "Thử Một")))
    registry.save_page(book, first, "f1")
    registry.save_page(book, page(entry(read("child_name", "Khác"))), "f1")
    (entry_id,) = registry.entries(book)
    assert registry.fingerprints(book) == {first.ref: "f1"}
    assert registry.entry(entry_id).readings == first.entries[0].readings
    assert len(registry.past_readings(entry_id)) == 1


def test_of_each_saved_page_the_latest_fingerprint_is_known(registry: Registry, book: int) -> None:
    registry.save_page(book, page(), "f1")
    assert registry.fingerprints(book) == {PageRef(SCAN, 1): "f1"}
    registry.save_page(book, page(), "f2")
    assert registry.fingerprints(book) == {PageRef(SCAN, 1): "f2"}


def test_a_new_run_replaces_readings_and_findings_and_keeps_the_old_ones_on_record(
    registry: Registry, book: int
) -> None:
    old = read("child_name", "Cũ", accepted=False)
    new = read("child_name", "Mới")
    registry.save_page(book, page(entry(old, findings=[finding("READ-LOW", "child_name")])), "f1")
    (entry_id,) = registry.entries(book)
    assert registry.save_page(book, page(entry(new)), "f2") == SaveOutcome(1, 1, 0, 0)
    now = registry.entry(entry_id)
    assert (now.readings, now.findings) == ((new,), ())
    assert [(past.fingerprint, past.latest, past.reading) for past in registry.past_readings(entry_id)] == [
        ("f1", False, old),
        ("f2", True, new),
    ]
    assert not registry.queue(book)


def test_going_back_to_an_earlier_fingerprint_is_a_new_run(registry: Registry, book: int) -> None:
    for fingerprint, text in (("f1", "A"), ("f2", "B"), ("f1", "A")):
        registry.save_page(book, page(entry(read("notes", text))), fingerprint)
    (entry_id,) = registry.entries(book)
    assert [past.reading.text for past in registry.past_readings(entry_id)] == ["A", "B", "A"]
    assert registry.effective_value(entry_id, "notes") == "A"


def test_the_same_scan_delivered_to_two_books_is_read_for_both(registry: Registry, book: int) -> None:
    other = registry.book_id(dataclasses.replace(LEDGER, volume="02/2010"), "KS.2010.02")
    registry.store_scan(other, SCAN, "copy.pdf", 1000, 10)
    result = page(entry(read("child_name", "Thử Một")))
    registry.save_page(book, result, "f1")
    assert registry.fingerprints(book) == {result.ref: "f1"}
    assert registry.fingerprints(other) == {}
    registry.save_page(other, result, "f1")
    assert registry.fingerprints(other) == {result.ref: "f1"}
    assert len(registry.entries(book)) == len(registry.entries(other)) == 1


def test_an_entry_the_machine_no_longer_finds_leaves_the_record_but_not_the_history(
    registry: Registry, book: int
) -> None:
    registry.save_page(book, page(entry(blank("notes")), entry(read("notes", "x"), row=1)), "f1")
    _, second = registry.entries(book)
    registry.save_page(book, page(entry(blank("notes"))), "f2")
    assert len(registry.entries(book)) == 1
    assert registry.effective_value(second, "notes") is None
    assert len(registry.past_readings(second)) == 1


def test_a_book_is_the_same_when_its_ledger_is_corrected_and_another_when_its_volume_differs(
    registry: Registry,
) -> None:
    first = registry.book_id(LEDGER, "KS.2010.01")
    assert (
        registry.book_id(dataclasses.replace(LEDGER, closed_on="31.12.2010", entries=99), "KS.2010.01")
        == first
    )
    assert registry.book_id(dataclasses.replace(LEDGER, volume="02/2010"), "KS.2010.01") != first
    assert registry.book_id(LEDGER, "KS.2010.01b") != first


def test_a_page_of_a_scan_that_was_not_stored_is_refused(registry: Registry, book: int) -> None:
    with pytest.raises(RegistryError, match="Bản quét"):
        registry.save_page(book, page(scan="c" * 64), "f1")


def test_a_reading_of_an_undeclared_field_is_refused_and_nothing_of_the_page_is_kept(
    registry: Registry, book: int
) -> None:
    with pytest.raises(RegistryError, match="child_name"):
        registry.save_page(book, page(entry(read("child_nam", "x"))), "f1")
    assert registry.summary(book).pages == {}


def test_a_failure_is_counted_until_the_page_succeeds(registry: Registry, book: int) -> None:
    registry.save_failure(book, SCAN, "scan.pdf", 1, "timeout", "quá giờ")
    registry.save_failure(book, SCAN, "scan.pdf", 1, "memory", "thiếu bộ nhớ")
    registry.save_failure(book, SCAN, "scan.pdf", 2, "timeout", "quá giờ")
    assert registry.summary(book).failures == {"memory": 1, "timeout": 1}
    registry.save_page(book, page(kind=PageKind.COVER), "f1")
    assert registry.summary(book).failures == {"timeout": 1}


def test_a_failure_of_a_whole_scan_is_over_when_it_or_a_new_file_of_its_name_can_be_read(
    registry: Registry, book: int
) -> None:
    registry.save_failure(book, "b" * 64, "b.pdf", None, "broken", "hỏng")
    registry.save_failure(book, "c" * 64, "c.pdf", None, "empty", "rỗng")
    registry.save_failure(book, "d" * 64, "d.pdf", None, "broken", "hỏng")
    registry.store_scan(book, "b" * 64, "b.pdf", 10, 1)
    registry.store_scan(book, "e" * 64, "c.pdf", 10, 1)
    assert registry.summary(book).failures == {"broken": 1}
