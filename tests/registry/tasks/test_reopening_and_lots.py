"""Fields opened again of entries that a sample keeps from those who had seen its lot."""

from __future__ import annotations

import pytest

from pipeline.declarations.sampling import SamplingPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.lots.lots import Lots
from tests.registry.offices import SINGLE, Clock, hired
from tests.registry.pages import entry, page, read

pytestmark = [
    pytest.mark.usefixtures("cheap_hashes"),
    pytest.mark.parametrize("url", ["sqlite"], indirect=True),
]

PAGE_OF_TASK = "page-shown", "task:1"
"""Something of the book, and nothing of an entry that was settled by the machine."""


@pytest.fixture
def people(registry: Registry, clock: Clock) -> dict[str, Person]:
    return hired(registry, clock, chu=Role.SUPERVISOR, kim=Role.CHECKER, lan=Role.CHECKER, mai=Role.CHECKER)


@pytest.fixture
def desk(registry: Registry, book: int, clock: Clock) -> Desk:
    """A book of one settled entry and one that waits."""
    registry.save_page(book, page(entry(read("child_name", "Thử Hai", accepted=False)), page_no=2), "f1")
    registry.save_page(book, page(entry(read("child_name", "Thử Một"), read("notes", "x"))), "f1")
    return registry.desk(SINGLE, now=clock)


def settled_entry(registry: Registry, book: int) -> int:
    """The one that the machine settled."""
    return next(one for one in registry.entries(book) if len(registry.entry(one).readings) > 1)


def offered(desk: Desk, who: Person, entry_id: int) -> list[str]:
    """The fields of that entry that somebody is handed."""
    task = desk.next_task(who)
    if task is None or task.entry_id != entry_id:
        return []
    desk.hand_back(who, task.task_id)
    return [work.field for work in task.fields]


def lots_of(registry: Registry, clock: Clock) -> Lots:
    return registry.lots(SINGLE, SamplingPolicy("two-rounds"), now=clock)


def test_whom_a_sample_is_kept_from_is_no_other_who_could_say_a_field_that_is_opened(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    for login in ("kim", "lan"):
        registry.note_view(people[login], *PAGE_OF_TASK)
    lots_of(registry, clock).draw(people["chu"], [book], seed="1")
    entry_id = settled_entry(registry, book)
    assert "child_name" in offered(desk, people["mai"], entry_id)
    assert not desk.reopen(people["chu"], entry_id, ["notes"], "giấy ghi khác").by_others
    assert "notes" in offered(desk, people["mai"], entry_id)


def test_a_sample_that_comes_after_the_opening_leaves_somebody_for_the_field(
    registry: Registry,
    book: int,
    desk: Desk,
    clock: Clock,
    people: dict[str, Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for login in ("kim", "lan"):
        registry.note_view(people[login], *PAGE_OF_TASK)
    lots = lots_of(registry, clock)
    with monkeypatch.context() as halted:
        halted.setattr(Lots, "carry_on", Lots.lot)
        lot = lots.draw(people["chu"], [book], seed="1")
    entry_id = settled_entry(registry, book)
    registry.note_view(people["mai"], "entry-shown", f"entry:{entry_id}")
    assert desk.reopen(people["chu"], entry_id, ["notes"], "giấy ghi khác").by_others
    assert offered(desk, people["mai"], entry_id) == []
    lots.carry_on(people["chu"], lot.lot_id)
    assert "notes" in offered(desk, people["mai"], entry_id)
