"""From the first word on a field to the value in force."""

from __future__ import annotations

from pipeline.registry import Registry
from pipeline.registry.desk.values import Stage
from tests.registry.desk.offices import (
    AN,
    BINH,
    CHECKED,
    SINGLE,
    Clock,
    doubtful,
    in_force,
    keyed,
    said,
    taken,
)
from tests.registry.pages import page


def test_one_word_settles_a_field_that_nobody_checks(registry: Registry, book: int, clock: Clock) -> None:
    registry.save_page(book, page(doubtful("notes")), "f1")
    outcome = keyed(registry.desk(SINGLE, now=clock), AN, said("notes"))
    assert (outcome.stage, outcome.settled, outcome.waiting) == (Stage.SETTLED, ("notes",), ())
    assert in_force(registry, "notes") == "Thử Một"
    (entry_id,) = registry.entries()
    decision = registry.entry(entry_id).decisions["notes"]
    assert (decision.author, decision.decided_at) == ("nguoi-1", clock.at)


def test_a_checked_field_counts_when_somebody_else_has_seen_it(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    assert keyed(desk, AN, said("notes")).stage is Stage.CHECK
    assert in_force(registry, "notes") is None
    task = taken(desk, BINH)
    (work,) = task.fields
    assert (work.blind, work.first) == (False, said("notes"))
    assert keyed(desk, BINH, said("notes", "Thử Hai"), task=task).settled == ("notes",)
    assert in_force(registry, "notes") == "Thử Hai"
