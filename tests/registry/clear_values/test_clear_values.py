"""Values that are clear by decisions leave the queue, never under somebody's hands; they come back with a witness."""

from __future__ import annotations

import json

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.registry import NotThere, Registry, RegistryPart
from pipeline.registry.clear_values.model import REFUTED, NewClearValue
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import (
    AN,
    BINH,
    REVIEWER,
    SINGLE,
    SUPERVISOR,
    Clock,
    keyed,
    person,
    said,
    taken,
)
from tests.registry.outsider import Outsider
from tests.registry.pages import SCAN, entry, finding, page, read

FIELD, TEXT = "registrar_name", "Trần Văn Tuấn"
PAGES = 4


def waiting_page(number: int, text: str = TEXT) -> object:
    return page(
        entry(
            read(FIELD, text, accepted=False),
            read("child_name", "Thử Một"),
            findings=[finding("READ-HAND", FIELD)],
        ),
        page_no=number,
    )


BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
"""On both kinds of database; the other tests, which say the same of either, on one."""


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


@pytest.fixture
def desk(registry: Registry, book: int, clock: Clock) -> Desk:
    """Four entries wait; two of them are decided."""
    for number in range(1, PAGES + 1):
        registry.save_page(book, waiting_page(number), f"f{number}")  # type: ignore[arg-type]
    found = registry.desk(SINGLE)
    keyed(found, AN, said(FIELD, TEXT))
    keyed(found, BINH, said(FIELD, TEXT))
    return found


def decisions(registry: Registry, book: int) -> tuple[int, ...]:
    return tuple(
        one.decision_id
        for stored in registry.stored_entries(book)
        for one in stored.decisions.values()
        if one.field == FIELD
    )


def clear(registry: Registry, book: int, number: int, *, drawn: bool = False, text: str = TEXT) -> int | None:
    new = NewClearValue(0, FIELD, text, text, decisions(registry, book)[:2], drawn)
    return registry.save_clear_page(book, waiting_page(number, text), f"f{number}", [new])  # type: ignore[arg-type]


def effective(registry: Registry, book: int, number: int) -> str | None:
    return list(registry.stored_entries(book))[number - 1].values[FIELD]


def waiting(registry: Registry) -> int:
    return len(registry.queue())


def entry_id(registry: Registry, book: int, number: int) -> int:
    return list(registry.entries(book))[number - 1]


@BOTH
def test_a_clear_value_counts_and_waits_for_nobody(
    registry: Registry, book: int, desk: Desk, outsider: Outsider
) -> None:
    assert (clear(registry, book, 3), waiting(registry)) == (1, 1)
    assert effective(registry, book, 3) == TEXT
    stored = list(registry.stored_entries(book))[2]
    assert next(one for one in stored.readings if one.field == FIELD).accepted
    assert stored.findings == ()
    ((detail,),) = outsider.execute("SELECT detail FROM audit WHERE action = 'value-clear'")
    told = detail if isinstance(detail, dict) else json.loads(detail)
    assert told["reason"] == "đã rõ nhờ 2 sự kiện đã đối chiếu"
    assert told["rests_on"] == {FIELD: [entry_id(registry, book, 1), entry_id(registry, book, 2)]}


def test_it_is_accepted_once_however_often_it_is_found(registry: Registry, book: int, desk: Desk) -> None:
    assert [clear(registry, book, 3), clear(registry, book, 3)] == [1, 0]
    assert registry.clear_counts(book).clear == 1


@BOTH
def test_a_task_in_hand_is_not_pulled_away(registry: Registry, book: int, desk: Desk) -> None:
    task = taken(desk, AN)
    assert (task.ref.page_no, clear(registry, book, 3)) == (3, None)
    assert desk.key(AN, task.task_id, task.version, [said(FIELD, TEXT)], token="mine").settled == (FIELD,)


def test_what_people_decided_meanwhile_stays_theirs(registry: Registry, book: int, desk: Desk) -> None:
    keyed(desk, AN, said(FIELD, "Trần Văn Tuân"))
    assert clear(registry, book, 3) == 0
    assert effective(registry, book, 3) == "Trần Văn Tuân"


def test_what_rests_on_a_decision_that_is_taken_back_waits_again(
    registry: Registry, book: int, desk: Desk
) -> None:
    clear(registry, book, 3)
    desk.undo(BINH)
    assert registry.take_back_unfounded(book) == 1
    assert effective(registry, book, 3) is None
    assert registry.take_back_unfounded(book) == 0
    assert clear(registry, book, 3) == 0


