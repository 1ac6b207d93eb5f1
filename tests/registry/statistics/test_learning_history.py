"""What checking cost over time, and what was learnt when: counted from decisions, of the own places alone."""

from __future__ import annotations

import pytest

from pipeline.base.model.adapted_reader import ADAPTER_MARK
from pipeline.registry import Registry, RegistryPart, Verdict
from pipeline.registry.clear_values.model import NewClearValue
from pipeline.registry.statistics.model import LearningKind
from tests.registry.offices import PLACE, doubtful, said
from tests.registry.pages import page

FIELDS = ("child_name", "registrar_name", "child_sex")
PAGES = 4


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def worked(registry: Registry, book: int) -> int:
    """Of four entries with three waiting fields each two are decided, and a third is begun."""
    for number in range(1, PAGES + 1):
        registry.save_page(book, page(doubtful(*FIELDS), page_no=number), f"f{number}")
    ids = list(registry.entries(book))
    for entry_id, fields in (
        (ids[0], FIELDS),
        (ids[1], FIELDS[:2]),
        (ids[1], FIELDS[2:]),
        (ids[2], FIELDS[:1]),
    ):
        registry.decide(entry_id, [said(name) for name in fields], author="nguoi-1")
    return book


def test_each_finished_entry_counts_what_people_decided_of_it(registry: Registry, worked: int) -> None:
    told = registry.statistics(frozenset({PLACE})).learning(worked)
    assert [one.fields for one in told.entries] == [3, 3]
    assert (told.waiting, told.unchecked) == (3, 1)
    assert registry.statistics(None).learning().entries == told.entries
    nothing = registry.statistics(frozenset({"99999"})).learning()
    assert (nothing.entries, nothing.marks, nothing.waiting) == ((), (), 0)
    registry.withdraw(RegistryPart(worked), author="x", reason="nhầm sổ")
    assert registry.statistics(None).learning().entries == ()


def test_a_field_that_is_decided_again_is_one_field(registry: Registry, worked: int) -> None:
    first = next(iter(registry.entries(worked)))
    registry.decide(first, [Verdict("child_name", said("x").status, "Thử Hai")], author="nguoi-2")
    assert [one.fields for one in registry.statistics(None).learning(worked).entries] == [3, 3]


def test_what_was_learnt_is_marked(registry: Registry, worked: int) -> None:
    decided = [one.decision_id for one in stored_decisions(registry, worked) if one.field == "registrar_name"]
    new = NewClearValue(0, "registrar_name", "Thu Mot", "Thu Mot", tuple(decided[:2]))
    registry.save_clear_page(worked, page(doubtful(*FIELDS), page_no=4), "f4", [new])
    adapted = page(doubtful(*FIELDS), page_no=3, hand_reader=f"reader{ADAPTER_MARK}ordinary.1.2.abc")
    registry.save_page(worked, adapted, "f3-adapted")
    registry.note_learning("an", "reader-promoted", "reader:3")
    marks = registry.statistics(None).learning(worked).marks
    assert {mark.kind: mark.values for mark in marks} == {
        LearningKind.CLEAR: 1,
        LearningKind.ADAPTER: 0,
        LearningKind.READER: 0,
    }


def stored_decisions(registry: Registry, book: int) -> list:  # type: ignore[type-arg]
    return [one for entry in registry.stored_entries(book) for one in entry.decisions.values()]
