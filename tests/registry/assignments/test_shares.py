"""Teams and shares of books: whose tasks come first, what is nobody's, and what a change of people does at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.stages import Stage
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.assignments.portions import Assignee, ShareRange, Team
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import PLACE, REVIEWER, SINGLE, SUPERVISOR, Clock, doubtful, hired, person
from tests.registry.pages import page, read

ONLY = replace(SINGLE, assigned_only=True)
TEAM = Assignee(team="Tổ 1")


@pytest.fixture
def staff(registry: Registry, book: int, clock: Clock) -> dict[str, Person]:
    """A book of three pages with the numbers 1 to 3, each with a task; and two reviewers."""
    for number in (1, 2, 3):
        one = doubtful("notes")
        one = replace(one, readings=(*one.readings, read("entry_number", f"0{number}/2010")))
        registry.save_page(book, page(one, page_no=number), "f1")
    return hired(registry, clock, an=Role.REVIEWER, binh=Role.REVIEWER)


def pages_taken(desk: Desk, who: Person) -> list[int]:
    return [task.ref.page_no for _ in range(3) if (task := desk.next_task(who)) is not None]


def test_a_share_comes_first_and_alone_where_the_office_has_it_so(
    registry: Registry, book: int, staff: dict[str, Person], clock: Clock
) -> None:
    desk = registry.desk(ONLY, now=clock)
    desk.assign_share(SUPERVISOR, book, Assignee("an"), ShareRange(3, 3), date(2026, 3, 9))
    desk.assign_share(SUPERVISOR, book, Assignee("binh"), ShareRange(1, 2, by_entry=True), None)
    column = desk.column(staff["an"], book, "notes", Stage.REVIEW)
    assert column is not None
    assert [one.ref.page_no for one in column.tasks] == [3]
    desk.hand_back_column(staff["an"])
    assert (pages_taken(desk, staff["an"]), pages_taken(desk, staff["binh"])) == ([3], [1, 2])
    (own,) = desk.own_work(staff["an"]).assigned
    assert (own.share, own.due_on, own.waiting) == ("trang 3–3", date(2026, 3, 9), 1)
    for task in desk.held(staff["an"]):
        desk.hand_back(staff["an"], task.task_id)
    assert pages_taken(registry.desk(SINGLE, now=clock), staff["an"])[0] == 3


def test_a_team_gets_what_is_assigned_to_it_as_long_as_people_belong_to_it(
    registry: Registry, book: int, staff: dict[str, Person], clock: Clock
) -> None:
    desk = registry.desk(ONLY, now=clock)
    with pytest.raises(RegistryError, match="không có ai"):
        desk.assign_share(SUPERVISOR, book, TEAM, None, None)
    desk.set_team_member(SUPERVISOR, " Tổ  1 ", "an")
    desk.assign_share(SUPERVISOR, book, TEAM, ShareRange(1, 2), None)
    desk.assign_share(SUPERVISOR, book, TEAM, ShareRange(1, 2), date(2026, 3, 9))
    assert desk.teams(SUPERVISOR) == (Team("Tổ 1", (("an", "Người Thử"),)),)
    (shown,) = desk.assignments(SUPERVISOR)
    assert (shown.team, shown.share, shown.due_on, shown.waiting) == (
        "Tổ 1",
        "trang 1–2",
        date(2026, 3, 9),
        2,
    )
    assert [(one.book_id, one.waiting) for one in desk.unassigned(SUPERVISOR)] == [(book, 1)]
    assert pages_taken(desk, staff["binh"]) == []
    assert pages_taken(desk, staff["an"]) == [1, 2]
    desk.set_team_member(SUPERVISOR, "Tổ 1", "an", belongs=False)
    for task in desk.held(staff["an"]):
        desk.hand_back(staff["an"], task.task_id)
    assert pages_taken(desk, staff["an"]) == []
    assert [one.waiting for one in desk.unassigned(SUPERVISOR)] == [3]
    assert shown.assignment_id is not None
    desk.end_share(SUPERVISOR, book, shown.assignment_id)
    with pytest.raises(RegistryError, match="không còn được giao"):
        desk.end_share(SUPERVISOR, book, shown.assignment_id)
    assert desk.assignments(SUPERVISOR) == ()


def test_only_supervisors_of_the_place_assign_shares_and_only_what_is_there(
    registry: Registry, book: int, staff: dict[str, Person], clock: Clock
) -> None:
    desk = registry.desk(ONLY, now=clock)
    there = person(41, Role.SUPERVISOR, frozenset({"99999"}))
    for who in (REVIEWER, there):
        with pytest.raises(NotYours):
            desk.assign_share(who, book, Assignee("an"), None, None)
    with pytest.raises(NotYours):
        desk.set_team_member(REVIEWER, "Tổ 1", "an")
    with pytest.raises(RegistryError, match="Không có tài khoản"):
        desk.set_team_member(there, "Tổ 1", "an")  # they see nobody of this place
    for wrong in ("", "x" * 61, "a\u202eb"):
        with pytest.raises(RegistryError):
            desk.set_team_member(SUPERVISOR, wrong, "an")
    with pytest.raises(RegistryError, match="không có gì trong khoảng trang 9–12"):
        desk.assign_share(SUPERVISOR, book, Assignee("an"), ShareRange(9, 12), None)
    assert PLACE in (staff["an"].places or ())
