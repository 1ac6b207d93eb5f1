"""What the second person of a field keyed blind must not see, anywhere in what they are given."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from pipeline.base.model import Box, Hypothesis
from pipeline.base.stages import Stage
from pipeline.declarations.review_policy import BookPolicy, ReviewPolicy
from pipeline.registry import WHOLE_ENTRY, Registry
from tests.registry.offices import AN, BINH, BLIND, CHI, SUPERVISOR, Clock, keyed, said, taken
from tests.registry.pages import entry, finding, page, read

READ, SAID = "Máy Đọc", "Người Gõ"
INK = Box(10, 20, 300, 60)


def texts_in(value: Any) -> set[str]:
    """Every text anywhere within a value."""
    if isinstance(value, str):
        return {value}
    if is_dataclass(value):
        return set().union(*(texts_in(getattr(value, part.name)) for part in fields(value)))
    if isinstance(value, dict):
        return set().union(*(texts_in(item) for pair in value.items() for item in pair))
    if isinstance(value, (tuple, list, frozenset, set)):
        return set().union(*map(texts_in, value))
    return set()


def tells(value: Any, *words: str) -> bool:
    return any(word in text for text in texts_in(value) for word in words)


@pytest.fixture
def saved(registry: Registry, book: int) -> None:
    """An entry with a doubtful name and number, an accepted field, and findings that tell what was read."""
    name = replace(
        read("child_name", READ, accepted=False), box=INK, lines=(INK,), hypotheses=(Hypothesis(READ, 0.9),)
    )
    number = replace(read("entry_number", READ, accepted=False), box=INK)
    told = replace(finding("D04", "registered_on"), details={"other": READ})
    whole = replace(finding("K06"), details={"others": READ})
    mother = read("mother_name", READ)
    registry.save_page(book, page(entry(name, number, mother, findings=[told, whole])), "f1")


@pytest.mark.usefixtures("saved")
def test_the_first_person_sees_what_the_machine_reads_and_why_it_is_doubted(
    registry: Registry, clock: Clock
) -> None:
    task = taken(registry.desk(BLIND, now=clock), AN)
    work = next(work for work in task.fields if work.field == "child_name")
    assert work.reading is not None
    assert work.reading.hypotheses
    assert task.values["mother_name"] == READ
    assert task.entry_id is not None
    assert task.values == registry.entry(task.entry_id).values
    assert {found.code for found in task.findings} == {"D04", "K06"}
    assert WHOLE_ENTRY in {work.field for work in task.fields}


@pytest.mark.usefixtures("saved")
def test_the_second_person_sees_the_ink_and_nothing_that_was_read_or_said(
    registry: Registry, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    first = taken(desk, AN)
    keyed(desk, AN, *(said(work.field, SAID if work.field else "") for work in first.fields), task=first)
    task = taken(desk, BINH)
    assert task.stage is Stage.CHECK
    assert not tells(task, READ, SAID)
    work = next(work for work in task.fields if work.field == "child_name")
    assert (work.box, work.lines, work.blind) == (INK, (INK,), True)
    assert (task.values, task.findings, task.entry_number) == ({}, (), "")


@pytest.mark.usefixtures("saved")
def test_that_findings_were_seen_is_asked_when_they_can_be_shown(registry: Registry, clock: Clock) -> None:
    desk = registry.desk(BLIND, now=clock)
    first = taken(desk, AN)
    keyed(desk, AN, *(said(work.field, SAID if work.field else "") for work in first.fields), task=first)
    blind = taken(desk, BINH)
    assert WHOLE_ENTRY not in {work.field for work in blind.fields}
    outcome = keyed(desk, BINH, *(said(work.field, SAID) for work in blind.fields), task=blind)
    assert outcome.waiting == (WHOLE_ENTRY,)
    (whole,) = desk.held(BINH)
    assert {found.code for found in whole.findings} == {"D04", "K06"}
    assert keyed(desk, BINH, said(WHOLE_ENTRY, ""), task=whole).stage is Stage.SETTLED


@pytest.mark.usefixtures("saved")
def test_the_third_person_sees_what_the_two_said_and_not_who_said_which_nor_the_reading(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    shown = []
    for texts in (("Thử Hai", "Thử Ba"), ("Thử Ba", "Thử Hai")):
        for who, text in zip((AN, BINH), texts, strict=True):
            task = taken(desk, who)
            keyed(
                desk, who, *(said(work.field, text if work.field else "") for work in task.fields), task=task
            )
            for held in desk.held(who):
                keyed(desk, who, said(WHOLE_ENTRY, ""), task=held)
        task = taken(desk, CHI)
        assert not tells(task, READ, AN.login, BINH.login)
        shown.append([work.candidates for work in task.fields if work.field == "child_name"])
        keyed(desk, CHI, *(said(work.field, "Thử Ba") for work in task.fields), task=task)
        name = read("child_name", f"{READ} Khác", accepted=False)
        registry.save_page(book, page(entry(name, read("entry_number", "?", accepted=False))), "f2")
    assert shown[0] == shown[1]


@pytest.mark.usefixtures("saved")
def test_an_office_may_have_the_first_person_blind_too(registry: Registry, clock: Clock) -> None:
    policy = ReviewPolicy(BookPolicy(blind="all", blind_first=True))
    task = taken(registry.desk(policy, now=clock), AN)
    assert not tells(task, READ)
    assert all(work.blind for work in task.fields)


@pytest.mark.usefixtures("saved")
def test_an_answer_of_the_supervisor_is_not_shown_to_who_keys_blind(registry: Registry, clock: Clock) -> None:
    desk = registry.desk(BLIND, now=clock)
    task = taken(desk, AN)
    desk.ask(AN, task.task_id, f"{SAID} phải không?")
    asked = taken(desk, SUPERVISOR)
    desk.answer(SUPERVISOR, asked.task_id, "phải")
    again = taken(desk, AN)
    assert again.question == f"{SAID} phải không? — phải"
    keyed(desk, AN, *(said(work.field, SAID if work.field else "") for work in again.fields), task=again)
    assert not tells(taken(desk, BINH), SAID)


@pytest.mark.usefixtures("saved")
def test_a_column_keyed_blind_tells_nothing_either(registry: Registry, book: int, clock: Clock) -> None:
    desk = registry.desk(BLIND, now=clock)
    column = desk.column(AN, book, "entry_number", Stage.REVIEW)
    assert column is not None
    assert tells(column, READ)
    (one,) = column.tasks
    desk.key_column(AN, [(one.task_id, one.version, said("entry_number", SAID))], token="cột")
    checked = desk.column(BINH, book, "entry_number", Stage.CHECK)
    assert checked is not None
    assert not tells(checked, READ, SAID)
    assert checked.tasks[0].work.box == INK


@pytest.mark.usefixtures("saved")
def test_the_number_of_an_entry_is_not_shown_beside_other_fields_while_it_is_to_be_keyed_blind(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    first = desk.column(AN, book, "child_name", Stage.REVIEW)
    assert first is not None
    assert first.tasks[0].entry_number == READ
    numbers = desk.column(AN, book, "entry_number", Stage.REVIEW)
    assert numbers is not None
    (one,) = numbers.tasks
    desk.key_column(AN, [(one.task_id, one.version, said("entry_number", SAID))], token="cột")
    beside = desk.column(BINH, book, "child_name", Stage.REVIEW)
    assert beside is not None
    assert beside.tasks[0].entry_number == ""
    desk.hand_back_column(BINH)
    assert taken(desk, BINH).entry_number == ""
