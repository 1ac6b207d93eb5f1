"""What of a book's scans does not meet the norm, and what is left in peace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.books.scan_norm import norm_flaws
from pipeline.declarations.office.campaign import ScanNorm
from pipeline.registry.custody.scanned_books import MeasuredPage, ScannedBook

SCAN = "a" * 64
PAGES = (MeasuredPage(SCAN, 1, True, 300.0), MeasuredPage(SCAN, 2, False, 297.0))
BOOK = ScannedBook(1, "KS.2010.01", "31120", "01/2010", {SCAN: "KS.2010.01-1.pdf"}, 2, PAGES, 1)
NORM = ScanNorm(names="{so}-*.pdf")


def test_a_book_that_meets_the_norm_says_nothing() -> None:
    assert list(norm_flaws(BOOK, NORM, {SCAN: True})) == []
    assert list(norm_flaws(replace(BOOK, counted=None), ScanNorm(counted=False))) == []


@pytest.mark.parametrize(
    ("book", "told"),
    [
        (replace(BOOK, pages=(PAGES[0], replace(PAGES[1], dpi=200.0))), "200 dpi"),
        (replace(BOOK, pages=(PAGES[0], replace(PAGES[1], dpi=0.0))), "không biết độ phân giải"),
        (replace(BOOK, counted=2), "đếm được 2"),
        (replace(BOOK, counted=None), "chưa đếm trang"),
        (replace(BOOK, expected=3), "1 trang máy chưa đọc được"),
        (replace(BOOK, scans={SCAN: "scan0001.pdf"}), "tên tệp"),
    ],
)
def test_what_does_not_meet_the_norm_is_named_with_what_to_do(book: ScannedBook, told: str) -> None:
    (flaw,) = norm_flaws(book, NORM, {SCAN: True})
    assert told in flaw.what
    assert flaw.advice


@pytest.mark.parametrize(
    ("names", "name", "fits"),
    [
        ("{so}-*.pdf", "ks.2010.*-1.PDF", True),
        ("{so}-*.pdf", "KS.2010.01-1.pdf", False),
        ("*-*-*-*-*-*-*-*.pdf", "-" * 250, False),
        ("*-*-*-*-*-*-*-*.pdf", "-" * 246 + ".pdf", True),
        ("a*a", "a", False),
        ("a*a*a", "abaca", True),
        ("trang.pdf", "trang.pdf", True),
    ],
)
def test_a_name_is_held_against_its_pattern_in_no_more_time_than_it_is_long(
    names: str, name: str, fits: bool
) -> None:
    book = replace(BOOK, folder_name="KS.2010.*", scans={SCAN: name})
    assert (list(norm_flaws(book, ScanNorm(names=names))) == []) is fits


def test_a_grey_scan_is_named_where_it_was_looked_at() -> None:
    assert [flaw.what for flaw in norm_flaws(BOOK, NORM, {SCAN: False})] == ["không phải ảnh màu"]
