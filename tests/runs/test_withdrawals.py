"""A run over a book of which something was withdrawn, or of which a file is gone from the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.registry import RegistryPart, Withdrawn
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import book_report, digitize_book
from tests.fake_pages import BREAK, GOOD, changed_engines, draw


def withdrawn(context: RunContext, scan: str | None = None, page_no: int | None = None) -> None:
    """Take the first book, a scan of it or a page out of the registry."""
    with context.open_registry() as registry:
        names = {name: sha256 for sha256, name in registry.scans_named(1).items()}
        part = RegistryPart(1, None if scan is None else names[scan], page_no)
        registry.withdraw(part, author="chi", reason="nhầm")


def test_a_file_that_was_deleted_is_told_and_nothing_of_it_is_lost(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    draw(book / "b.png", GOOD, mark=7)
    assert digitize_book(book, context, workers=1).missing == ()
    (book / "b.png").unlink()
    report = digitize_book(book, context, workers=1)
    assert (report.missing, report.failures) == (("b.png",), ())
    with context.open_registry() as registry:
        assert len(registry.entries(1)) == 2
    draw(book / "b.png", GOOD, mark=7)
    again = digitize_book(book, context, workers=1)
    assert (again.missing, again.read) == ((), 0)


def test_a_deleted_file_whose_scan_is_withdrawn_is_not_missed(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    draw(book / "b.png", GOOD, mark=7)
    digitize_book(book, context, workers=1)
    (book / "b.png").unlink()
    withdrawn(context, "b.png")
    assert digitize_book(book, context, workers=1).missing == ()


def test_a_withdrawn_scan_that_still_lies_in_the_folder_is_not_read(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    draw(book / "b.png", GOOD, mark=7)
    digitize_book(book, context, workers=1)
    withdrawn(context, "b.png")
    changed = context.__class__(**{**vars(context), "make_engines": changed_engines})
    report = digitize_book(book, changed, workers=1)
    assert (report.withdrawn, report.scans, report.read) == (("b.png",), 1, 1)


def test_a_withdrawn_page_is_not_read_and_its_scan_counts_as_whole(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", GOOD, GOOD)
    digitize_book(book, context, workers=1)
    withdrawn(context, "a.tiff", 2)
    again = digitize_book(book, context, workers=1)
    assert (again.pages, again.read, again.known, again.missing) == (1, 0, 1, ())
    with context.open_registry() as registry:
        assert len(registry.entries(1)) == 1


def test_a_broken_file_that_is_withdrawn_is_no_failure_any_more(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    draw(book / "b.png", BREAK, mark=7)
    assert [failure.scan for failure in digitize_book(book, context, workers=1).failures] == ["b.png"]
    withdrawn(context, "b.png")
    assert digitize_book(book, context, workers=1).failures == ()
    with context.open_registry() as registry:
        assert registry.read_failures() == ()


def test_a_withdrawn_book_is_not_read_and_no_failure(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    digitize_book(book, context, workers=1)
    withdrawn(context)
    draw(book / "b.png", GOOD, mark=7)
    with pytest.raises(Withdrawn):
        digitize_book(book, context, workers=1)
    report = book_report(book, context, workers=1)
    assert (report.is_withdrawn, report.failures, report.read) == (True, (), 0)


def test_two_pages_of_one_number_are_no_duplicates_once_one_is_withdrawn(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.png", GOOD)
    draw(book / "b.png", GOOD, mark=7)
    digitize_book(book, context, workers=1)
    withdrawn(context, "b.png")
    report = digitize_book(book, context, workers=1)
    assert "K06" not in report.book_findings
