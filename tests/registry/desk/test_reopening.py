"""Settled entries opened again: what stands is the first word, somebody else reads the paper once more."""

from __future__ import annotations

import pytest

from pipeline.errors import RegistryError
from pipeline.registry import Registry
from pipeline.registry.accounts import Role
from pipeline.registry.desk.desk import Desk
from pipeline.registry.desk.values import NotYours, Stage
from pipeline.review_policy import ReviewPolicy
from tests.registry.desk.offices import (
    AN,
    BINH,
    BLIND,
    CHECKED,
    CHI,
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
from tests.registry.pages import entry, page, read


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
    assert desk.reopen(SUPERVISOR, entry_id, ["child_name"], "giấy ghi khác") == ("child_name",)
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
