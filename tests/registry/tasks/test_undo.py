"""Taking back what one said, until somebody builds on it."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import CannotUndo, ReturnReason
from tests.registry.offices import (
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
    said,
    taken,
)
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read


def desk_with(registry: Registry, book: int, policy: ReviewPolicy, clock: Clock, *fields: str) -> Desk:
    registry.save_page(book, page(doubtful(*(fields or ("notes",)))), "f1")
    return registry.desk(policy, now=clock)


def test_a_word_that_nobody_checked_is_taken_back_and_said_anew(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, CHECKED, clock)
    keyed(desk, AN, said("notes", "Thử Hai"))
    task = desk.undo(AN)
    assert (task.stage, [work.mine for work in task.fields]) == (Stage.REVIEW, [said("notes", "Thử Hai")])
    assert [held.task_id for held in desk.held(AN)] == [task.task_id]
    keyed(desk, AN, said("notes"), task=task)
    (work,) = taken(desk, BINH).fields
    assert work.first == said("notes")


def test_what_a_single_word_settled_is_settled_no_longer(registry: Registry, book: int, clock: Clock) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    keyed(desk, AN, said("notes", "Thử Hai"))
    assert in_force(registry, "notes") == "Thử Hai"
    task = desk.undo(AN)
    assert in_force(registry, "notes") is None
    keyed(desk, AN, said("notes"), task=task)
    assert in_force(registry, "notes") == "Thử Một"


def test_a_checker_may_take_back_the_check_and_the_first_word_waits_again(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, CHECKED, clock)
    keyed(desk, AN, said("notes"))
    keyed(desk, BINH, said("notes", "Thử Hai"))
    task = desk.undo(BINH)
    (work,) = task.fields
    assert (task.stage, work.first, work.mine) == (Stage.CHECK, said("notes"), said("notes", "Thử Hai"))
    assert in_force(registry, "notes") is None


def test_nothing_is_taken_back_once_somebody_else_has_keyed(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, BLIND, clock)
    keyed(desk, AN, said("notes", "Thử Hai"))
    keyed(desk, BINH, said("notes", "Thử Ba"))
    with pytest.raises(CannotUndo, match="làm tiếp"):
        desk.undo(AN)
    keyed(desk, CHI, said("notes"))
    for who in (AN, BINH):
        with pytest.raises(CannotUndo):
            desk.undo(who)
    third = desk.undo(CHI)
    assert in_force(registry, "notes") is None
    desk.hand_back(CHI, third.task_id)
    assert desk.undo(BINH).stage is Stage.CHECK


def test_nothing_is_taken_back_while_somebody_else_has_the_task(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, CHECKED, clock)
    keyed(desk, AN, said("notes"))
    held = taken(desk, BINH)
    with pytest.raises(CannotUndo, match="người khác"):
        desk.undo(AN)
    desk.hand_back(BINH, held.task_id)
    assert desk.undo(AN).stage is Stage.REVIEW


def test_nothing_is_taken_back_while_a_question_is_open_or_after_another_decision(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, CHECKED, clock, "notes", "signer_title")
    task = taken(desk, AN)
    outcome = keyed(desk, AN, said("notes"), task=task)
    assert outcome.waiting == ("signer_title",)
    clock.pass_minutes(1)
    desk.ask(AN, task.task_id, "chức gì?")
    asked = taken(desk, SUPERVISOR)
    with pytest.raises(CannotUndo, match="người khác"):
        desk.undo(AN)
    desk.answer(SUPERVISOR, asked.task_id, "xem trang trước")
    with pytest.raises(CannotUndo, match="đã được trả lời"):
        desk.undo(AN)
    clock.pass_minutes(1)
    again = desk.next_task(AN)
    assert again is not None
    keyed(desk, AN, said("signer_title"), task=again)
    (entry_id,) = registry.entries()
    registry.decide(entry_id, [said("signer_title", "Thử Ba")], author="dung")
    with pytest.raises(CannotUndo, match="quyết định lại"):
        desk.undo(AN)


def test_the_last_act_is_taken_back_whatever_it_was(registry: Registry, book: int, clock: Clock) -> None:
    registry.save_page(book, page(doubtful("notes"), doubtful("notes", row=1)), "f1")
    desk = registry.desk(SINGLE, now=clock)
    first = taken(desk, AN)
    keyed(desk, AN, said("notes"), task=first)
    clock.pass_minutes(1)
    second = taken(desk, AN)
    desk.skip(AN, second.task_id, "khó")
    assert desk.held(AN) == ()
    assert desk.undo(AN).task_id == second.task_id
    clock.pass_minutes(1)
    desk.ask(AN, second.task_id, "chữ gì?")
    assert [count.stage for count in desk.counts(SUPERVISOR)] == [Stage.SUPERVISOR]
    back = desk.undo(AN)
    assert (back.task_id, back.stage, back.question) == (second.task_id, Stage.REVIEW, "")
    clock.pass_minutes(1)
    desk.request_rescan(AN, second.task_id, "mờ")
    assert len(desk.tickets(SUPERVISOR)) == 1
    assert desk.undo(AN).task_id == second.task_id
    assert desk.tickets(SUPERVISOR) == ()
    assert [closed.closed_by for closed in desk.tickets(SUPERVISOR, closed=True)] == [AN.login]
    assert desk.undo(AN).task_id == first.task_id
    with pytest.raises(CannotUndo, match="Không còn"):
        desk.undo(AN)
    undone = [row for row in registry.audit().recent(50) if row.action == "undone"]
    assert len(undone) == 4


def test_what_others_have_gone_on_with_is_not_taken_back(registry: Registry, book: int, clock: Clock) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    task = taken(desk, AN)
    desk.skip(AN, task.task_id, "khó")
    theirs = taken(desk, BINH)
    with pytest.raises(CannotUndo, match="người khác"):
        desk.undo(AN)
    keyed(desk, BINH, said("notes"), task=theirs)
    with pytest.raises(CannotUndo, match="làm tiếp"):
        desk.undo(AN)


def test_a_page_that_was_scanned_again_stays_so(registry: Registry, book: int, clock: Clock) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    ticket = desk.request_rescan(AN, taken(desk, AN).task_id, "mờ")
    desk.close_ticket(SUPERVISOR, ticket.id, "đã quét lại")
    with pytest.raises(CannotUndo, match="đã được quét lại"):
        desk.undo(AN)


def test_a_confirmed_value_to_be_delivered_is_taken_back_and_the_one_before_counts_again(
    registry: Registry, book: int, clock: Clock
) -> None:
    number = read("entry_number", "7/2010", canonical="07/2010")
    day = read("registered_on", "1/2/2010", canonical="01.02.2010")
    born = read("child_born_on", "05/3/07", canonical="", accepted=False)
    registry.save_page(book, page(entry(number, day, born)), "f1")
    (entry_id,) = registry.entries()
    desk = registry.desk(SINGLE, now=clock)
    usual, typed = DeliveryPolicy(), (FieldStatus.READ, "05/3/07")
    task = taken(desk, AN)

    def delivered() -> tuple[str, str]:
        both = registry.delivery_layers(entry_id, usual, {"child_born_on": typed})["child_born_on"].delivered
        return both.value, both.confirmed_by

    waiting = delivered()
    registry.confirm_delivery(entry_id, "child_born_on", usual, 0, typed, author="khac")
    theirs = delivered()
    for choice in (1, 0):
        registry.confirm_delivery(entry_id, "child_born_on", usual, choice, typed, author=AN.login)
    assert delivered() == ("05.03.2007", AN.login)
    assert desk.undo(AN).task_id == task.task_id
    assert delivered() == ("05.03.1907", AN.login)
    desk.undo(AN)
    assert delivered() == theirs == ("05.03.2007", "khac")
    assert waiting[1] == ""
    with pytest.raises(CannotUndo, match="Không còn"):
        desk.undo(AN)


def test_there_is_nothing_to_take_back_at_first_and_in_the_end(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = desk_with(registry, book, SINGLE, clock, "notes", "signer_title")
    with pytest.raises(CannotUndo, match="Không còn"):
        desk.undo(AN)
    task = taken(desk, AN)
    keyed(desk, AN, said("notes"), task=task)
    (held,) = desk.held(AN)
    keyed(desk, AN, said("signer_title"), task=held)
    assert [work.field for work in desk.undo(AN).fields] == ["signer_title"]
    assert [work.field for work in desk.undo(AN).fields] == ["notes", "signer_title"]
    with pytest.raises(CannotUndo, match="Không còn"):
        desk.undo(AN)


def test_an_undone_decision_gives_way_to_the_one_before(registry: Registry, book: int, clock: Clock) -> None:
    desk = desk_with(registry, book, SINGLE, clock)
    keyed(desk, AN, said("notes"))
    registry.save_page(book, page(entry(read("notes", "Chữ Khác"))), "f2")
    keyed(desk, BINH, said("notes", "Thử Hai"))
    assert in_force(registry, "notes") == "Thử Hai"
    task = desk.undo(BINH)
    assert (task.returned, in_force(registry, "notes")) == (ReturnReason.READ_OTHERWISE, "Thử Một")


def state(registry: Registry, desk: Desk) -> object:
    """What stands, but for versions and times."""
    (entry_id,) = registry.entries()
    stored = registry.entry(entry_id)
    tasks = [(task.fields, task.reasons, task.reopened) for task in registry.queue()]
    decided = {field: (word.status, word.text, word.author) for field, word in stored.decisions.items()}
    waiting = {who.login: {count.stage for count in desk.counts(who)} for who in (AN, BINH, CHI)}
    return dict(stored.values), decided, tasks, waiting


turns = st.lists(
    st.tuples(st.sampled_from([AN, BINH, CHI]), st.sampled_from(["Thử Một", "Thử Hai"])), max_size=4
)


@settings(max_examples=30, deadline=None)
@given(policy=st.sampled_from([SINGLE, CHECKED, BLIND]), spoken=turns)
def test_undo_brings_back_what_was_and_saying_it_again_what_came_of_it(
    sqlite_template: Path, policy: ReviewPolicy, spoken: list[tuple[Person, str]]
) -> None:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        path = shutil.copyfile(sqlite_template, Path(folder, "registry.db"))
        registry = stack.enter_context(Registry.open(f"sqlite:///{path}", SCHEMAS))
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        desk = desk_with(registry, book, policy, Clock())
        for who, text in spoken:
            before = state(registry, desk)
            task = desk.next_task(who)
            if task is None:
                continue
            keyed(desk, who, said("notes", text), task=task)
            after = state(registry, desk)
            undone = desk.undo(who)
            assert state(registry, desk) == before
            assert (undone.stage, undone.fields[0].mine) == (task.stage, said("notes", text))
            keyed(desk, who, said("notes", text), task=undone)
            assert state(registry, desk) == after
