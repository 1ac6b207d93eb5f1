"""Suggestions: what may be registered twice, and what may be events of one life. Nothing is ever merged."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.books.book_rules.record_linkage import AGAIN, PERSON, LinkSuggestion, suggest_links
from tests.books.book_rules.crowd import couple, crowd

pytest.importorskip("splink")

CHILD = {
    "name": "Thử Văn An", "sex": "1", "born_on": "05.03.1990", "mother": "Thử Thị Bé", "father": "Thử Văn Cả",
    "registered_on": "10.03.1990", "home": "Xã Thử",
}  # fmt: skip
WED = {"name": "Thử Văn An", "born_on": "05.03.1990", "home": "Xã Thử"}
WIFE = {"name": "Mẫu Thị Dần", "born_on": "07.08.1992", "home": "Xã Mẫu"}
DEAD = CHILD | {"mother": None, "father": None, "event": "died", "record": "death", "role": "deceased"}
STRANGER = {"name": "Khác Thị Em", "sex": "2", "born_on": "01.01.1970", "mother": "Khác Thị Gấm"}


def found(*people: dict[str, Any]) -> list[LinkSuggestion]:
    return list(suggest_links(crowd(*people)))


def pairs(*people: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(one.kind, one.first[0], one.second[0]) for one in found(*people)]


def test_a_birth_that_was_registered_again_decades_later_is_suggested_with_its_evidence() -> None:
    again = CHILD | {"registered_on": "10.03.2012", "home": None}
    (one,) = found(CHILD, again, STRANGER)
    assert (one.kind, one.first, one.second) == (AGAIN, (1, "child"), (2, "child"))
    assert one.evidence == {
        "name": "same",
        "born": "same day",
        "sex": "same",
        "mother": "same",
        "father": "same",
    }
    assert one.probability > 0.99


def test_birth_marriage_and_death_of_one_person_are_linked() -> None:
    wedding = couple(2, WED, WIFE, registered_on="01.02.2015")
    death = DEAD | {"entry_id": 3, "died_on": "02.02.2020", "registered_on": "03.02.2020"}
    linked = pairs(CHILD | {"entry_id": 1}, *wedding, death, STRANGER | {"entry_id": 4})
    assert sorted(linked) == [(PERSON, 1, 2), (PERSON, 1, 3), (PERSON, 2, 3)]


def test_a_wedding_after_death_is_of_somebody_else() -> None:
    wedding = couple(1, WED, WIFE, registered_on="01.02.2015")
    death = DEAD | {"entry_id": 2, "died_on": "02.02.2010"}
    assert pairs(*wedding, death) == []


def test_the_same_couple_again_is_one_marriage_registered_again() -> None:
    both = [
        *couple(1, WED, WIFE, registered_on="01.02.2015"),
        *couple(2, WED, WIFE, registered_on="01.02.2018"),
    ]
    assert {kind for kind, _, _ in pairs(*both)} == {AGAIN}


def test_one_person_with_two_partners_is_linked_as_a_person() -> None:
    other = {"name": "Lạ Thị Én", "born_on": "07.08.1995", "home": "Xã Lạ"}
    both = [*couple(1, WED, WIFE), *couple(2, WED, other)]
    assert pairs(*both) == [(PERSON, 1, 2)]


def test_twins_are_two_children() -> None:
    twin = CHILD | {"name": "Thử Văn Ân"}
    assert pairs(CHILD, twin) == []


def test_a_name_misread_by_a_letter_is_still_found_by_the_same_parents() -> None:
    assert pairs(CHILD, CHILD | {"name": "Thử Văn Ân", "registered_on": "01.02.2012"}) == [(AGAIN, 1, 2)]


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Thử Văn Bình", "registered_on": "01.02.2012"},
        {"born_on": "05.03.1960", "mother": "Lạ Thị Én", "father": None},
        {"born_on": None, "mother": None, "father": None, "home": None},
    ],
    ids=["a brother born the same day", "a namesake of another age", "a name alone"],
)
def test_without_enough_evidence_nothing_is_suggested(other: dict[str, Any]) -> None:
    assert pairs(CHILD, CHILD | other) == []


def test_an_empty_registry_and_a_single_person_suggest_nothing() -> None:
    assert pairs() == pairs(CHILD) == []
