"""Settled entries opened again: what stands is the first word, somebody else reads the paper once more."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.stages import Stage
from pipeline.declarations.review_policy import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.reconciliation.model import FoundDifference
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import (
    AN,
    BINH,
    BLIND,
    CHECKED,
    CHI,
    PLACE,
    SINGLE,
    SUPERVISOR,
    Clock,
    doubtful,
    hired,
    in_force,
    keyed,
    person,
    said,
    taken,
)
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, entry, page, read

pytestmark = pytest.mark.usefixtures("cheap_hashes")


def settled(registry: Registry, book: int, clock: Clock, policy: ReviewPolicy) -> Desk:
    """A desk of one entry whose name people have settled."""
    registry.save_page(book, page(doubtful("child_name")), "f1")
    desk = registry.desk(policy, now=clock)
    keyed(desk, AN, said("child_name", "Thử Sai"))
    if policy is not SINGLE:
        keyed(desk, BINH, said("child_name", "Thử Sai"))
    assert in_force(registry, "child_name") == "Thử Sai"
    return desk


def test_what_stands_is_checked_by_another_and_stays_in_force_meanwhile(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = settled(registry, book, clock, CHECKED)
    (entry_id,) = registry.entries()
    assert desk.reopen(SUPERVISOR, entry_id, ["child_name"], "giấy ghi khác").fields == ("child_name",)
    assert in_force(registry, "child_name") == "Thử Sai"
    task = taken(desk, CHI)
    assert (task.stage, task.fields[0].first) == (Stage.CHECK, said("child_name", "Thử Sai"))
    assert keyed(desk, CHI, said("child_name", "Thử Đúng"), task=task).stage is Stage.SETTLED
    assert in_force(registry, "child_name") == "Thử Đúng"
    assert [row.action for row in registry.audit().recent(50)].count("entry-reopened") == 1


def test_where_the_office_keys_blind_nothing_is_shown_and_who_opened_it_keys_no_word(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = settled(registry, book, clock, BLIND)
    (entry_id,) = registry.entries()
    desk.reopen(SUPERVISOR, entry_id, ["child_name"], "giấy ghi khác")
    assert desk.next_task(SUPERVISOR) is None
    task = taken(desk, CHI)
    (work,) = task.fields
    assert (work.blind, work.first, work.reading, work.decided) == (True, None, None, None)
    assert keyed(desk, CHI, said("child_name", "Thử Đúng"), task=task).stage is Stage.THIRD
    assert in_force(registry, "child_name") == "Thử Sai"
    keyed(desk, AN, said("child_name", "Thử Đúng"))
    assert in_force(registry, "child_name") == "Thử Đúng"


def test_what_the_machine_alone_accepted_can_be_opened_too(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(entry(read("child_name", "Thử Sai"))), "f1")
    desk = registry.desk(SINGLE, now=clock)
    (entry_id,) = registry.entries()
    assert desk.next_task(CHI) is None
    desk.reopen(SUPERVISOR, entry_id, ["child_name"], "giấy ghi khác")
    keyed(desk, CHI, said("child_name", "Thử Đúng"))
    assert in_force(registry, "child_name") == "Thử Đúng"


def test_what_waits_already_is_not_opened_twice_nor_shown(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = settled(registry, book, clock, CHECKED)
    (entry_id,) = registry.entries()
    assert desk.entry(SUPERVISOR, entry_id)[1] == frozenset()
    desk.reopen(SUPERVISOR, entry_id, ["child_name"], "giấy ghi khác")
    assert desk.entry(SUPERVISOR, entry_id)[1] == {"child_name"}
    for fields in (["child_name"], [], ["khong_co"], ["mother_name"]):
        with pytest.raises(RegistryError, match="Chưa mở lại ô nào"):
            desk.reopen(SUPERVISOR, entry_id, fields, "giấy ghi khác")


@dataclass(frozen=True)
class Office:
    """A desk, its people by login, and the entry that was opened again."""

    desk: Desk
    people: dict[str, Person]
    entry_id: int


def offered(desk: Desk, who: Person) -> tuple[bool, int, int]:
    """Whether somebody gets a task, how many they see waiting, and how many fields in columns."""
    counts = desk.counts(who)
    columns = desk.column_counts(who, 1)
    task = desk.next_task(who)
    if task is not None:
        desk.hand_back(who, task.task_id)
    return task is not None, sum(one.waiting for one in counts), sum(one.waiting for one in columns)


@pytest.mark.parametrize("policy", [CHECKED, BLIND], ids=["checked", "blind"])
def test_who_keyed_or_saw_a_field_before_does_not_say_it_again_as_long_as_there_are_others(
    registry: Registry, book: int, clock: Clock, policy: ReviewPolicy
) -> None:
    checkers = {f"kiem.{number}": Role.CHECKER for number in range(5)}
    people = hired(registry, clock, chu=Role.SUPERVISOR, xem=Role.SUPERVISOR, **checkers)
    first, second, third, fourth, fifth = (people[login] for login in checkers)
    registry.save_page(book, page(doubtful("child_name", "child_sex")), "f1")
    desk = registry.desk(policy, now=clock)
    keyed(desk, first, said("child_name", "Thử Sai"), said("child_sex", "nữ"))
    keyed(desk, second, said("child_name", "Thử Sai"), said("child_sex", "nữ"))
    (entry_id,) = registry.entries()
    desk.entry(people["xem"], entry_id)
    assert desk.reopen(people["chu"], entry_id, ["child_name"], "giấy ghi khác").by_others
    for who in (first, second, people["xem"], people["chu"]):
        assert offered(desk, who) == (False, 0, 0)
    assert offered(desk, third) == (True, 1, 1)
    keyed(desk, third, said("child_name", "Thử Đúng"))
    if policy is BLIND:
        assert offered(desk, first) == (False, 0, 0)
        keyed(desk, fourth, said("child_name", "Thử Đúng"))
    assert in_force(registry, "child_name") == "Thử Đúng"
    # Opened once more: too few are left where two must say it, and all are asked again.
    assert desk.reopen(people["chu"], entry_id, ["child_name"], "lại khác").by_others is (policy is CHECKED)
    assert offered(desk, first)[0] is (policy is BLIND)
    assert offered(desk, fifth)[0]


def test_where_there_are_too_few_others_whoever_keyed_a_field_reads_it_again(
    registry: Registry, book: int, clock: Clock
) -> None:
    people = hired(registry, clock, chu=Role.SUPERVISOR, an=Role.CHECKER, binh=Role.CHECKER)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    desk = registry.desk(CHECKED, now=clock)
    keyed(desk, people["an"], said("child_name", "Thử Sai"))
    keyed(desk, people["binh"], said("child_name", "Thử Sai"))
    (entry_id,) = registry.entries()
    assert not desk.reopen(people["chu"], entry_id, ["child_name"], "giấy ghi khác").by_others
    assert [offered(desk, people[login])[0] for login in ("chu", "an", "binh")] == [False, True, True]


def opened_for_others(registry: Registry, book: int, clock: Clock, policy: ReviewPolicy) -> Office:
    """An entry that was opened again: ``an`` and ``binh`` have keyed it, ``dung`` and ``giang`` have not."""
    checkers = dict.fromkeys(("an", "binh", "dung", "giang"), Role.CHECKER)
    people = hired(registry, clock, chu=Role.SUPERVISOR, **checkers)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    desk = registry.desk(policy, now=clock)
    for login in ("an", "binh"):
        keyed(desk, people[login], said("child_name", "Thử Sai"))
    (entry_id,) = registry.entries()
    assert desk.reopen(people["chu"], entry_id, ["child_name"], "giấy ghi khác").by_others
    return Office(desk, people, entry_id)


@pytest.mark.parametrize("policy", [CHECKED, BLIND], ids=["checked", "blind"])
def test_who_keyed_a_field_before_is_asked_again_once_too_few_others_are_left(
    registry: Registry, book: int, clock: Clock, policy: ReviewPolicy
) -> None:
    office = opened_for_others(registry, book, clock, policy)
    desk, people, accounts = office.desk, office.people, registry.accounts(clock)
    if policy is BLIND:
        keyed(desk, people["giang"], said("child_name", "Thử Đúng"))
    else:
        accounts.deactivate("giang")
    assert offered(desk, people["an"]) == (False, 0, 0)
    accounts.deactivate("dung")
    assert [offered(desk, people[login]) for login in ("an", "binh")] == [(True, 1, 1)] * 2
    assert not offered(desk, people["chu"])[0]
    assert "witnesses-let-back" in [row.action for row in registry.audit().recent(10)]
    accounts.activate("dung")
    assert offered(desk, people["an"]) == (True, 1, 1)
    keyed(desk, people["an"], said("child_name", "Thử Đúng"))
    assert in_force(registry, "child_name") == "Thử Đúng"
    assert registry.audit().verify().passed


@pytest.mark.parametrize(
    ("role", "places"), [(Role.REVIEWER, [PLACE]), (Role.CHECKER, ["99999"])], ids=["role", "place"]
)
def test_other_duties_of_the_last_others_let_back_who_keyed_a_field(
    registry: Registry, book: int, clock: Clock, role: Role, places: list[str]
) -> None:
    office = opened_for_others(registry, book, clock, CHECKED)
    registry.accounts(clock).set_duties("giang", role, places)
    assert not offered(office.desk, office.people["an"])[0]
    registry.accounts(clock).set_duties("dung", role, places)
    assert offered(office.desk, office.people["an"]) == (True, 1, 1)


def test_opening_a_field_that_waits_looks_anew_at_who_is_left(
    registry: Registry, book: int, clock: Clock, outsider: Outsider
) -> None:
    office = opened_for_others(registry, book, clock, CHECKED)
    desk, chu = office.desk, office.people["chu"]
    with pytest.raises(RegistryError, match="Chưa mở lại ô nào"):
        desk.reopen(chu, office.entry_id, ["child_name"], "không ai nhận")
    outsider.execute("UPDATE account SET active = false WHERE login IN ('dung', 'giang')")
    assert not offered(desk, office.people["an"])[0]
    again = desk.reopen(chu, office.entry_id, ["child_name"], "không ai nhận")
    assert (again.fields, again.by_others) == (("child_name",), False)
    assert offered(desk, office.people["an"]) == (True, 1, 1)


@pytest.mark.parametrize("way", ["task", "column", "difference", "package"])
def test_who_saw_what_an_entry_says_in_whatever_way_does_not_check_it(
    registry: Registry, book: int, clock: Clock, way: str
) -> None:
    people = hired(registry, clock, chu=Role.SUPERVISOR, an=Role.CHECKER, xem=Role.CHECKER, dung=Role.CHECKER)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    desk = registry.desk(SINGLE, now=clock)
    if way == "task":
        desk.hand_back(people["xem"], taken(desk, people["xem"]).task_id)
    elif way == "column":
        assert desk.column(people["xem"], book, "child_name", Stage.REVIEW)
        desk.hand_back_column(people["xem"])
    keyed(desk, people["an"], said("child_name", "Thử Sai"))
    (entry_id,) = registry.entries()
    if way == "difference":
        found = FoundDifference(
            "fields", LEDGER.place_code, book, entry_id, "", "01/2010", 2, 0, "child_name"
        )
        queue = registry.reconciliations()
        number = queue.save("birth", "a.xlsx", "f" * 64, [found], {"rows": 1}, author="chu")
        assert queue.next_for(people["xem"], number)
    elif way == "package":
        registry.note_view(people["xem"], "package-taken", f"book:{book}")
    assert desk.reopen(people["chu"], entry_id, ["child_name"], "giấy ghi khác").by_others
    assert offered(desk, people["xem"]) == (False, 0, 0)
    assert offered(desk, people["dung"]) == (True, 1, 1)


def test_who_saw_only_other_entries_of_a_column_checks_this_one(
    registry: Registry, book: int, clock: Clock
) -> None:
    people = hired(registry, clock, chu=Role.SUPERVISOR, an=Role.CHECKER, xem=Role.CHECKER)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    desk = registry.desk(SINGLE, now=clock)
    keyed(desk, people["an"], said("child_name", "Thử Sai"))
    (entry_id,) = registry.entries()
    registry.save_page(book, page(doubtful("child_name"), page_no=2), "f1")
    assert desk.column(people["xem"], book, "child_name", Stage.REVIEW)
    desk.hand_back_column(people["xem"])
    assert desk.reopen(people["chu"], entry_id, ["child_name"], "giấy ghi khác").by_others
    assert taken(desk, people["xem"]).entry_id == entry_id


def test_only_supervisors_of_the_place_open_entries_and_they_say_why(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = settled(registry, book, clock, SINGLE)
    (entry_id,) = registry.entries()
    for other in (CHI, person(31, Role.ADMINISTRATOR), person(32, places=frozenset({"99999"}))):
        with pytest.raises(NotYours):
            desk.entry(other, entry_id)
        with pytest.raises(NotYours):
            desk.reopen(other, entry_id, ["child_name"], "vì sao")
    with pytest.raises(RegistryError, match="lý do"):
        desk.reopen(SUPERVISOR, entry_id, ["child_name"], "  ")
