"""What other entries say, or the order alone leaves, is surer, and ink may touch it; a page against the order waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.base.model import (
    Confirmed,
    EntryResult,
    FieldReading,
    FieldStatus,
    PageKind,
    PageResult,
    Quality,
    Writing,
)
from pipeline.books.book_context.confirmed_values import ConfirmedValues, confirmed_values
from tests.books.book_context.written_books import RECORD, SIGNER, book, ink, page_ref, passed

NUMBER, PAGE, DAY = "entry_number", "page_number", "registered_on"
Values = Mapping[str, FieldReading]


def said(field: str, text: str, *, accepted: bool = True, confidence: float = 0.5) -> FieldReading:
    return FieldReading(
        field,
        FieldStatus.READ,
        text=text,
        canonical=text,
        confidence=confidence,
        writing=Writing.HAND,
        accepted=accepted,
    )


def page_of_entries(number: int, readings: Sequence[FieldReading]) -> PageResult:
    return PageResult(
        page_ref(number), PageKind.ENTRIES, "birth-2006", (400, 400), np.eye(3), 0, 0.0, Quality(1.0, 1.0, 0.0, 300.0),
        None, (), (EntryResult(0, tuple(readings), ()),), (), {},
    )  # fmt: skip


def known_of(*pages: Sequence[FieldReading]) -> ConfirmedValues:
    return confirmed_values([page_of_entries(*each) for each in enumerate(pages)], {}, RECORD)


def confirmed(pages: Sequence[Sequence[FieldReading]], number: int) -> Confirmed:
    return known_of(*pages).of((page_ref(number), 0), pages[number])


def test_two_other_entries_confirm_a_text_and_one_does_not() -> None:
    unsure = said("declarant_relation", "Cha", accepted=False)
    two = [[said("declarant_relation", "Cha")], [unsure], [said("declarant_relation", "Cha")]]
    assert confirmed(two, 1) == Confirmed(
        frozenset({"declarant_relation"}), frozenset(), frozenset({"declarant_relation"})
    )
    assert confirmed(two[:2], 1) == Confirmed()
    assert confirmed([[unsure]] * 5, 1) == Confirmed()


def test_an_entry_is_no_witness_of_its_own_fields() -> None:
    own = [
        said("father_ethnicity", "01"),
        said("mother_ethnicity", "01"),
        said("child_ethnicity", "01", accepted=False),
    ]
    assert confirmed([own], 0) == Confirmed()
    assert "child_ethnicity" in confirmed([own, own[:1], own[1:2]], 0).inks


def test_terms_of_lists_are_no_surer_and_names_of_people_are_not_confirmed() -> None:
    page = [said("child_sex", "Nam"), said("child_name", "Lê Thị Bưởi")]
    found = confirmed([page] * 4, 0)
    assert found == Confirmed(frozenset(), frozenset(), frozenset({"child_sex"}))


def test_a_number_alone_between_its_neighbours_is_confirmed() -> None:
    pages = [[said(NUMBER, "14/2010")], [said(NUMBER, "15/2010", accepted=False)], [said(NUMBER, "16/2010")]]
    assert confirmed(pages, 1).order == {NUMBER}
    for wrong in ("5/2010", "16/2010"):
        assert not confirmed([pages[0], [said(NUMBER, wrong, accepted=False)], pages[2]], 1).order
    assert not confirmed(
        [pages[0], pages[1], [said(NUMBER, "17/2010")]], 1
    ).order  # a number was left out somewhere


def test_a_page_that_its_neighbours_contradict_breaks_the_order() -> None:
    pages = [[said(PAGE, "14")], [said(PAGE, "5", accepted=False)], [said(PAGE, "16")]]
    known = known_of(*pages)
    assert known.breaks_order((page_ref(1), 0), pages[1][0])
    assert not known.breaks_order((page_ref(1), 0), said(PAGE, "15"))
    assert not known_of(*pages[:2]).breaks_order((page_ref(1), 0), pages[1][0])


def test_a_day_within_a_month_of_surely_read_days_may_be_touched() -> None:
    pages = [
        [said(DAY, "02.03.2010", accepted=False, confidence=0.995)],
        [said(DAY, "12.03.2010", accepted=False)],
        [said(DAY, "20.03.2010", accepted=False, confidence=0.995)],
    ]
    assert confirmed(pages, 1).inks == {DAY}
    assert not confirmed(pages, 1).values
    assert not confirmed([pages[0], [said(DAY, "12.08.2010", accepted=False)], pages[2]], 1).inks
    late = [*pages[:2], [said(DAY, "20.05.2010", accepted=False, confidence=0.995)]]
    assert not confirmed(late, 1).inks


def test_what_people_decided_is_a_witness_whatever_the_machine_read() -> None:
    pages = [[said("declarant_relation", "Cha", accepted=False)] for _ in range(3)]
    results = [page_of_entries(*each) for each in enumerate(pages)]
    decided = {(page_ref(number), 0, "declarant_relation"): "Cha" for number in (0, 2)}
    known = confirmed_values(results, decided, RECORD)
    assert known.of((page_ref(1), 0), pages[1]).values == {"declarant_relation"}
    changed = confirmed_values(results, {**decided, (page_ref(0), 0, "declarant_relation"): "Bà"}, RECORD)
    assert not changed.of((page_ref(1), 0), pages[1]).values


def test_ink_that_touches_a_confirmed_value_is_told_and_no_doubt() -> None:
    pages = book(*[{SIGNER: [ink("CT Nguyễn Văn Phước", seed)]} for seed in range(3)])
    pages = [accepted(page, "signer_title") for page in pages]
    entry = pages[2].entries[0]
    touched = replace(entry, regions=tuple(replace(region, is_touched=True) for region in entry.regions))
    waiting = replace(touched, readings=tuple(replace(one, accepted=False) for one in touched.readings))
    after = passed(pages).weighed(replace(pages[2], entries=(waiting,))).entries[0]
    told = {
        name: str(one.severity) for one in after.findings if one.code == "INK-TOUCHES" for name in one.fields
    }
    assert told == {"signer_name": "REVIEW", "signer_title": "INFO"}


def accepted(page: PageResult, name: str) -> PageResult:
    """A page on which one field was accepted."""
    (entry,) = page.entries
    readings = tuple(replace(one, accepted=one.field == name) for one in entry.readings)
    return replace(page, entries=(replace(entry, readings=readings),))
