"""The names of officers are spelled by all pages together: misreadings that differ deny one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pipeline.books.book_context.book_model import make_model
from pipeline.books.book_context.sightings import said_in_book
from tests.books.book_context.written_books import FORM, RECORD, SIGNER, Ink, book, doubted, ink


def names(lines: Sequence[Ink]) -> Mapping[str, float]:
    pages = book(*({SIGNER: [line]} for line in lines))
    return make_model(said_in_book(pages, {}, FORM, RECORD)).signers.names


def test_misreadings_that_differ_cancel_out() -> None:
    lines = [
        doubted("CT Nguyễn Văn Hải", "H", "T", 0.7, 1),
        doubted("CT Nguyễn Văn Hải", "ả", "ã", 0.7, 2),
        doubted("CT Nguyễn Văn Hải", "V", "N", 0.7, 3),
        ink("CT Nguyễn Văn Hải", 4),
    ]
    assert names(lines).keys() == {"Nguyễn Văn Hải"}


def test_what_all_pages_doubt_alike_stays_in_doubt() -> None:
    found = names([doubted("CT Nguyễn Văn Thùy", "ù", "ú", 0.45, seed) for seed in range(8)])
    assert found.keys() == {"Nguyễn Văn Thùy", "Nguyễn Văn Thúy"}
    few = names([doubted("CT Nguyễn Văn Thùy", "ù", "ú", 0.45, seed) for seed in range(2)])
    assert found["Nguyễn Văn Thúy"] / 8 == pytest.approx(few["Nguyễn Văn Thúy"] / 2, abs=0.05)


def test_one_lucky_page_does_not_decide_against_all_others() -> None:
    doubts = [doubted("CT Nguyễn Văn Thùy", "ù", "ú", 0.6, seed) for seed in range(9)]
    assert "Nguyễn Văn Thúy" in names([ink("CT Nguyễn Văn Thùy", 20), *doubts])


def test_a_name_of_a_family_is_likelier_than_another_word() -> None:
    found = names([doubted("CT Tổ Thanh Giàu", "ổ", "ô", 0.35, seed) for seed in range(3)])
    assert found["Tô Thanh Giàu"] > found.get("Tổ Thanh Giàu", 0.0)


def test_a_word_that_no_name_has_needs_ink_that_all_pages_see() -> None:
    doubts = [doubted("CT Lê Vuy Phát", "V", "D", 0.2, seed) for seed in range(3)]
    assert names(doubts).keys() == {"Lê Duy Phát"}
    clear = [ink("CT Lê Vuy Phát", seed) for seed in range(3)]
    assert names(clear).keys() == {"Lê Vuy Phát"}


def test_a_name_that_goes_on_in_the_next_line_is_one_name() -> None:
    pages = book({SIGNER: [ink("PCT. Nguyễn Văn"), ink("Hải")]}, {SIGNER: [ink("PCT. Nguyễn Văn Hải", 3)]})
    found = make_model(said_in_book(pages, {}, FORM, RECORD)).signers.names
    assert dict(found) == {"Nguyễn Văn Hải": 2.0}


def test_one_page_alone_says_nothing() -> None:
    assert not names([ink("CT Nguyễn Văn Hải"), ink("PCT Trần Thị Bưởi")])


def test_capitals_are_another_way_to_write_the_same_name() -> None:
    lines = [ink("CT Nguyễn Văn Hải", 1), ink("CT NGUYỄN VĂN HẢI", 2), ink("CT Nguyễn Văn Hải", 3)]
    assert dict(names(lines)) == {"NGUYỄN VĂN HẢI": 1.0, "Nguyễn Văn Hải": 2.0}
