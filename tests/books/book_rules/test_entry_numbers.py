"""K07 and K08: numbers run on within a place, a kind of event and a year; K06: no key twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.books.book_rules.entry_numbers import (
    GAP,
    OUT_OF_ORDER,
    REPEAT,
    RESTART,
    duplicate_findings,
    number_findings,
)
from tests.books.book_rules.series import Book, Line, numbered, series


def found(*books: Book) -> list[tuple[str, int | None, dict[str, str]]]:
    return [(one.code, one.entry_id, dict(one.details)) for one in number_findings(series(*books))]


def codes(*books: Book) -> set[str]:
    return {code for code, _, _ in found(*books)}


@given(st.integers(1, 60), st.integers(0, 59))
def test_an_unbroken_book_says_nothing_and_one_lost_entry_is_named(size: int, lost: int) -> None:
    numbers = list(range(1, size + 1))
    assert found(Book(numbered(*numbers))) == []
    if lost < size - 1:  # the last one leaves no gap: its closing total tells
        ((code, _, details),) = found(Book(numbered(*(n for n in numbers if n != lost + 1))))
        assert (code, details["missing"]) == (GAP, str(lost + 1))


def test_a_gap_is_reported_on_the_entry_behind_it_and_names_no_field() -> None:
    assert found(Book(numbered(1, 2, 6, 7))) == [(GAP, 3, {"missing": "3–5", "after": "2", "before": "6"})]


def test_a_number_that_is_not_known_may_be_the_missing_one() -> None:
    assert found(Book(numbered(1, None, 3))) == []
    assert found(Book(numbered(1, "khó đọc", 3))) == []
    assert codes(Book(numbered(1, None, 4))) == {GAP}


def test_a_misread_number_is_reported_on_its_entry_and_leaves_no_gap() -> None:
    assert found(Book(numbered(1, 7, 3, 4, 5))) == [(OUT_OF_ORDER, 2, {"after": "1", "before": "3"})]


def test_numbers_run_on_over_the_volumes_of_a_year() -> None:
    first, second = Book(numbered(1, 2, 3)), Book(numbered(4, 5), volume="02/2010")
    assert found(first, second) == found(second, first) == []
    assert codes(first, Book(numbered(5, 6), volume="02/2010")) == {GAP}


def test_a_volume_that_is_not_in_the_registry_leaves_no_gap() -> None:
    assert found(Book(numbered(41, 42), volume="02/2010")) == []
    assert found(Book(numbered(1, 2)), Book(numbered(80, 81), volume="03/2010")) == []


def test_another_place_or_kind_of_event_has_numbers_of_its_own() -> None:
    books = Book(numbered(1, 2)), Book(numbered(1, 2), unit="00002"), Book(numbered(1), record="death")
    assert found(*books) == []


def test_a_book_of_late_registration_and_a_second_copy_have_numbers_of_their_own() -> None:
    ordinary = Book(numbered(1, 2, 3))
    others = [Book(numbered(1, 2, 3), book_series=name) for name in ("late", "again", "second-copy")]
    assert found(ordinary, *others) == []
    assert list(duplicate_findings(series(ordinary, *others))) == []
    for book_series in ("ordinary", "late", "again", "second-copy"):
        again = Book(numbered(1, 2, 3), book_series=book_series)
        assert len(list(duplicate_findings(series(ordinary, *others, again)))) == 6


def test_a_number_that_two_volumes_of_a_year_share_is_reported_on_both_entries() -> None:
    books = Book(numbered(1, 2, 3)), Book(numbered(3, 4), volume="02/2010")
    assert [(code, entry, details) for code, entry, details in found(*books) if code == REPEAT] == [
        (REPEAT, 3, {"others": "4"}),
        (REPEAT, 4, {"others": "3"}),
    ]


def test_a_book_that_is_carried_into_a_new_year_begins_again_at_one() -> None:
    lines = [*numbered(1, 2), *numbered(1, 2, 3, year=2011)]
    assert found(Book(lines)) == [(RESTART, 3, {"year": "2011"})]


def test_numbers_without_a_year_count_in_the_year_of_registration_when_the_book_was_carried_over() -> None:
    first = [Line("01/2010", "05.03.2010"), Line("02/2010", "09.09.2010")]
    later = [Line(f"{n:02}/2010", f"{n:02}.01.2011") for n in (1, 2, 3)]
    assert found(Book([*first, *later])) == [(RESTART, 3, {"year": "2011"})]


def test_one_day_of_another_year_does_not_make_a_book_carried_over() -> None:
    lines = [Line("01/2010", "05.03.2010"), Line("02/2010", "09.09.2070"), Line("03/2010", "10.10.2010")]
    assert found(Book(lines)) == []


def test_a_book_that_goes_back_within_its_year_is_no_restart() -> None:
    assert codes(Book(numbered(1, 2, 3, 4, 1, 2))) <= {OUT_OF_ORDER}
    assert codes(Book(numbered(1, 2, 3, 4, 1, 2))) == {OUT_OF_ORDER}


@given(st.lists(st.integers(1, 20), max_size=30))
def test_any_numbers_are_checked_without_an_error(numbers: list[int]) -> None:
    for one in [*number_findings(series(Book(numbered(*numbers)))), *duplicates(Book(numbered(*numbers)))]:
        assert one is not None


def duplicates(*books: Book) -> list[tuple[int | None, str]]:
    return [(one.entry_id, one.details["others"]) for one in duplicate_findings(series(*books))]


def test_both_entries_of_a_duplicate_key_are_reported() -> None:
    assert duplicates(Book(numbered(1, 2, 2, 3))) == [(2, "3"), (3, "2")]
    assert duplicates(Book(numbered(1)), Book(numbered(1))) == [(1, "2"), (2, "1")]


@pytest.mark.parametrize(
    "other",
    [
        Book(numbered(1), unit="00002"),
        Book(numbered(1), record="death"),
        Book(numbered(1), volume="02/2010"),
        Book(numbered(1, year=2011)),
        Book(numbered(None)),
    ],
)
def test_another_place_event_volume_or_year_or_an_unknown_number_is_no_duplicate(other: Book) -> None:
    assert duplicates(Book(numbered(1)), other) == []
