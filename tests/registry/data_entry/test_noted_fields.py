"""Fields of the acts that a margin note tells of, from the keyed note to the effective values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.model import Box, FieldStatus
from pipeline.base.stages import Stage
from pipeline.registry import Registry
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import DeskTask
from tests.registry.offices import AN, BINH, BLIND, SINGLE, Clock, in_force, keyed, said, taken
from tests.registry.pages import entry, page, read

NOTE = "Cải chính họ tên cha theo Quyết định số 12/QĐ-UBND ngày 05/11/2012 của UBND xã Thử Nghiệm"
OPENED = ["noted_act", "noted_number", "noted_decided_on", "noted_authority"]


def noted(registry: Registry, book: int) -> None:
    """An entry whose note waits, with its ink."""
    note = replace(read("notes", "Cai chinh", accepted=False), box=Box(100, 10, 300, 40))
    registry.save_page(book, page(entry(note, read("child_name", "Thử Một"))), "f1")


def fields(task: DeskTask | None) -> list[str]:
    assert task is not None
    return [work.field for work in task.fields]


def test_a_note_that_tells_of_an_act_asks_for_its_decision_beside_the_ink_and_stays_as_it_is(
    registry: Registry, book: int, clock: Clock
) -> None:
    noted(registry, book)
    desk = registry.desk(SINGLE, now=clock)
    outcome = keyed(desk, AN, said("notes", NOTE))
    assert (outcome.stage, outcome.settled, outcome.waiting) == (Stage.REVIEW, ("notes",), tuple(OPENED))
    task = desk.task(AN, desk.held(AN)[0].task_id)
    assert fields(task) == OPENED
    assert all(work.box == Box(100, 10, 300, 40) for work in task.fields)
    words = [
        said("noted_act", "Cải chính"),
        said("noted_number", "12/QĐ-UBND"),
        said("noted_decided_on", "05/11/2012"),
        said("noted_authority", status=FieldStatus.BLANK, text=""),
    ]
    assert keyed(desk, AN, *words, task=task).stage is Stage.SETTLED
    assert [in_force(registry, name) for name in ["notes", *OPENED]] == [
        NOTE,
        "correction",
        "12/QĐ-UBND",
        "05.11.2012",
        "",
    ]
    assert registry.audit().verify().flaws == ()


@pytest.mark.parametrize("note", ["Quá hạn", "ĐĂNG KÝ LẠI", "Bản sao cấp ngày 5/6/2010"])
def test_a_note_without_an_act_or_a_mere_stamp_asks_for_nothing_more(
    registry: Registry, book: int, clock: Clock, note: str
) -> None:
    noted(registry, book)
    desk = registry.desk(SINGLE, now=clock)
    assert keyed(desk, AN, said("notes", note)).stage is Stage.SETTLED
    assert desk.next_task(AN) is None


def test_both_people_key_the_decision_where_the_policy_asks_for_two(
    registry: Registry, book: int, clock: Clock
) -> None:
    noted(registry, book)
    desk = registry.desk(BLIND, now=clock)
    assert keyed(desk, AN, said("notes", NOTE)).waiting == tuple(OPENED)
    words = [
        said(name, text) for name, text in zip(OPENED, ("Cải chính", "12/QĐ", "5/11/2012", "x"), strict=True)
    ]
    first = desk.task(AN, desk.held(AN)[0].task_id)
    assert keyed(desk, AN, *words, task=first).stage is Stage.CHECK
    second = taken(desk, BINH)
    assert fields(second) == ["notes", *OPENED]
    assert all(work.blind for work in second.fields)
    outcome = keyed(desk, BINH, said("notes", NOTE.lower()), *words, task=second)
    assert (outcome.stage, outcome.waiting) == (Stage.SETTLED, ())
    assert in_force(registry, "noted_act") == "correction"


def test_notes_keyed_in_a_column_open_the_fields_of_each_entry_and_the_audit_answers_for_all(
    registry: Registry, book: int, clock: Clock
) -> None:
    texts = (NOTE, "Quá hạn", "Ly hôn")
    for number in range(1, 4):
        note = read("notes", f"x{number}", accepted=False)
        registry.save_page(book, page(entry(note), page_no=number), "f1")
    desk: Desk = registry.desk(SINGLE, now=clock)
    column = desk.column(AN, book, "notes", Stage.REVIEW)
    assert column is not None
    words = [
        (task.task_id, task.version, said("notes", texts[task.ref.page_no - 1])) for task in column.tasks
    ]
    assert all(not one.refused for one in desk.key_column(AN, words, token="c"))
    assert sorted(len(task.fields) for _ in range(2) if (task := taken(desk, AN))) == [4, 4]
    assert registry.audit().verify().flaws == ()


@pytest.mark.parametrize(
    ("field", "text", "opened"),
    [
        ("mother_residence_place", "Tạm trú: ấp 5, xã Thử Nghiệm", ("mother_residence_type",)),
        ("mother_residence_place", "Ấp 5, xã Thử Nghiệm", ()),
        ("mother_paper_number", "365123456", ("mother_paper_type",)),
    ],
)
def test_a_typed_text_asks_for_the_field_off_the_form_that_it_tells_of(
    registry: Registry, book: int, clock: Clock, field: str, text: str, opened: tuple[str, ...]
) -> None:
    waiting = replace(read(field, text, accepted=False), box=Box(100, 10, 300, 40))
    registry.save_page(book, page(entry(waiting, read("child_name", "Thử Một"))), "f1")
    assert keyed(registry.desk(SINGLE, now=clock), AN, said(field, text)).waiting == opened
