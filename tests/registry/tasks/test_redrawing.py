"""A wrong region that a person redraws: the new one and its reading are shown, kept, taken back, and accept nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, FieldReading, FieldStatus, Hypothesis, Writing
from pipeline.base.stages import Stage
from pipeline.declarations.review_policy import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.desk import Desk
from pipeline.registry.errors import StaleTask
from pipeline.registry.tasks.model import (
    CannotUndo,
    DeskTask,
    DrawnRegion,
    FieldWork,
    NotYours,
    RegionReading,
)
from pipeline.registry.tasks.redrawing import last_redrawn, undo_region
from tests.registry.offices import AN, BINH, BLIND, CHECKED, SINGLE, Clock, in_force, keyed, said, taken
from tests.registry.pages import entry, page, read

WRONG, RIGHT = Box(100.0, 200.0, 600.0, 260.0), Box(700.0, 900.0, 1300.0, 980.0)
HALF = np.array([[0.5, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 1.0]])


def desk_with(registry: Registry, book: int, policy: ReviewPolicy, clock: Clock) -> Desk:
    doubtful = [
        replace(read(field, "Thu Mot", accepted=False), box=WRONG, lines=(WRONG,))
        for field in ("notes", "signer_title")
    ]
    registry.save_page(book, page(entry(*doubtful, read("child_name", "Thử"))), "f1")
    return registry.desk(policy, now=clock)


def drawn(
    registry: Registry, book: int, task: DeskTask, box: Box = RIGHT, field: str = "notes"
) -> DrawnRegion:
    shown = registry.rectification(book, task.ref)
    assert shown is not None
    return DrawnRegion(field, box, task.version, shown.mark)


def again(text: str = "Thử Hai", *, accepted: bool = False) -> RegionReading:
    hypotheses = (Hypothesis(text, 0.7), Hypothesis("Thứ Hai", 0.2))
    reading = FieldReading(
        "notes",
        FieldStatus.READ,
        text,
        text,
        0.7,
        Writing.HAND,
        "ctc",
        hypotheses=hypotheses,
        accepted=accepted,
    )
    return RegionReading(reading, "reader-1")


def work(task: DeskTask, field: str = "notes") -> FieldWork:
    return next(one for one in task.fields if one.field == field)


def text_of(task: DeskTask) -> str:
    reading = work(task).reading
    assert reading is not None
    return reading.text


def actions(registry: Registry) -> list[tuple[str, str]]:
    return [(one.actor, one.action) for one in reversed(registry.audit().recent(50))]


def test_the_new_region_and_its_reading_are_those_of_the_task_and_the_other_field_keeps_its_own(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    task = taken(desk, AN)
    asked = desk.region_to_read(AN, task.task_id, drawn(registry, book, task))
    assert (asked.drawn.box, asked.writing, asked.is_kept) == (RIGHT, Writing.HAND, False)
    now = desk.redraw_region(AN, task.task_id, drawn(registry, book, task), again())
    assert (work(now).box, text_of(now)) == (RIGHT, "Thử Hai")
    reading = work(now).reading
    assert reading is not None
    assert [one.text for one in reading.hypotheses] == ["Thử Hai", "Thứ Hai"]
    assert work(now, "signer_title").box == WRONG
    desk.hand_back(AN, task.task_id)
    column = desk.column(BINH, book, "notes", Stage.REVIEW)
    assert column is not None
    assert [(one.work.box, one.work.reading and one.work.reading.text) for one in column.tasks] == [
        (RIGHT, "Thử Hai")
    ]


def test_what_is_read_again_is_accepted_by_nobody_but_people(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    task = taken(desk, AN)
    now = desk.redraw_region(AN, task.task_id, drawn(registry, book, task), again(accepted=True))
    assert in_force(registry, "notes") is None
    assert [one.field for one in now.fields] == ["notes", "signer_title"]
    keyed(desk, AN, said("notes", "Thử Hai"), said("signer_title"), task=now)
    assert in_force(registry, "notes") == "Thử Hai"
    same = (read("notes", "Thu Mot", accepted=False), read("signer_title", "Thu Mot", accepted=False))
    assert registry.save_page(book, page(entry(*same)), "f2").reopened == 0


def test_a_page_that_lies_otherwise_later_keeps_the_region_where_its_ink_is(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    task = taken(desk, AN)
    before = drawn(registry, book, task)
    desk.redraw_region(AN, task.task_id, before, again())
    one = read("notes", "Thu Mot", accepted=False)
    registry.save_page(book, page(entry(one), matrix=HALF, size=(1240, 1754)), "f2")
    now = desk.task(AN, task.task_id)
    assert work(now).box == Box(350.0, 450.0, 650.0, 490.0)
    with pytest.raises(StaleTask):
        desk.region_to_read(AN, task.task_id, before)
    with pytest.raises(StaleTask, match="vừa được đọc lại"):
        desk.region_to_read(AN, task.task_id, replace(before, version=now.version))


def test_the_region_is_taken_back_with_the_last_act_and_the_one_before_counts_again(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    task = taken(desk, AN)
    first = desk.redraw_region(AN, task.task_id, drawn(registry, book, task), again("Một"))
    clock.pass_minutes(1)
    other = drawn(registry, book, first, Box(50.0, 50.0, 90.0, 90.0))
    assert text_of(desk.redraw_region(AN, task.task_id, other, again("Hai"))) == "Hai"
    clock.pass_minutes(1)
    one = desk.undo(AN)
    assert (work(one).box, text_of(one)) == (RIGHT, "Một")
    none = desk.undo(AN)
    assert (work(none).box, text_of(none)) == (WRONG, "Thu Mot")
    assert [one for one in actions(registry) if one[1] in ("region-redrawn", "undone")] == [
        (AN.login, "region-redrawn"),
        (AN.login, "region-redrawn"),
        (AN.login, "undone"),
        (AN.login, "undone"),
    ]
    assert registry.audit().verify().flaws == ()


def test_a_region_makes_no_entry_that_the_page_read_again_no_longer_has(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    task = taken(desk, AN)
    desk.redraw_region(AN, task.task_id, drawn(registry, book, task), again())
    desk.hand_back(AN, task.task_id)
    registry.save_page(book, page(), "f2")
    assert desk.next_task(BINH) is None
    registry.save_page(book, page(entry(read("notes", "Thu Mot", accepted=False))), "f3")
    assert text_of(taken(desk, BINH)) == "Thử Hai"


def test_a_region_is_taken_back_once_however_often_that_is_asked(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    task = taken(desk, AN)
    first = desk.redraw_region(AN, task.task_id, drawn(registry, book, task), again("Một"))
    other = drawn(registry, book, first, Box(50.0, 50.0, 90.0, 90.0))
    desk.redraw_region(AN, task.task_id, other, again("Hai"))
    with desk._writing() as context:
        found = last_redrawn(context, AN)
        assert found is not None
        undo_region(context, AN, *found)
        with pytest.raises(CannotUndo, match="lấy lại rồi"):
            undo_region(context, AN, *found)
    assert text_of(desk.task(AN, task.task_id)) == "Một"


def test_the_same_region_again_adds_nothing(registry: Registry, book: int, clock: Clock) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    task = taken(desk, AN)
    region = drawn(registry, book, task)
    version = desk.redraw_region(AN, task.task_id, region, again()).version
    region = replace(region, version=version)
    assert desk.region_to_read(AN, task.task_id, region).is_kept
    assert text_of(desk.redraw_region(AN, task.task_id, region, again("Khác"))) == "Thử Hai"


def test_who_keys_blind_sees_the_region_of_another_and_nothing_that_was_read_there(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, BLIND, clock)
    task = taken(desk, AN)
    now = desk.redraw_region(AN, task.task_id, drawn(registry, book, task), again())
    keyed(desk, AN, *(said(one.field) for one in now.fields), task=now)
    second = taken(desk, BINH)
    assert (work(second).blind, work(second).box, work(second).reading) == (True, RIGHT, None)


REFUSED = (
    (Box(10.0, 10.0, 12.0, 80.0), "notes", "quá nhỏ"),
    (Box(9000.0, 9000.0, 9900.0, 9900.0), "notes", "quá nhỏ"),
    (Box(0.0, 0.0, 2480.0, 3508.0), "notes", "quá lớn"),
    (RIGHT, "child_name", "không chờ bạn"),
    (RIGHT, "khong_co", "không chờ bạn"),
    (RIGHT, "", "không chờ bạn"),
)


def test_what_is_no_region_of_a_field_that_waits_is_refused(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    task = taken(desk, AN)
    for box, field, told in REFUSED:
        with pytest.raises(RegistryError, match=told):
            desk.redraw_region(AN, task.task_id, drawn(registry, book, task, box, field), again())
    assert work(desk.task(AN, task.task_id)).box == WRONG


def test_whoever_has_the_task_no_longer_redraws_nothing(registry: Registry, book: int, clock: Clock) -> None:
    desk = desk_with(registry, book, CHECKED, clock)
    task = taken(desk, AN)
    region = drawn(registry, book, task)
    desk.region_to_read(AN, task.task_id, region)
    desk.hand_back(AN, task.task_id)
    with pytest.raises(NotYours):
        desk.redraw_region(AN, task.task_id, region, again())
    with pytest.raises(NotYours):
        desk.region_to_read(BINH, task.task_id, region)
