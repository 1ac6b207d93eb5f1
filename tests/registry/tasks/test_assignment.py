"""Who gets which task: leases, roles, places, skipping, and the index that makes it quick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import Engine

from pipeline.base.errors import RegistryError
from pipeline.base.stages import Stage
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.assignment import MOST_HELD
from pipeline.registry.tasks.model import HandsFull, NotYours
from tests.registry.offices import (
    ADMINISTRATOR,
    AN,
    BINH,
    BLIND,
    CHECKED,
    CHECKER,
    CHI,
    OPERATOR,
    PLACE,
    REVIEWER,
    SUPERVISOR,
    Clock,
    doubtful,
    keyed,
    person,
    said,
    taken,
)
from tests.registry.pages import LEDGER, page

OTHER = "00001"


@pytest.fixture
def desk(registry: Registry, book: int, clock: Clock) -> Desk:
    """A desk with four pages of one doubtful entry each."""
    for number in range(1, 5):
        registry.save_page(book, page(doubtful("notes"), page_no=number), "f1")
    return registry.desk(CHECKED, now=clock)


def pages_held(desk: Desk, who: Person) -> list[int]:
    return [task.ref.page_no for task in desk.held(who)]


def test_whoever_is_at_work_on_a_book_stays_there_until_nothing_is_left_in_it(
    registry: Registry, desk: Desk
) -> None:
    later = registry.book_id(replace(LEDGER, volume="02/2010"), "later")
    registry.store_scan(later, "b" * 64, "b.pdf", 1, 2)
    for number in (1, 2):
        registry.save_page(later, page(doubtful("notes"), scan="b" * 64, page_no=number), "f1")
    first = desk.next_task(AN, at_book=later)
    assert first is not None
    keyed(desk, AN, said("notes"), task=first)
    books = [task.book_id for _ in range(2) if (task := desk.next_task(AN, at_book=later)) is not None]
    assert first.book_id == later
    assert books[0] == later
    assert books[1] != later


def test_tasks_come_in_the_order_of_the_book_and_never_twice(desk: Desk) -> None:
    assert [taken(desk, who).ref.page_no for who in (AN, BINH, AN, CHI)] == [1, 2, 3, 4]
    assert desk.next_task(BINH) is None
    assert (pages_held(desk, AN), pages_held(desk, BINH)) == ([1, 3], [2])


def test_a_task_handed_back_is_there_for_the_next_person(desk: Desk) -> None:
    task = taken(desk, AN)
    desk.hand_back(AN, task.task_id)
    assert taken(desk, BINH).task_id == task.task_id


def test_a_lease_lasts_its_time_and_then_anybody_may_take_the_task(desk: Desk, clock: Clock) -> None:
    task = taken(desk, AN)
    assert (task.lease_until - clock.at).total_seconds() == 15 * 60
    clock.pass_minutes(14)
    assert taken(desk, BINH).ref.page_no == 2
    clock.pass_minutes(2)
    assert taken(desk, CHI).task_id == task.task_id
    with pytest.raises(NotYours):
        keyed(desk, AN, said("notes"), task=task)
    assert pages_held(desk, AN) == []


def test_whoever_comes_back_late_keeps_a_task_that_nobody_took(desk: Desk, clock: Clock) -> None:
    task = taken(desk, AN)
    clock.pass_minutes(60)
    assert keyed(desk, AN, said("notes"), task=task).stage is Stage.CHECK


def test_a_lease_that_a_clock_ahead_wrote_has_run_out_once_it_is_put_right(desk: Desk, clock: Clock) -> None:
    clock.pass_minutes(2 * 24 * 60)
    task = taken(desk, AN)
    clock.pass_minutes(-2 * 24 * 60)
    assert pages_held(desk, AN) == []
    assert taken(desk, BINH).task_id == task.task_id
    with pytest.raises(NotYours):
        desk.task(AN, task.task_id)


def test_a_lease_survives_a_clock_that_is_put_back_a_little(desk: Desk, clock: Clock) -> None:
    taken(desk, AN)
    clock.pass_minutes(-1)
    assert pages_held(desk, AN) == [1]
    assert taken(desk, BINH).ref.page_no == 2


def test_working_on_a_task_renews_its_lease(desk: Desk, clock: Clock) -> None:
    task = taken(desk, AN)
    for _ in range(3):
        clock.pass_minutes(14)
        desk.task(AN, task.task_id)
    assert pages_held(desk, AN) == [1]
    assert taken(desk, BINH).ref.page_no == 2


def test_a_person_holds_only_a_few_tasks(desk: Desk) -> None:
    for _ in range(MOST_HELD):
        taken(desk, AN)
    with pytest.raises(HandsFull):
        desk.next_task(AN)
    desk.hand_back(AN, desk.held(AN)[0].task_id)
    assert taken(desk, AN).ref.page_no == 1


def test_what_is_in_hand_and_not_on_the_page_comes_before_a_new_task(desk: Desk) -> None:
    first, second = taken(desk, AN), taken(desk, AN)
    again = desk.next_task(AN, known=[first.task_id])
    assert again is not None
    assert again.task_id == second.task_id
    third = desk.next_task(AN, known=[first.task_id, second.task_id])
    assert third is not None
    assert third.task_id not in (first.task_id, second.task_id)


def test_what_is_in_hand_of_another_book_or_stage_does_not_come_where_a_book_or_stage_is_wanted(
    registry: Registry, desk: Desk
) -> None:
    other = registry.book_id(replace(LEDGER, volume="02/2010"), "other")
    registry.store_scan(other, "b" * 64, "b.pdf", 1, 2)
    registry.save_page(other, page(doubtful("notes"), scan="b" * 64), "f1")
    first = taken(desk, AN)
    wanted = desk.next_task(AN, book_id=other, known=[])
    assert wanted is not None
    assert (first.book_id == other, wanted.book_id) == (False, other)
    assert desk.next_task(AN, stage=Stage.CHECK, known=[]) is None
    again = desk.next_task(AN, known=[wanted.task_id])
    assert again is not None
    assert again.task_id == first.task_id


def test_what_is_nearest_to_its_end_is_handed_out_first(registry: Registry, book: int, clock: Clock) -> None:
    desk = registry.desk(BLIND, now=clock)
    for number in range(1, 4):
        registry.save_page(book, page(doubtful("notes"), page_no=number), "f1")
    keyed(desk, AN, said("notes", "Thử Hai"))
    keyed(desk, BINH, said("notes", "Thử Ba"))
    keyed(desk, AN, said("notes", "Thử Hai"))
    asked = taken(desk, AN)
    desk.ask(AN, asked.task_id, "gì đây?")
    stages = [taken(desk, SUPERVISOR).stage for _ in range(3)]
    assert stages == [Stage.SUPERVISOR, Stage.THIRD, Stage.CHECK]


def test_a_skipped_task_comes_back_to_the_same_person_only_when_nothing_else_is_there(desk: Desk) -> None:
    for _ in range(2):
        desk.skip(AN, taken(desk, AN).task_id, "chữ khó")
    rest = [taken(desk, AN) for _ in range(2)]
    assert [task.ref.page_no for task in rest] == [3, 4]
    again = taken(desk, AN)
    assert again.ref.page_no == 1
    desk.skip(AN, again.task_id, "vẫn khó")
    assert taken(desk, AN).ref.page_no == 2
    assert taken(desk, BINH).ref.page_no == 1


def test_skipping_needs_a_reason(desk: Desk) -> None:
    task = taken(desk, AN)
    with pytest.raises(RegistryError, match="lý do"):
        desk.skip(AN, task.task_id, "  ")
    assert pages_held(desk, AN) == [1]


def test_one_may_ask_for_a_stage_or_a_book(registry: Registry, desk: Desk) -> None:
    other = registry.book_id(LEDGER, "KS.2010.02")
    registry.store_scan(other, "b" * 64, "scan.pdf", 1, 1)
    registry.save_page(other, page(doubtful("notes"), scan="b" * 64), "f1")
    keyed(desk, AN, said("notes"))
    task = desk.next_task(BINH, stage=Stage.REVIEW)
    assert task is not None
    assert task.ref.page_no == 2
    task = desk.next_task(BINH, book_id=other)
    assert task is not None
    assert task.book == "KS.2010.02"
    assert desk.next_task(CHI, stage=Stage.CHECK, book_id=other) is None


@pytest.mark.parametrize(
    ("who", "stages"),
    [
        (REVIEWER, {Stage.REVIEW}),
        (CHECKER, {Stage.REVIEW, Stage.CHECK, Stage.THIRD}),
        (SUPERVISOR, {Stage.REVIEW, Stage.CHECK, Stage.THIRD, Stage.SUPERVISOR}),
        (OPERATOR, set()),
        (ADMINISTRATOR, set()),
    ],
)
def test_a_role_works_at_its_stages_and_at_no_other(desk: Desk, who: Person, stages: set[Stage]) -> None:
    for stage in Stage:
        if stage in stages:
            desk.next_task(who, stage=stage)
        else:
            with pytest.raises(NotYours):
                desk.next_task(who, stage=stage)


def test_a_reviewer_gets_nothing_that_waits_for_a_check(registry: Registry, book: int, clock: Clock) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    keyed(desk, AN, said("notes"))
    assert desk.next_task(REVIEWER) is None
    assert taken(desk, CHECKER).stage is Stage.CHECK


@pytest.mark.parametrize("who", [OPERATOR, ADMINISTRATOR])
def test_who_does_not_review_sees_no_entry(desk: Desk, who: Person) -> None:
    task = taken(desk, AN)
    for act in (
        lambda: desk.next_task(who),
        lambda: desk.held(who),
        lambda: desk.task(who, task.task_id),
        lambda: desk.counts(who),
        lambda: desk.page_of(who, task.task_id),
        lambda: desk.column_counts(who, task.book_id),
        lambda: desk.column(who, task.book_id, "notes", Stage.REVIEW),
        lambda: desk.undo(who),
    ):
        with pytest.raises(NotYours):
            act()


@pytest.fixture
def elsewhere(registry: Registry, desk: Desk) -> tuple[Desk, Person, Person]:
    """Somebody of this place and somebody of another one, which has one entry."""
    other = registry.book_id(replace(LEDGER, place_code=OTHER), "KS.2010.01")
    registry.store_scan(other, "c" * 64, "scan.pdf", 1, 1)
    registry.save_page(other, page(doubtful("notes"), scan="c" * 64), "f1")
    return (
        desk,
        person(21, Role.SUPERVISOR, frozenset({PLACE})),
        person(22, Role.SUPERVISOR, frozenset({OTHER})),
    )


def test_a_person_gets_tasks_of_their_places_alone(elsewhere: tuple[Desk, Person, Person]) -> None:
    desk, here, there = elsewhere
    assert taken(desk, there).place_code == OTHER
    assert desk.next_task(there) is None
    assert {taken(desk, here).place_code for _ in range(3)} == {PLACE}
    assert {count.place_code for count in desk.counts(there)} == {OTHER}
    assert {count.place_code for count in desk.counts(AN)} == {PLACE, OTHER}
    assert {count.place_code for count in desk.counts(AN, books=1)} == {min(PLACE, OTHER)}
    assert desk.next_task(person(23, Role.SUPERVISOR, frozenset())) is None


def test_nothing_of_another_place_is_shown_on_any_way(elsewhere: tuple[Desk, Person, Person]) -> None:
    desk, here, there = elsewhere
    task = taken(desk, here)
    for act in (
        lambda: desk.task(there, task.task_id),
        lambda: desk.page_of(there, task.task_id),
        lambda: desk.column_counts(there, task.book_id),
        lambda: desk.column(there, task.book_id, "notes", Stage.REVIEW),
        lambda: keyed(desk, there, said("notes"), task=task),
    ):
        with pytest.raises(NotYours):
            act()
    assert desk.next_task(there, book_id=task.book_id) is None
    assert desk.page_of(here, task.task_id).ref == task.ref


def test_counts_tell_what_waits_for_this_person(desk: Desk) -> None:
    keyed(desk, AN, said("notes"))
    assert {count.stage: count.waiting for count in desk.counts(AN)} == {Stage.REVIEW: 3}
    assert {count.stage: count.waiting for count in desk.counts(BINH)} == {Stage.REVIEW: 3, Stage.CHECK: 1}
    assert {count.stage: count.waiting for count in desk.counts(REVIEWER)} == {Stage.REVIEW: 3}


@pytest.fixture
def statements() -> Iterator[list[tuple[str, Any]]]:
    """All statements that any connection runs, so far."""
    found: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "who", [AN, person(31, places=frozenset({PLACE})), person(32, places=frozenset({PLACE, OTHER}))]
)
def test_the_next_task_is_found_by_its_index_and_sorted_by_it(
    desk: Desk, url: str, who: Person, statements: list[tuple[str, Any]]
) -> None:
    taken(desk, who)
    (statement, parameters), *_ = [
        one for one in statements if "aside" in one[0] and "ORDER BY review_task.place_code" in one[0]
    ]
    steps = plan_of(url, statement, parameters)
    assert any("review_task" in step and "ix_review_task_next" in step for step in steps)
    assert not any("TEMP B-TREE" in step or "Sort" in step for step in steps)


def test_the_words_on_a_task_are_found_by_the_task(
    desk: Desk, url: str, statements: list[tuple[str, Any]]
) -> None:
    keyed(desk, AN, said("notes"))
    of_task = [one for one in statements if "FROM keying" in one[0] and "keying.task_id IN" in one[0]]
    assert len(of_task) >= 2  # when it is shown, and when it is keyed
    for statement, parameters in of_task:
        first = next(step for step in plan_of(url, statement, parameters) if " keying" in step)
        assert "takes_back_id" not in first, first


def plan_of(url: str, statement: str, parameters: Any) -> list[str]:
    """The steps of a database for a statement. A table of four rows is not worth an index to PostgreSQL, so it is told
    not to read whole ones."""
    address = make_url(url)
    explain = "EXPLAIN QUERY PLAN"
    if address.get_backend_name() == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
        explain = "EXPLAIN"
    with create_engine(address).connect() as connection:
        if explain == "EXPLAIN":
            for slow in ("enable_seqscan", "enable_bitmapscan"):
                connection.exec_driver_sql(f"SET {slow} = off")
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)]
