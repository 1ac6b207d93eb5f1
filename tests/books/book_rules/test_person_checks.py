"""I07: one number, one person; M06: two live marriages; B06: a child's birth that is not registered."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.books.book_rules.person_checks import identity_findings, infant_findings, marriage_findings
from pipeline.books.book_rules.person_matching import ComparedPerson, may_be_same_person, same_day, same_name
from tests.books.book_rules.crowd import couple, crowd

NUMBER = "092290000001"
AN = {"name": "Thử Văn An", "sex": "1", "born_on": "05.03.1990", "id_number": NUMBER}


def shared(*people: dict[str, Any]) -> list[tuple[int | None, str]]:
    return [(one.entry_id, one.details["others"]) for one in identity_findings(crowd(*people))]


@pytest.mark.parametrize(
    "other", [{"name": "Thử Văn Bình"}, {"sex": "2"}, {"born_on": "05.03.1991"}, {"born_on": "1991"}]
)
def test_a_number_of_two_people_is_reported_on_both_entries(other: dict[str, str]) -> None:
    assert shared(AN, AN | other) == [(1, "2"), (2, "1")]


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"name": "THỬ VĂN AN"},
        {"name": "Thử V. An"},
        {"name": None, "sex": None},
        {"born_on": "1990"},
        {"born_on": "30 tuổi"},
    ],
)
def test_the_same_person_in_another_entry_is_no_conflict(other: dict[str, str | None]) -> None:
    assert shared(AN, AN | other) == []


@pytest.mark.parametrize("number", ["", None, "361234567"])
def test_without_a_personal_number_there_is_no_finding(number: str | None) -> None:
    assert shared(AN | {"id_number": number}, AN | {"id_number": number, "name": "Thử Văn Bình"}) == []


BORN = {"born_on": "05.03.1990", "home": "Xã Thử"}
HUSBAND = {"name": "Thử Văn An", **BORN}


def twice(*people: dict[str, Any]) -> list[tuple[int | None, str]]:
    return [(one.entry_id, one.details["others"]) for one in marriage_findings(crowd(*people))]


def weddings(first: dict[str, Any], second: dict[str, Any], **later: Any) -> list[dict[str, Any]]:
    """The same husband with two wives, five years apart."""
    return [
        *couple(1, HUSBAND, first, registered_on="01.02.2010"),
        *couple(2, HUSBAND, second, **({"registered_on": "01.02.2015"} | later)),
    ]


WIFE, OTHER = {"name": "Thử Thị Bé", "born_on": "1992"}, {"name": "Thử Thị Cúc", "born_on": "1993"}


def test_a_person_in_two_live_marriages_is_reported_on_both() -> None:
    assert twice(*weddings(WIFE, OTHER)) == [(1, "2"), (2, "1")]


def test_a_number_identifies_a_person_whose_residence_changed() -> None:
    first = couple(1, HUSBAND | {"id_number": "361234567"}, WIFE)
    second = couple(2, HUSBAND | {"id_number": "361234567", "home": "Xã Khác"}, OTHER)
    assert len(twice(*first, *second)) == 2


def test_the_same_couple_registered_again_is_no_second_marriage() -> None:
    assert twice(*weddings(WIFE, WIFE)) == []


@pytest.mark.parametrize("notes", ["Đã ly hôn theo bản án", None])
def test_a_margin_note_that_is_there_or_not_known_may_tell_of_a_divorce(notes: str | None) -> None:
    assert twice(*weddings(WIFE, OTHER, notes=notes)) == []


def test_after_the_death_of_the_first_partner_one_may_marry_again() -> None:
    death = {"entry_id": 3, "record": "death", "role": "deceased", "event": "died", "sex": "2"}
    assert twice(*weddings(WIFE, OTHER), death | WIFE | {"died_on": "03.04.2012"}) == []
    assert len(twice(*weddings(WIFE, OTHER), death | WIFE | {"died_on": "03.04.2020"})) == 2


def test_a_name_alone_is_not_evidence_enough() -> None:
    namesake = HUSBAND | {"home": "Xã Khác"}
    assert twice(*couple(1, HUSBAND, WIFE), *couple(2, namesake, OTHER)) == []
    unsure = HUSBAND | {"born_on": "1990"}
    assert twice(*couple(1, unsure, WIFE), *couple(2, unsure, OTHER)) == []


BIRTH = {"name": "Thử Văn Út", "born_on": "01.02.2010"}
DEATH = BIRTH | {"record": "death", "role": "deceased", "event": "died", "died_on": "05.02.2010"}
ELSE = {"name": "Thử Văn Tư", "born_on": "03.02.2010"}


def unregistered(*people: dict[str, Any]) -> list[tuple[int | None, dict[str, str]]]:
    places = pd.Series({1: "00001", 2: "00002"})
    return [(one.entry_id, dict(one.details)) for one in infant_findings(crowd(*people), places)]


def test_a_small_child_that_died_without_a_birth_entry_is_reported() -> None:
    assert unregistered(ELSE, DEATH) == [(2, {"days": "4"})]


def test_a_birth_entry_of_that_name_and_day_is_enough() -> None:
    assert unregistered(ELSE, BIRTH, DEATH) == []


@pytest.mark.parametrize(
    "death",
    [
        {"died_on": "01.02.2010"},
        {"born_on": "02.2010"},
        {"died_on": None},
        {"born_on": "01.02.1980"},
        {"name": None, "id_number": NUMBER},
        {"book_id": 2},
    ],
    ids=["within a day", "partial", "death not known", "grown up", "no name", "no births of that place"],
)
def test_what_is_not_known_or_not_covered_is_not_reported(death: dict[str, Any]) -> None:
    assert unregistered(ELSE, DEATH | death) == []


def test_a_registry_without_births_has_no_finding() -> None:
    assert unregistered(DEATH) == []


days = st.builds(
    lambda y, m, d: y * 10_000 + m * 100 + (d if m else 0),
    st.integers(1990, 1992),
    st.integers(0, 2),
    st.integers(0, 2),
)
people = st.builds(
    ComparedPerson, st.sampled_from(["", "an", "a.", "binh"]), st.sampled_from([-1, 1, 2]), days
)


@given(people, people)
def test_sameness_has_no_direction_and_holds_of_oneself(one: ComparedPerson, other: ComparedPerson) -> None:
    assert may_be_same_person(one, one)
    assert may_be_same_person(one, other) == may_be_same_person(other, one)


def test_days_are_compared_as_far_as_both_are_known() -> None:
    assert same_day(19900305, 19900000)
    assert same_day(19900305, 19900300)
    assert same_day(19900305, -1)
    assert not same_day(19900305, 19900400)
    assert not same_day(19900305, 19900306)


def test_an_abbreviation_matches_every_word_that_begins_with_it() -> None:
    assert same_name("ng. t. mai", "nguyen thi mai")
    assert not same_name("tr. mai", "nguyen mai")
    assert not same_name("nguyen mai", "nguyen thi mai")
