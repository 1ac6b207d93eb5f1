"""At the desk: who may withdraw, and what becomes of the tasks that somebody has in hand."""

from __future__ import annotations

import pytest

from pipeline.base.stages import Stage
from pipeline.registry import Registry, RegistryPart, Withdrawn
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.tasks.model import CannotUndo, NotYours
from tests.registry.offices import (
    ADMINISTRATOR,
    AN,
    BINH,
    CHECKED,
    CHECKER,
    OPERATOR,
    REVIEWER,
    SINGLE,
    SUPERVISOR,
    Clock,
    doubtful,
    in_force,
    keyed,
    person,
    said,
    taken,
)
from tests.registry.pages import SCAN, page

NAME, PLACE = "child_name", "child_native_place"
ENTRY = RegistryPart(1, SCAN, 1, 0)


@pytest.fixture
def waiting(registry: Registry, book: int) -> int:
    registry.save_page(book, page(doubtful(NAME, PLACE)), "f1")
    return book


@pytest.mark.parametrize("who", [OPERATOR, REVIEWER, CHECKER, ADMINISTRATOR], ids=lambda one: one.role)
def test_only_a_supervisor_withdraws_and_puts_back(
    registry: Registry, waiting: int, clock: Clock, who: Person
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    with pytest.raises(NotYours):
        desk.withdraw(who, ENTRY, "nhầm")
    number = desk.withdraw(SUPERVISOR, ENTRY, "nhầm")
    with pytest.raises(NotYours):
        desk.reinstate(who, number, "đúng")
    with pytest.raises(NotYours):
        desk.withdrawals(who, waiting)
    assert registry.entries() == []


def test_a_supervisor_of_another_place_neither_sees_nor_withdraws(
    registry: Registry, waiting: int, clock: Clock
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    elsewhere = person(20, Role.SUPERVISOR, frozenset({"99999"}))
    for attempt in (
        lambda: desk.withdraw(elsewhere, ENTRY, "nhầm"),
        lambda: desk.withdrawal_preview(elsewhere, ENTRY),
        lambda: desk.withdrawals(elsewhere, waiting),
    ):
        with pytest.raises(NotYours):
            attempt()
    assert registry.withdrawals() == ()


def test_who_has_the_task_in_hand_is_told_why_it_is_gone(
    registry: Registry, waiting: int, clock: Clock
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    task = taken(desk, AN)
    desk.withdraw(SUPERVISOR, ENTRY, "trang quét hai lần")
    assert desk.held(AN) == ()
    for attempt in (
        lambda: desk.key(AN, task.task_id, task.version, [said(NAME)], token="một"),
        lambda: desk.task(AN, task.task_id),
        lambda: desk.skip(AN, task.task_id, "mờ"),
    ):
        with pytest.raises(Withdrawn, match="trang quét hai lần"):
            attempt()
    assert desk.next_task(AN) is None


def test_who_keys_a_column_is_told_of_the_entry_that_is_gone_and_the_rest_is_taken(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(doubtful(NAME), doubtful(NAME, row=1)), "f1")
    desk = registry.desk(SINGLE, now=clock)
    column = desk.column(AN, book, NAME, Stage.REVIEW)
    assert column is not None
    desk.withdraw(SUPERVISOR, ENTRY, "trang quét hai lần")
    words = [(one.task_id, one.version, said(NAME)) for one in column.tasks]
    first, second = desk.key_column(AN, words, token="một")
    assert "trang quét hai lần" in first.refused
    assert (second.stage, second.refused) == (Stage.SETTLED, "")


def test_what_one_person_keyed_waits_for_the_second_as_before_when_the_entry_is_back(
    registry: Registry, waiting: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    keyed(desk, AN, said(NAME), said(PLACE, "Thử Hai"))
    number = desk.withdraw(SUPERVISOR, ENTRY, "nhầm")
    with pytest.raises(CannotUndo, match="thu hồi"):
        desk.undo(AN)
    assert desk.next_task(BINH) is None
    desk.reinstate(SUPERVISOR, number, "đúng của sổ này")
    assert desk.next_task(AN) is None
    keyed(desk, BINH, said(NAME), said(PLACE, "Thử Hai"))
    assert in_force(registry, NAME) == "Thử Một"


def test_a_question_to_the_supervisor_is_still_asked_when_the_entry_is_back(
    registry: Registry, waiting: int, clock: Clock
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    desk.ask(AN, taken(desk, AN).task_id, "chữ này là gì?")
    number = desk.withdraw(SUPERVISOR, ENTRY, "nhầm")
    desk.reinstate(SUPERVISOR, number, "đúng")
    assert taken(desk, SUPERVISOR).question == "chữ này là gì?"


def test_a_page_that_waits_for_a_scan_and_is_withdrawn_is_asked_of_nobody(
    registry: Registry, waiting: int, clock: Clock
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    desk.request_rescan(AN, taken(desk, AN).task_id, "mờ")
    number = desk.withdraw(SUPERVISOR, RegistryPart(waiting, SCAN, 1), "đã có bản khác")
    assert desk.tickets(OPERATOR) == ()
    desk.reinstate(SUPERVISOR, number, "chưa có")
    assert len(desk.tickets(OPERATOR)) == 1
