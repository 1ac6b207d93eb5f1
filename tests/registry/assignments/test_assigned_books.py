"""Books that are assigned to people: their tasks come first, or alone; and which tasks nobody may take."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.stages import Stage
from pipeline.registry import Registry, RegistryPart
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import (
    CHECKED,
    PLACE,
    REVIEWER,
    SINGLE,
    SUPERVISOR,
    Clock,
    doubtful,
    hired,
    keyed,
    person,
    said,
    taken,
)
from tests.registry.pages import LEDGER, page


@pytest.fixture
def books(registry: Registry) -> tuple[int, int, int]:
    """Three books, each with a page of two entries that wait."""
    made = []
    for number in (1, 2, 3):
        scan = str(number) * 64
        book_id = registry.book_id(replace(LEDGER, volume=f"0{number}/2010"), f"KS.2010.0{number}")
        registry.store_scan(book_id, scan, "scan.pdf", 1000, 1)
        registry.save_page(book_id, page(doubtful("notes"), doubtful("notes", row=1), scan=scan), "f1")
        made.append(book_id)

    first, second, third = made
    return first, second, third


@pytest.fixture
def staff(registry: Registry, clock: Clock) -> dict[str, Person]:
    return hired(registry, clock, an=Role.REVIEWER, binh=Role.REVIEWER)


def books_taken(desk: Desk, who: Person, most: int = 3) -> list[int]:
    return [task.book_id for _ in range(most) if (task := desk.next_task(who)) is not None]


def test_tasks_of_assigned_books_come_first_and_by_the_day_they_are_due(
    registry: Registry, books: tuple[int, int, int], staff: dict[str, Person], clock: Clock
) -> None:
    first, second, third = books
    desk = registry.desk(SINGLE, now=clock)
    desk.assign_book(SUPERVISOR, second, "an", None)
    desk.assign_book(SUPERVISOR, third, "an", date(2026, 3, 9))
    assert books_taken(desk, staff["an"]) == [third, third, second]
    assert books_taken(desk, staff["binh"], 1) == [first]
    own = desk.own_work(staff["an"])
    assert [(one.book_id, one.due_on, one.waiting) for one in own.assigned] == [
        (third, date(2026, 3, 9), 2),
        (second, None, 2),
    ]
    assert [one.is_late(date(2026, 3, 10)) for one in own.assigned] == [True, False]
    assert desk.own_work(staff["binh"]).assigned == ()


def test_an_assignment_ends_and_a_withdrawn_book_is_no_longer_shown(
    registry: Registry, books: tuple[int, int, int], staff: dict[str, Person], clock: Clock
) -> None:
    first, second, third = books
    desk = registry.desk(SINGLE, now=clock)
    for book_id in (second, third):
        desk.assign_book(SUPERVISOR, book_id, "an", None)
    desk.end_assignment(SUPERVISOR, third, "an")
    registry.withdraw(RegistryPart(second), author="chi", reason="nhầm")
    assert desk.assignments(SUPERVISOR) == ()
    assert books_taken(desk, staff["an"], 1) == [first]
    with pytest.raises(RegistryError, match="không giao cho người ấy"):
        desk.end_assignment(SUPERVISOR, third, "an")
    acts = [row.action for row in registry.audit().recent(50)]
    assert (acts.count("book-assigned"), acts.count("book-assignment-ended")) == (2, 1)


def test_an_office_may_give_assigned_books_alone(
    registry: Registry, books: tuple[int, int, int], staff: dict[str, Person], clock: Clock
) -> None:
    first, second, _ = books
    desk = registry.desk(SINGLE.model_copy(update={"assigned_only": True}), now=clock)
    desk.assign_book(SUPERVISOR, second, "an", None)
    assert books_taken(desk, staff["an"]) == [second, second]
    assert books_taken(desk, staff["binh"]) == []
    assert desk.next_task(staff["binh"], book_id=first) is None
    with pytest.raises(NotYours, match="chưa được giao"):
        desk.column(staff["binh"], first, "notes", Stage.REVIEW)
    assert desk.own_work(staff["binh"]).only_assigned
    assert taken(desk, SUPERVISOR).book_id == first


def test_only_supervisors_assign_and_only_to_people_who_may_see_the_book(
    registry: Registry, books: tuple[int, int, int], staff: dict[str, Person], clock: Clock
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    registry.accounts(clock).create("xa", "Người Thử", Role.REVIEWER, ["99999"])
    registry.accounts(clock).create("quet", "Người Thử", Role.OPERATOR, [PLACE])
    with pytest.raises(RegistryError, match="không được xem nơi"):
        desk.assign_book(SUPERVISOR, books[0], "xa", None)
    for nobody in ("quet", "khong.co"):
        with pytest.raises(RegistryError, match="Không có tài khoản"):
            desk.assign_book(SUPERVISOR, books[0], nobody, None)
    there = person(41, Role.SUPERVISOR, frozenset({"99999"}))
    for who in (REVIEWER, there):
        with pytest.raises(NotYours):
            desk.assign_book(who, books[0], "an", None)
    assert [login for login, _ in desk.assignable(there)] == ["xa"]
    for asked in (desk.assignments, desk.unattended):
        with pytest.raises(NotYours):
            asked(REVIEWER)


def test_tasks_that_nobody_may_take_are_told_and_own_work_is_counted(
    registry: Registry, books: tuple[int, int, int], staff: dict[str, Person], clock: Clock
) -> None:
    registry.accounts(clock).create("kiem", "Người Thử", Role.CHECKER, [PLACE])
    checker = next(one.person for one in registry.accounts(clock).list() if one.person.login == "kiem")
    desk = registry.desk(CHECKED, now=clock)
    assert desk.unattended(SUPERVISOR) == ()
    keyed(desk, checker, said("notes"))
    (lonely,) = desk.unattended(SUPERVISOR)
    assert (lonely.book_id, lonely.stage, lonely.waiting) == (books[0], Stage.CHECK, 1)
    own = desk.own_work(checker)
    assert (own.today, own.week) == (1, 1)
    clock.pass_minutes(26 * 60)
    assert (desk.own_work(checker).today, desk.own_work(checker).week) == (0, 1)
    desk.undo(checker)
    assert desk.own_work(checker).week == 0
    clock.pass_minutes((17 - clock.at.hour) * 60)  # 17:00 UTC is midnight of the office
    keyed(desk, checker, said("notes"))
    assert desk.own_work(checker).today == 1
    clock.pass_minutes(24 * 60)
    assert desk.own_work(checker).today == 0
    registry.accounts(clock).create("kiem2", "Người Thử", Role.CHECKER, [PLACE])
    assert desk.unattended(SUPERVISOR) == ()