def test_what_rests_on_an_entry_that_is_withdrawn_or_decided_otherwise_waits_again(
    registry: Registry, book: int, desk: Desk
) -> None:
    clear(registry, book, 3)
    clear(registry, book, 4)
    registry.decide(entry_id(registry, book, 1), [said(FIELD, "Trần Văn Tuân")], author="an")
    assert registry.take_back_unfounded(book) == 2
    assert waiting(registry) == 2
    part = RegistryPart(book, SCAN, 2)
    registry.withdraw(part, author="chi", reason="quét hai lần")
    assert registry.take_back_unfounded(book) == 0


def test_a_value_drawn_for_a_check_waits_and_nobody_is_shown_what_was_read(
    registry: Registry, book: int, desk: Desk
) -> None:
    assert clear(registry, book, 3, drawn=True) == 1
    assert effective(registry, book, 3) is None
    task = taken(desk, AN)
    (work,) = task.fields
    assert (work.field, work.reading.text if work.reading else "") == (FIELD, "")
    assert TEXT not in repr(task)
    keyed(desk, AN, said(FIELD, "Trần Văn Tuân"), task=task)
    told = registry.clear_counts(book)
    assert (told.checked, told.wrong, told.waiting) == (1, 1, 0)


def test_a_drawn_value_that_is_keyed_as_it_was_read_counts_as_right(
    registry: Registry, book: int, desk: Desk
) -> None:
    clear(registry, book, 3, drawn=True)
    keyed(desk, AN, said(FIELD, TEXT))
    assert (registry.clear_counts(book).checked, registry.clear_counts(book).wrong) == (1, 0)
    assert effective(registry, book, 3) == TEXT


@BOTH
def test_a_supervisor_calls_back_all_that_rests_on_an_entry_and_it_stays_with_people(
    registry: Registry, book: int, desk: Desk
) -> None:
    clear(registry, book, 3)
    clear(registry, book, 4)
    first = entry_id(registry, book, 1)
    assert len(desk.clear_book(SUPERVISOR, book).resting_on(first)) == 2
    assert desk.recall_clear(SUPERVISOR, first, "chữ ký của người khác", resting=True) == 2
    assert desk.recall_clear(SUPERVISOR, first, "lần nữa", resting=True) == 0
    assert waiting(registry) == 2
    assert clear(registry, book, 3) == 0
    assert desk.clear_book(SUPERVISOR, book).counts.taken_back == 2


def test_only_supervisors_of_the_place_look_and_call_back(registry: Registry, book: int, desk: Desk) -> None:
    clear(registry, book, 3)
    third = entry_id(registry, book, 3)
    elsewhere = person(20, places=frozenset({"11111"}))
    for who in (REVIEWER, AN, elsewhere):
        with pytest.raises(NotYours):
            desk.clear_book(who, book)
        with pytest.raises(NotYours):
            desk.recall_clear(who, third, "lý do", resting=False)
    with pytest.raises(NotThere):
        desk.recall_clear(SUPERVISOR, 10_000, "lý do", resting=False)
    with pytest.raises(RegistryError, match="lý do gọi lại"):
        desk.recall_clear(SUPERVISOR, third, "  ", resting=False)
    assert effective(registry, book, 3) == TEXT


def test_all_values_of_a_book_come_back_where_checks_refute_them(
    registry: Registry, book: int, desk: Desk
) -> None:
    clear(registry, book, 3)
    clear(registry, book, 4, drawn=True)
    assert registry.take_back_book(book, REFUTED) == 2
    assert waiting(registry) == 2
    assert registry.clear_counts(book).stopped
    actions = [one.action for one in registry.audit().recent(10)]
    assert "clear-values-stopped" in actions


def test_another_reading_of_the_page_takes_the_value_along(registry: Registry, book: int, desk: Desk) -> None:
    clear(registry, book, 3)
    registry.save_page(book, waiting_page(3, "Lê Thị Hạnh"), "f9")  # type: ignore[arg-type]
    assert effective(registry, book, 3) is None
    assert waiting(registry) == 2


def test_books_in_which_people_worked_are_told_from_the_last_look_on(
    registry: Registry, book: int, desk: Desk
) -> None:
    mark = registry.last_work()
    assert registry.books_worked_on(mark) == frozenset()
    desk.undo(BINH)
    assert registry.books_worked_on(mark) == {book}
    again = registry.last_work()
    keyed(desk, BINH, said(FIELD, status=FieldStatus.ILLEGIBLE, text=""))
    assert registry.books_worked_on(again) == {book}
