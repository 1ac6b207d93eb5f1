"""The machine reads a page again while people are at work on it."""

from __future__ import annotations

import pytest

from pipeline.base.stages import Stage
from pipeline.registry import Registry
from pipeline.registry.tasks.model import ReturnReason
from tests.registry.offices import (
    AN,
    BINH,
    BLIND,
    CHECKED,
    SINGLE,
    Clock,
    doubtful,
    in_force,
    keyed,
    said,
    taken,
)
from tests.registry.pages import entry, page, read


@pytest.mark.parametrize("accepted", [True, False])
def test_words_that_were_keyed_survive_a_new_run_and_wait_for_the_second_one(
    registry: Registry, book: int, clock: Clock, accepted: bool
) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    keyed(desk, AN, said("child_name"))
    registry.save_page(book, page(entry(read("child_name", "Chữ Khác", accepted=accepted))), "f2")
    assert in_force(registry, "child_name") is None
    assert keyed(desk, BINH, said("child_name")).settled == ("child_name",)
    assert in_force(registry, "child_name") == "Thử Một"
    assert registry.queue() == ()


def test_a_finished_entry_that_comes_back_for_another_field_says_why(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    sure, unsure = (
        entry(read("notes", "Cũ"), read("child_name", "Thử Một", accepted=ok)) for ok in (True, False)
    )
    registry.save_page(book, page(doubtful("notes")), "f0")
    first = taken(desk, AN)
    assert first.returned is None
    keyed(desk, AN, said("notes", "Cũ"), task=first)
    registry.save_page(book, page(sure), "f1")
    assert desk.next_task(AN) is None
    registry.save_page(book, page(unsure), "f2")
    task = taken(desk, AN)
    assert [work.field for work in task.fields] == ["child_name"]
    assert task.returned is ReturnReason.UNSURE


def test_words_survive_a_run_that_finds_the_entry_no_longer(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    keyed(desk, AN, said("child_name"))
    registry.save_page(book, page(), "f2")
    assert keyed(desk, BINH, said("child_name")).settled == ("child_name",)
    assert in_force(registry, "child_name") == "Thử Một"


def test_a_changed_reading_under_a_decision_opens_the_field_again_and_says_so(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes", "signer_title")), "f1")
    for who in (AN, BINH):
        keyed(desk, who, said("notes"), said("signer_title"))
    again = entry(read("notes", "Chữ Khác"), read("signer_title", "Thu Mot", accepted=False))
    registry.save_page(book, page(again), "f2")
    task = taken(desk, AN)
    assert (task.stage, task.returned) == (Stage.REVIEW, ReturnReason.READ_OTHERWISE)
    (work,) = task.fields
    assert (work.field, work.decided, work.first) == ("notes", said("notes"), None)
    assert in_force(registry, "notes") == "Thử Một"
    keyed(desk, AN, said("notes", "Thử Hai"), task=task)
    assert in_force(registry, "notes") == "Thử Một"
    keyed(desk, BINH, said("notes", "Thử Hai"))
    assert in_force(registry, "notes") == "Thử Hai"


def test_the_same_reading_again_leaves_a_task_in_hand_as_it_is(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    task = taken(desk, AN)
    registry.save_page(book, page(doubtful("notes")), "f2")
    assert keyed(desk, AN, said("notes"), task=task).stage is Stage.SETTLED


def test_a_field_that_two_agreed_on_unseen_is_not_reopened_by_the_reading_they_never_saw(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    for who in (AN, BINH):
        keyed(desk, who, said("child_name"))
    assert registry.save_page(book, page(doubtful("child_name")), "f2").reopened == 0
