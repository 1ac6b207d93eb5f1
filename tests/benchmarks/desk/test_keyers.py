"""The drawn people of the benchmark of the desk: what they type, and that the desk under them is the real one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.desk.bench_keyers import WAYS, work_at_desk, work_by_rules
from benchmarks.desk.simulated_keyers import FieldInk, Keyers, SimulatedKeyer, misread
from pipeline.base.model import FieldReading, FieldStatus
from pipeline.declarations.review_policy import Way
from pipeline.registry import Verdict
from pipeline.registry.tasks.model import FieldWork
from tests.registry.pages import SCHEMAS

SEED, MANY = 7, 4000
UNSEEN = FieldWork("notes", Way.BLIND, blind=True)


def inks() -> Iterator[FieldInk]:
    for number in range(MANY):
        truth = f"{number:07d}"
        yield FieldInk(number, truth, misread(truth))


def shown(text: str) -> FieldWork:
    return FieldWork("notes", Way.CHECKED, blind=False, first=Verdict("notes", FieldStatus.READ, text))


def wrong(person: SimulatedKeyer, work: FieldWork | None = None) -> set[int]:
    """The numbers of the fields that a person types wrong, who is shown ``work``, by default the wrong reading."""
    found = set()
    for ink in inks():
        said = person.word(ink, work or shown(ink.reading))
        if said.text != ink.truth:
            found.add(ink.number)
    return found


def test_people_err_as_often_as_they_are_drawn_to_and_each_elsewhere() -> None:
    an, binh = (wrong(SimulatedKeyer(Keyers(0.02), number, SEED), UNSEEN) for number in (1, 2))
    assert 50 < len(an) < 110
    assert len(an & binh) < 10


def test_deceiving_ink_deceives_everybody_alike() -> None:
    an, binh = (SimulatedKeyer(Keyers(0.02, by_ink=1.0), number, SEED) for number in (1, 2))
    assert wrong(an, UNSEEN) == wrong(binh, UNSEEN) != set()
    assert [an.word(ink, UNSEEN) for ink in inks()] == [binh.word(ink, UNSEEN) for ink in inks()]


def test_a_person_who_only_confirms_lets_a_share_of_errors_through() -> None:
    assert wrong(SimulatedKeyer(Keyers(0.0), 1, SEED)) == set()
    assert 0.25 < len(wrong(SimulatedKeyer(Keyers(0.0, waved=0.3), 1, SEED))) / MANY < 0.35


def test_a_right_reading_is_hardly_ever_spoilt() -> None:
    person = SimulatedKeyer(Keyers(0.02, waved=0.3), 1, SEED)
    assert sum(person.word(ink, shown(ink.truth)).text != ink.truth for ink in inks()) < 10


def test_a_reading_is_shown_like_a_value() -> None:
    ink = FieldInk(1, "0000001", "0000002")
    reading = FieldReading("notes", FieldStatus.READ, ink.reading)
    work = FieldWork("notes", Way.SINGLE, blind=False, reading=reading)
    assert SimulatedKeyer(Keyers(0.0, waved=1.0), 1, SEED).word(ink, work).text == ink.reading


@pytest.mark.parametrize("way", WAYS)
def test_the_real_desk_works_a_book_off_in_every_way(way: str) -> None:
    keyers = Keyers(0.05, by_ink=0.2, waved=0.2)
    for work in (work_at_desk, work_by_rules):
        tally = work(SCHEMAS, keyers, WAYS[way], 70, SEED)
        assert tally.fields >= 70
        assert tally.words == tally.fields * (1 if way == "một người" else 2) + tally.thirds
