"""K09: days of registration; K10: totals of the closing note; K11: page numbers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.books.book_rules import book_findings
from pipeline.books.book_rules.book_order import (
    MISSING,
    OUT_OF_ORDER,
    closing_findings,
    date_order_findings,
    page_findings,
)
from pipeline.books.book_rules.columns import format_runs, longest_increasing
from tests.books.book_rules.series import Book, Line, dated, numbered, paged, series


def strays(*books: Book) -> list[tuple[int | None, dict[str, str]]]:
    return [(one.entry_id, dict(one.details)) for one in date_order_findings(series(*books), ())]


def test_days_that_do_not_go_back_are_in_order() -> None:
    assert strays(Book(dated("04.01.2010", "04.01.2010", "09.02.2010"))) == []


def test_the_one_day_out_of_order_is_reported_with_its_neighbours() -> None:
    book = Book(dated("04.01.2010", "09.11.2010", "09.02.2010", "10.02.2010"))
    assert strays(book) == [(2, {"after": "04/01/2010", "before": "09/02/2010"})]


def test_a_day_that_is_not_known_whole_says_nothing() -> None:
    assert strays(Book(dated("04.05.2010", "03.2010", "2009", None, "05.05.2010"))) == []


def test_a_later_year_and_another_book_have_days_of_their_own() -> None:
    lines = [*dated("04.05.2010"), *dated("04.01.2011", year=2011)]
    assert strays(Book(lines), Book(dated("01.01.2010"), volume="02/2010")) == []


def test_an_entry_whose_number_is_out_of_order_is_reported_once() -> None:
    lines = [
        Line("01/2010", "01.02.2010"),
        Line("09/2010", "02.02.2010"),
        Line("03/2010", "03.02.2010"),
        Line("04/2010", "04.02.2010"),
    ]
    assert {one.code for one in book_findings(series(Book(lines)))} == {"K07"}


def totals(book: Book) -> list[tuple[str, dict[str, str]]]:
    return [(one.code, dict(one.details)) for one in closing_findings(series(book))]


def test_totals_that_agree_and_books_without_a_closing_note_say_nothing() -> None:
    assert totals(Book(numbered(1, 2), entries=2, pages=2)) == []
    assert totals(Book(numbered(1, 2))) == []


def test_a_total_that_does_not_agree_is_reported_with_both_counts() -> None:
    assert totals(Book(numbered(1, 2), entries=3)) == [("K10", {"said": "3", "found": "2"})]
    assert totals(Book(numbered(1, 2), entries=1)) == [("K10", {"said": "1", "found": "2"})]
    assert totals(Book(numbered(1, 2), pages=4)) == [("K10-PAGES", {"said": "4", "found": "2"})]


def test_blank_pages_may_be_counted_or_not_and_the_cover_never_is() -> None:
    kinds = ("cover", "entries", "entries", "blank")
    for said in (2, 3):
        assert totals(Book(numbered(1, 2), pages=said, kinds=kinds)) == []
    assert totals(Book(numbered(1, 2), pages=4, kinds=kinds)) != []


def test_pages_counted_before_scanning_are_all_scanned_or_the_book_says_so() -> None:
    kinds = ("cover", "entries", "entries", "blank")
    assert totals(Book(numbered(1, 2), counted=3, kinds=kinds)) == []
    for said in (2, 4):
        found = totals(Book(numbered(1, 2), counted=said, kinds=kinds))
        assert found == [("K10-COUNT", {"said": str(said), "found": "3"})]


def test_pages_that_could_not_be_read_may_make_up_the_total() -> None:
    assert totals(Book(numbered(1, 2), counted=3, failed=1)) == []
    assert totals(Book(numbered(1, 2), entries=3, pages=3, failed=1)) == []
    assert totals(Book(numbered(1, 2), entries=4, failed=1)) == [
        ("K10", {"said": "4", "found": "2", "failed": "1"})
    ]


def sheets(book: Book) -> list[tuple[str, int, dict[str, str]]]:
    return [(one.code, one.page_id, dict(one.details)) for one in page_findings(series(book))]


def test_pages_that_run_on_say_nothing_and_neither_do_books_without_numbers() -> None:
    assert sheets(Book(paged(1, 2, 3))) == []
    assert sheets(Book(paged(None, None))) == []
    assert sheets(Book(paged(1, 3, 5, 7))) == []


def test_missing_pages_are_reported_on_the_page_behind_them() -> None:
    assert sheets(Book(paged(1, 2, 5, 6))) == [(MISSING, 102, {"missing": "3–4", "before": "5"})]
    assert sheets(Book(paged(2, 3, 4))) == [(MISSING, 100, {"missing": "1", "before": "2"})]


def test_a_page_without_a_readable_number_may_be_the_missing_one() -> None:
    assert sheets(Book(paged(1, None, 3))) == []
    assert sheets(Book(paged(1, "x", 3))) == []
    assert sheets(Book(paged(1, 2, 4), failed=1)) == []
    assert sheets(Book(paged(1, 3), kinds=("entries", "blank", "entries"))) == []


def test_a_page_out_of_place_is_reported_and_leaves_no_gap() -> None:
    assert sheets(Book(paged(1, 2, 9, 4, 5))) == [(OUT_OF_ORDER, 102, {"page": "9"})]


@given(st.lists(st.integers(0, 30), max_size=40), st.booleans())
def test_what_is_kept_is_in_order_and_nothing_longer_is(values: list[int], strictly: bool) -> None:
    kept = [values[place] for place in longest_increasing(values, strictly=strictly)]
    assert all(a < b if strictly else a <= b for a, b in pairwise(kept))
    best = [0] * (len(values) + 1)
    for place, value in enumerate(values):
        best[place] = 1 + max(
            (best[p] for p in range(place) if values[p] < value or (values[p] == value and not strictly)),
            default=0,
        )
    assert len(kept) == max(best[: len(values)], default=0)


def test_numbers_are_formatted_as_runs() -> None:
    assert (format_runs([3]), format_runs([3, 4, 5, 9])) == ("3", "3–5, 9")
