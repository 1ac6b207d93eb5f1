"""The entries of two copies of a ledger find each other, and what both say counts without bending any ink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import COPY_AGREES, COPY_DIFFERS, FieldReading, FieldStatus, PageResult, Severity
from pipeline.books.book_context.double_ledger import Readings, SecondCopy, pair_entries, readings_of
from pipeline.books.book_context.second_pass import Settled, second_pass
from pipeline.digitize import DigitizeOptions
from tests.books.book_context.written_books import (
    FORM,
    LEDGER,
    NUMBER,
    RECORD,
    REGISTRAR,
    SCHEMAS,
    Ink,
    book,
    doubted,
    ink,
    reading,
)

NAMES = ("Nguyễn Thị Lan", "Trần Văn Tuấn", "Lê Thị Hạnh", "Phạm Văn Bình", "Võ Thị Mai", "Đặng Văn Sơn")


def entry(number: str, child: str = "", mother: str = "", *, sure: bool = False) -> Readings:
    """What was read in an entry."""
    said = {
        "entry_number": number,
        "child_name": child,
        "mother_name": mother,
        "registrar_name": "Ngô Văn Ký",
    }
    return {
        name: FieldReading(name, FieldStatus.READ, text, text, 0.9, accepted=sure)
        for name, text in said.items()
        if text
    }


def entries(count: int) -> dict[str, Readings]:
    """Entries of one registrar, each with a number and two names of its own."""
    return {
        str(place): entry(f"{place + 1}/2010", f"{NAMES[place % 6]} {place // 6}", f"Mẹ {place}")
        for place in range(count)
    }


@given(st.data())
def test_pairs_do_not_depend_on_the_order_of_entries_nor_on_one_field_misread(data: st.DataObject) -> None:
    ours = entries(data.draw(st.integers(2, 14)))
    theirs = {}
    for key, readings in ours.items():
        lost = data.draw(st.sampled_from(["", "entry_number", "child_name", "mother_name"]))
        misread = {name: replace(one, canonical="?" + key) for name, one in readings.items() if name == lost}
        theirs["copy-" + key] = {**readings, **misread}
    shuffled = dict(data.draw(st.permutations(list(theirs.items()))))
    turned = dict(data.draw(st.permutations(list(ours.items()))))
    pairs = pair_entries(ours, theirs, RECORD)
    assert pairs == pair_entries(turned, shuffled, RECORD) == {key: "copy-" + key for key in ours}


def test_an_equal_number_alone_makes_no_pair() -> None:
    ours = {key: entry(f"{key}/2010", NAMES[key], f"Mẹ {key}") for key in range(5)}
    theirs = {key: entry(f"{key}/2010", NAMES[key] + " Khác", f"Mẹ khác {key}") for key in range(5)}
    assert pair_entries(ours, theirs, RECORD) == {}


def test_two_entries_that_only_a_misread_number_tells_apart_are_left_alone() -> None:
    twins = {
        1: entry("", NAMES[0], "Mẹ"),
        2: entry("", NAMES[0], "Mẹ"),
        3: entry("9/2010", NAMES[1], "Mẹ ba"),
    }
    assert pair_entries(twins, twins, RECORD) == {3: 3}


def test_sure_numbers_that_differ_are_of_two_entries() -> None:
    ours, theirs = entry("4/2010", NAMES[0], "Mẹ", sure=True), entry("5/2010", NAMES[0], "Mẹ", sure=True)
    assert pair_entries({0: ours}, {0: theirs}, RECORD) == {}
    assert pair_entries({0: ours}, {0: entry("5/2010", NAMES[0], "Mẹ")}, RECORD) == {0: 0}


def weighed(
    ours: Mapping[str, Sequence[Ink]],
    theirs: Mapping[str, Sequence[Ink]],
    *,
    sure: bool = False,
    confidence: float = 0.99,
    settled: str | None = None,
) -> PageResult:
    """A page after its book was weighed with a second copy, whose values may be accepted."""
    pages, copied = book(ours), book(theirs)
    key = next(iter(readings_of(pages)))
    other = {
        name: replace(one, accepted=sure and bool(one.canonical), confidence=confidence)
        for name, one in next(iter(readings_of(copied).values())).items()
    }
    known = {}
    if settled is not None:
        known = {(*key, "registrar_name"): Settled(settled, reading(pages[0], "registrar_name"))}
    copy = SecondCopy({key: other}, {key: key})
    passed = second_pass(pages, known, FORM, LEDGER, SCHEMAS, DigitizeOptions(), copy=copy)
    return passed.weighed(pages[0])


def severities(page: PageResult, code: str, field: str = "registrar_name") -> list[Severity]:
    findings = page.entries[0].findings
    return [one.severity for one in findings if one.code == code and field in one.fields]


def test_ink_that_the_copy_repeats_is_surer_and_the_entry_says_so() -> None:
    ours = {REGISTRAR: [doubted("Trần Văn Tuân", "â", "ấ", 0.3)], NUMBER: [ink("12")]}
    alone = reading(book(ours)[0], "registrar_name")
    theirs = {REGISTRAR: [ink("Trần Văn Tuân", seed=3)], NUMBER: [ink("12")]}
    page = weighed(ours, theirs)
    assert reading(page, "registrar_name").confidence > alone.confidence
    assert severities(page, COPY_AGREES) == [Severity.INFO]
    assert severities(page, COPY_DIFFERS) == []
    doubtful = weighed(ours, theirs, confidence=0.9)
    assert reading(doubtful, "registrar_name").confidence == alone.confidence
    assert severities(doubtful, COPY_AGREES) == []


def test_no_ink_is_bent_by_the_copy_and_only_what_it_clearly_says_asks_a_person() -> None:
    ours = {REGISTRAR: [doubted("Trần Văn Tuân", "â", "ấ", 0.3)], NUMBER: [ink("12")]}
    theirs = {REGISTRAR: [ink("Trần Văn Tuấn")], NUMBER: [ink("12")]}
    for sure, asked in ((True, [Severity.REVIEW]), (False, [])):
        page = weighed(ours, theirs, sure=sure)
        assert reading(page, "registrar_name").text == "Trần Văn Tuân"
        assert severities(page, COPY_DIFFERS) == asked
        assert severities(page, COPY_AGREES) == []


def test_a_difference_that_a_person_decided_stays_as_information() -> None:
    ours = {REGISTRAR: [ink("Trần Văn Tuân")], NUMBER: [ink("12")]}
    theirs = {REGISTRAR: [ink("Trần Văn Tuấn")], NUMBER: [ink("12")]}
    page = weighed(ours, theirs, sure=True, settled="Trần Văn Tuân")
    assert severities(page, COPY_DIFFERS) == [Severity.INFO]
