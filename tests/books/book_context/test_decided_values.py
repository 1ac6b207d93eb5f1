"""What people decided on other entries makes values clear where the ink bears it, and nothing where it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.model import (
    Box,
    FieldReading,
    FieldStatus,
    KeptLine,
    KeptRegion,
    LineReading,
    PageResult,
    Writing,
)
from pipeline.books.book_context.decided_values import ClearValue, bears, decided_values
from pipeline.books.book_context.second_pass import SecondPass, Settled
from pipeline.digitize.parse import put_text
from tests.books.book_context.written_books import (
    FORM,
    LEDGER,
    RECORD,
    REGISTRAR,
    SCHEMAS,
    SIGNER,
    Ink,
    book,
    doubted,
    ink,
    passed,
    reading,
)

FIELD = "registrar_name"
TUAN = "Trần Văn Tuấn"


def registrar(*some: Ink) -> list[PageResult]:
    return book(*({REGISTRAR: [one], SIGNER: []} for one in some))


def decided(pages: list[PageResult], texts: dict[int, str]) -> SecondPass:
    """The book after people decided the registrars of these pages."""
    settled = {
        (pages[at].ref, 0, FIELD): Settled(text, reading(pages[at], FIELD), 100 + at)
        for at, text in texts.items()
    }
    return passed(pages, settled)


def clear(pages: list[PageResult], texts: dict[int, str], at: int) -> list[ClearValue]:
    """The clear values of a page, whatever the office tolerates."""
    passed_over = decided(pages, texts)
    known = decided_values(
        pages, {(pages[one].ref, 0, FIELD): text for one, text in texts.items()}, FORM, LEDGER, SCHEMAS
    )
    before, weighed = pages[at].entries[0], passed_over.weighed(pages[at]).entries[0]
    return list(known.clear_values(pages[at].ref, before, weighed, frozenset()))


UNSURE = doubted(TUAN, "ấ", "â", 0.3)
PAGES = registrar(ink(TUAN), ink(TUAN, 3), UNSURE, ink("Lê Thị Hạnh"))


def test_two_decided_entries_make_a_third_clear_and_are_named() -> None:
    (found,) = clear(PAGES, {0: TUAN, 1: TUAN}, 2)
    assert (found.reading.field, found.reading.text) == (FIELD, TUAN)
    assert found.witnesses == ((PAGES[0].ref, 0, FIELD), (PAGES[1].ref, 0, FIELD))
    assert found.lead >= 0


def test_one_decision_is_not_enough_nor_is_that_on_the_entry_itself() -> None:
    assert clear(PAGES, {0: TUAN}, 2) == []
    assert clear(PAGES, {0: TUAN, 2: TUAN}, 2) == []


def test_another_value_is_not_clear_by_these() -> None:
    assert clear(PAGES, {0: TUAN, 1: TUAN}, 3) == []


def test_a_decision_that_its_own_ink_contradicts_is_no_witness_and_changes_nothing_else() -> None:
    planted = {3: TUAN}
    with_it, without = decided(PAGES, planted), passed(PAGES)
    for page in PAGES[:3]:
        assert with_it.weighed(page).entries == without.weighed(page).entries
        assert with_it.clear_values(page, with_it.weighed(page)) == {}
    assert clear(PAGES, {0: TUAN, 3: TUAN}, 2) == []


@pytest.mark.parametrize("wrong", ["Trần Văn Tuân", "Trần Văn Tiến", "Lê Thị Hạnh"])
def test_a_name_planted_twice_on_ink_that_says_another_teaches_nothing(wrong: str) -> None:
    pages = registrar(ink(TUAN), ink(TUAN, 5), doubted(TUAN, "ấ", "â", 0.45), ink(TUAN, 7))
    assert clear(pages, {0: wrong, 1: wrong}, 2) == []
    assert reading(decided(pages, {0: wrong, 1: wrong}).weighed(pages[2]), FIELD).text != wrong


def test_ink_that_bears_two_values_of_the_book_stays_with_people() -> None:
    an, other = "Nguyễn Văn An", "Nguyễn Văn Ân"
    pages = registrar(ink(an), ink(an, 3), ink(other, 5), ink(other, 7), doubted(an, "A", "Â", 0.3))
    assert clear(pages, {0: an, 1: an}, 4) != []
    assert clear(pages, {0: an, 1: an, 2: other, 3: other}, 4) == []


def test_names_of_the_people_of_an_entry_are_never_witnesses() -> None:
    pages = registrar(ink(TUAN), ink(TUAN, 3))
    known = decided_values(
        pages, {(page.ref, 0, "mother_name"): TUAN for page in pages}, FORM, LEDGER, SCHEMAS
    )
    assert not known.witnesses


def test_whether_ink_bears_a_text() -> None:
    region = next(one for one in PAGES[0].entries[0].regions if one.slot == REGISTRAR)
    read = reading(PAGES[0], FIELD)
    assert bears(region, read, TUAN) is True
    assert bears(region, read, "Trần Văn Tuân") is False
    assert bears(region, replace(read, text=""), TUAN) is None


def test_what_no_office_has_proven_of_its_reader_never_leaves_the_queue() -> None:
    weigh = decided(PAGES, {0: TUAN, 1: TUAN})
    assert weigh.clear_values(PAGES[2], weigh.weighed(PAGES[2])) == {}


def stamped(text: str, read: str, confidence: float = 0.9) -> tuple[FieldReading, KeptRegion]:
    """What was read of a stamp: print, of which there is no ink to be asked."""
    reading = FieldReading(FIELD, FieldStatus.READ, read, read, confidence, Writing.PRINT, "print")
    line = KeptLine(0, Box(0, 0, 10, 10), LineReading(read, confidence, "print"), False, False)
    return reading, KeptRegion(
        REGISTRAR, Writing.PRINT, Box(0, 0, 10, 10), (line,), False, False, False, True
    )


@pytest.mark.parametrize(
    ("read", "decided_as", "borne"),
    [
        ("Lý Khang", "LÝ KHANG", True),
        ("Lỳ Khanq", "Lý Khang", True),
        ("Lx .hìng", "Lý Khang", None),
        ("Lê Thị Hạnh", "Trần Văn Tuấn", False),
    ],
)
def test_a_stamp_bears_a_name_by_its_letters(read: str, decided_as: str, borne: bool | None) -> None:
    reading, region = stamped(decided_as, read)
    assert bears(region, reading, decided_as) is borne


def test_a_name_in_capitals_is_the_name_where_somebody_decided_it_so() -> None:
    pages = registrar(ink(TUAN), ink(TUAN.upper(), 3), ink(TUAN.upper(), 5))
    (found,) = clear(pages, {0: TUAN, 1: TUAN.upper()}, 2)
    assert found.reading.text == TUAN.upper()
    pages = registrar(ink(TUAN), ink(TUAN, 3), ink(TUAN.upper(), 5))
    assert clear(pages, {0: TUAN, 1: TUAN}, 2) == []


def test_a_misread_stamp_is_named_by_its_letters_and_stays_with_people_beside_a_like_name() -> None:
    pages = registrar(ink("Lý Khang"), ink("Lý Khang", 3), ink("Lý Khanh", 5), ink("LÝ KHANG", 7))
    texts = {(pages[at].ref, 0, FIELD): "Lý Khang" for at in (0, 1)}
    misread, region = stamped("Lý Khang", "Ly Khanq", 0.4)
    entry = replace(pages[2].entries[0], readings=(misread,), regions=(region,))
    known = decided_values(pages, texts, FORM, LEDGER, SCHEMAS)
    assert known.stamped((pages[2].ref, 0), misread) == "Lý Khang"
    assert known.stamped((pages[0].ref, 0), misread) == "", "its own page is no witness"
    assert known.stamped((pages[2].ref, 0), replace(misread, text="LY KHANQ")) == "", "nobody wrote it so"
    assert known.stamped((pages[2].ref, 0), replace(misread, text="Lê Thị Hạnh")) == ""
    put = put_text(misread, "Lý Khang", RECORD, SCHEMAS, LEDGER)
    assert (put.text, put.confidence, put.accepted) == ("Lý Khang", 0.4, False)
    weighed = replace(entry, readings=(put,), findings=())
    assert [one.reading.text for one in known.clear_values(pages[2].ref, entry, weighed, frozenset())] == [
        "Lý Khang"
    ]
    like = decided_values(pages, {**texts, (pages[2].ref, 0, FIELD): "Lý Khanh"}, FORM, LEDGER, SCHEMAS)
    assert list(like.clear_values(pages[3].ref, entry, weighed, frozenset())) == []
