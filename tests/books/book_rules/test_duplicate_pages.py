"""A page scanned twice is known by where its ink lies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.books.book_rules import duplicate_page_findings


def ink(seed: int) -> str:
    return "".join(f"{n:x}" for n in np.random.default_rng(seed).integers(0, 16, 560))


def prints(*inks: str) -> pd.DataFrame:
    rows = [
        {"page_id": 100 + n, "book_id": 7, "scan": "sổ.pdf", "page_no": n, "ink_print": one}
        for n, one in enumerate(inks, start=1)
    ]
    return pd.DataFrame(rows)


def test_the_later_scan_of_a_page_is_reported_with_the_first_one() -> None:
    (found,) = duplicate_page_findings(prints(ink(1), ink(2), ink(1), ink(3)))
    assert (found.code, found.book_id, found.page_id) == ("SCAN-TWICE", 7, 103)
    assert found.details == {"same": "sổ.pdf, trang 1"}


def test_a_scan_that_differs_a_little_is_the_same_page() -> None:
    again = "".join(f"{min(15, int(digit, 16) + (n % 4 == 0)):x}" for n, digit in enumerate(ink(1)))
    assert [one.page_id for one in duplicate_page_findings(prints(ink(1), again))] == [102]


def test_empty_pages_and_other_pages_have_no_finding() -> None:
    assert not list(duplicate_page_findings(prints("0" * 560, "0" * 560, ink(1), ink(2))))


def test_prints_of_another_size_are_not_compared() -> None:
    assert not list(duplicate_page_findings(prints(ink(1), ink(1)[:280])))
