"""Questions to the supervisor, and pages that must be scanned again."""

from __future__ import annotations

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.stages import Stage
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import (
    ADMINISTRATOR,
    AN,
    BINH,
    CHECKED,
    CHECKER,
    OPERATOR,
    REVIEWER,
    SUPERVISOR,
    Clock,
    doubtful,
    keyed,
    person,
    said,
    taken,
)
from tests.registry.pages import finding, page


@pytest.fixture
def desk(registry: Registry, book: int, clock: Clock) -> Desk:
    """A desk with a page of two entries and a finding of its own, and another page."""
    two = page(doubtful("notes"), doubtful("notes", row=1), findings=[finding("PAGE-UNKNOWN")])
    registry.save_page(book, two, "f1")
    registry.save_page(book, page(doubtful("notes"), page_no=2), "f1")
    return registry.desk(CHECKED, now=clock)


def test_a_question_waits_for_the_supervisor_whose_word_is_checked_like_any_other(desk: Desk) -> None:
    while (task := taken(desk, AN)).entry_id is None:
        pass
    desk.ask(AN, task.task_id, "chữ gì đây?")
    assert task.task_id not in {taken(desk, BINH).task_id for _ in range(2)}
    assert desk.next_task(BINH) is None
    asked = taken(desk, SUPERVISOR)
    assert (asked.task_id, asked.stage, asked.question) == (task.task_id, Stage.SUPERVISOR, "chữ gì đây?")
    assert keyed(desk, SUPERVISOR, said("notes"), task=asked).stage is Stage.CHECK
    assert taken(desk, CHECKER).fields[0].first == said("notes")


def test_a_supervisor_may_answer_without_a_word_on_the_field(desk: Desk) -> None:
    task = taken(desk, AN)
    desk.ask(AN, task.task_id, "ghi thế nào?")
    desk.answer(SUPERVISOR, taken(desk, SUPERVISOR).task_id, "ghi như trên giấy")
    again = taken(desk, BINH)
    assert (again.task_id, again.stage) == (task.task_id, Stage.REVIEW)
    assert again.question == "ghi thế nào? — ghi như trên giấy"


def test_only_supervisors_answer(desk: Desk) -> None:
    task = taken(desk, AN)
    with pytest.raises(NotYours):
        desk.answer(AN, task.task_id, "không biết")


def test_a_question_and_an_answer_need_words(desk: Desk) -> None:
    task = taken(desk, SUPERVISOR)
    with pytest.raises(RegistryError, match="Chưa ghi câu hỏi"):
        desk.ask(SUPERVISOR, task.task_id, " ")
    with pytest.raises(RegistryError, match="Chưa ghi câu trả lời"):
        desk.answer(SUPERVISOR, task.task_id, "")


def test_all_that_is_open_on_a_page_waits_until_it_was_scanned_again(desk: Desk, registry: Registry) -> None:
    task = taken(desk, AN)
    other = taken(desk, BINH)
    assert other.ref == task.ref
    ticket = desk.request_rescan(AN, task.task_id, "trang bị gấp mép")
    assert (ticket.reason, ticket.login, ticket.ref, ticket.closed_at) == (
        "trang bị gấp mép", AN.login, task.ref, None,
    )  # fmt: skip
    assert (desk.held(AN), desk.held(BINH)) == ((), ())
    with pytest.raises(NotYours):
        keyed(desk, BINH, said("notes"), task=other)
    assert [taken(desk, CHECKER).ref.page_no, desk.next_task(CHECKER)] == [2, None]
    assert desk.tickets(OPERATOR) == (ticket,)
    desk.close_ticket(OPERATOR, ticket.id, "đã quét lại")
    assert taken(desk, BINH).ref == task.ref
    assert desk.tickets(OPERATOR) == ()
    (closed,) = desk.tickets(OPERATOR, closed=True)
    assert (closed.closed_by, closed.note) == (OPERATOR.login, "đã quét lại")


def test_what_comes_up_on_a_page_meanwhile_waits_too(desk: Desk, registry: Registry, book: int) -> None:
    task = taken(desk, AN)
    ticket = desk.request_rescan(AN, task.task_id, "mờ")
    registry.save_page(book, page(*(doubtful("notes", row=row) for row in range(3))), "f2")
    assert [taken(desk, AN).ref.page_no, desk.next_task(AN)] == [2, None]
    desk.close_ticket(OPERATOR, ticket.id, "rõ rồi")
    assert taken(desk, BINH).ref.page_no == 1


def test_words_that_were_keyed_before_are_still_there_afterwards(desk: Desk) -> None:
    while (task := taken(desk, AN)).entry_id is None:
        pass
    keyed(desk, AN, said("notes"), task=task)
    held = taken(desk, BINH)
    assert held.stage is Stage.CHECK
    ticket = desk.request_rescan(BINH, held.task_id, "mờ")
    desk.close_ticket(SUPERVISOR, ticket.id, "không quét rõ hơn được")
    again = desk.next_task(BINH, stage=Stage.CHECK)
    assert again is not None
    assert again.fields[0].first == said("notes")


def test_a_ticket_is_closed_once_and_with_a_note(desk: Desk) -> None:
    ticket = desk.request_rescan(AN, taken(desk, AN).task_id, "mờ")
    with pytest.raises(RegistryError, match="Chưa ghi"):
        desk.close_ticket(OPERATOR, ticket.id, "")
    desk.close_ticket(OPERATOR, ticket.id, "xong")
    with pytest.raises(RegistryError, match="đã đóng"):
        desk.close_ticket(OPERATOR, ticket.id, "xong")
    with pytest.raises(RegistryError, match="Không có"):
        desk.close_ticket(OPERATOR, 999, "xong")


@pytest.mark.parametrize("who", [REVIEWER, CHECKER, ADMINISTRATOR])
def test_tickets_are_for_those_who_scan(desk: Desk, who: Person) -> None:
    ticket = desk.request_rescan(AN, taken(desk, AN).task_id, "mờ")
    for act in (
        lambda: desk.tickets(who),
        lambda: desk.close_ticket(who, ticket.id, "xong"),
        lambda: desk.page_of_ticket(who, ticket.id),
    ):
        with pytest.raises(NotYours):
            act()


def test_tickets_of_another_place_are_not_shown(desk: Desk) -> None:
    ticket = desk.request_rescan(AN, taken(desk, AN).task_id, "mờ")
    there = person(41, Role.OPERATOR, frozenset({"99999"}))
    assert desk.tickets(there) == ()
    for act in (
        lambda: desk.close_ticket(there, ticket.id, "xong"),
        lambda: desk.page_of_ticket(there, ticket.id),
    ):
        with pytest.raises(NotYours):
            act()
    assert desk.page_of_ticket(OPERATOR, ticket.id).ref == ticket.ref
