"""The second pass over a book: one result for one set of pages, blanks stay blank, people's word stands."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import FieldStatus, PageResult, Severity
from pipeline.books.book_context.kept_page import pack_page, unpack_page
from pipeline.books.book_context.second_pass import Settled, fingerprint_of, first_fingerprint
from tests.books.book_context.written_books import (
    NUMBER,
    REGISTRAR,
    SIGNER,
    Ink,
    book,
    doubted,
    ink,
    page_ref,
    passed,
    reading,
)

CLEAR = {REGISTRAR: [ink("Trần Văn Tuấn")], SIGNER: [ink("CT Nguyễn Văn Phước")]}
UNSURE: dict[str, list[Ink]] = {REGISTRAR: [doubted("Trần Văn Tuân", "â", "ấ", 0.3)], SIGNER: []}
BOOK = book(CLEAR, CLEAR, UNSURE, {**CLEAR, REGISTRAR: [ink("Trần Văn Tuyến")]})


def registrars(pages: list[PageResult]) -> list[str]:
    weigh = passed(pages)
    return [reading(weigh.weighed(page), "registrar_name").text for page in pages]


def test_pages_help_one_another_and_clear_ink_stands() -> None:
    assert registrars(BOOK) == ["Trần Văn Tuấn", "Trần Văn Tuấn", "Trần Văn Tuấn", "Trần Văn Tuyến"]


def test_two_spellings_that_the_book_repeats_are_left_to_the_ink() -> None:
    pages = book(CLEAR, CLEAR, UNSURE, {REGISTRAR: [ink("Trần Văn Tuân")]})
    assert registrars(pages)[2] == "Trần Văn Tuân"


def test_a_blank_stays_blank() -> None:
    after = reading(passed(BOOK).weighed(BOOK[2]), "signer_name")
    assert (after.status, after.text) == (FieldStatus.BLANK, "")


def test_a_misreading_that_a_hand_repeats_stays_what_it_was() -> None:
    unsure = {REGISTRAR: [doubted("Trần Văn Tuân", "â", "ấ", 0.42)]}
    pages = book(*[unsure] * 8)
    assert all(passed(pages).weighed(page) is page for page in pages)


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_the_order_in_which_pages_were_read_makes_no_difference(shuffle: random.Random) -> None:
    arrived = [*BOOK]
    shuffle.shuffle(arrived)
    in_order = sorted(arrived, key=lambda page: page.ref.scan_sha256)
    for page in BOOK:
        assert passed(in_order).weighed(page) == passed(BOOK).weighed(page)


def test_weighing_again_what_was_weighed_changes_nothing() -> None:
    first, second = passed(BOOK), passed([unpack_page(pack_page(page, "")).result for page in BOOK])
    for page in BOOK:
        one, other = first.weighed(page), second.weighed(page)
        assert [(word.field, word.text, word.accepted) for word in one.entries[0].readings] == [
            (word.field, word.text, word.accepted) for word in other.entries[0].readings
        ]


def test_what_a_person_decided_is_left_and_helps_the_others() -> None:
    pages = book(UNSURE, UNSURE, {REGISTRAR: [ink("Lê Thị Hạnh")]})
    key = (page_ref(0), 0, "registrar_name")
    machine = reading(pages[0], "registrar_name")
    weigh = passed(pages, {key: Settled("Trần Văn Tuấn", machine)})
    assert reading(weigh.weighed(pages[0]), "registrar_name").text == machine.text
    assert reading(weigh.weighed(pages[1]), "registrar_name").text == "Trần Văn Tuấn"
    assert weigh.weighed(pages[2]) is pages[2]


def test_the_order_of_entries_is_weighed_too() -> None:
    numbers = [ink("15/2010"), doubted("18/2010", "8", "6", 0.4), ink("17/2010"), ink("18/2010", 3)]
    pages = book(*({NUMBER: [one]} for one in numbers))
    weigh = passed(pages)
    assert [reading(weigh.weighed(page), "entry_number").canonical for page in pages] == [
        "15/2010", "16/2010", "17/2010", "18/2010",
    ]  # fmt: skip


DAYS = [ink("4/4/2010"), ink("5/4/2010"), ink("7/4/2010", 3)]


@pytest.mark.parametrize("faint", [1e-6, 1e-4, 1e-3, 1e-2])
def test_the_order_does_not_outweigh_ink_that_the_year_of_the_book_could_not_outweigh(faint: float) -> None:
    pages = book(
        *({"registered_on": [one]} for one in (*DAYS[:2], doubted("5/4/2018", "8", "0", faint), DAYS[2]))
    )
    first, now = pages[2], passed(pages).weighed(pages[2])
    day = reading(now, "registered_on")
    assert day.text == reading(first, "registered_on").text
    assert faint == 1e-2 or day.text == "5/4/2018"
    assert is_waiting(now, "registered_on")


@pytest.mark.parametrize("faint", [0.005, 0.02])
def test_a_figure_that_the_order_chooses_against_the_ink_is_only_proposed(faint: float) -> None:
    numbers = [ink("15/2010"), doubted("18/2010", "8", "6", faint), ink("17/2010"), ink("18/2010", 3)]
    pages = book(*({NUMBER: [one]} for one in numbers))
    now = passed(pages).weighed(pages[1])
    assert reading(now, NUMBER).text == "16/2010"
    assert is_waiting(now, NUMBER)


def is_waiting(page: PageResult, field: str) -> bool:
    """Whether the value waits for a person whatever its probability."""
    findings = page.entries[0].findings
    doubted_fields = {name for said in findings if said.severity is Severity.REVIEW for name in said.fields}
    return reading(page, field).evidence is None or field in doubted_fields


def test_where_ink_lies_stays_as_it_was() -> None:
    before, after = BOOK[2], passed(BOOK).weighed(BOOK[2])
    assert [(one.box, one.lines) for one in before.entries[0].readings] == [
        (one.box, one.lines) for one in after.entries[0].readings
    ]


def test_a_fingerprint_says_what_the_book_made_of_a_page_and_keeps_the_first() -> None:
    weigh = passed(BOOK)
    changed, same = weigh.weighed(BOOK[2]), weigh.weighed(BOOK[3])
    assert fingerprint_of("abc", BOOK[3], BOOK[3]) == "abc"
    fingerprint = fingerprint_of("abc", BOOK[2], changed)
    assert fingerprint != "abc"
    assert first_fingerprint(fingerprint) == first_fingerprint("abc") == "abc"
    assert fingerprint != fingerprint_of("abc", BOOK[3], same) or same is BOOK[3]
