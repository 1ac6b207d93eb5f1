"""Comments on tasks: who says, reads, answers and closes them, and who does not read them yet."""

from __future__ import annotations

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box
from pipeline.registry import Registry, RegistryPart, Withdrawn
from pipeline.registry.accounts.model import Role
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import (
    BLIND,
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
from tests.registry.pages import page

ELSEWHERE = person(41, Role.SUPERVISOR, frozenset({"99999"}))
OTHER = person(16, Role.REVIEWER)


def test_a_comment_is_read_by_who_holds_the_task_next_and_by_the_supervisor_until_it_is_closed(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(doubtful("notes")), "f1")
    desk = registry.desk(CHECKED, now=clock)
    task = taken(desk, REVIEWER)
    desk.comment(REVIEWER, task.task_id, "  Dấu giáp lai che chữ. ", "t1", Box(10, 20, 60, 40))
    desk.comment(REVIEWER, task.task_id, "gửi hai lần", "t1")
    ((opened, _),) = desk.open_comments(SUPERVISOR)
    assert [(one.text, one.login) for one in opened.comments] == [("Dấu giáp lai che chữ.", REVIEWER.login)]
    assert desk.open_comments(ELSEWHERE) == desk.open_comments(OTHER) == ()
    desk.answer_comment(SUPERVISOR, task.task_id, opened.thread_id, "Xem trang sau.", "t2")
    keyed(desk, REVIEWER, said("notes"), task=task)
    (thread,) = taken(desk, CHECKER).comments
    assert [one.text for one in thread.comments] == ["Dấu giáp lai che chữ.", "Xem trang sau."]
    assert thread.corners == ((10, 20), (60, 20), (60, 40), (10, 40))
    (mine,) = desk.comments_of_task(
        REVIEWER, task.task_id
    ).threads  # its author, who no longer holds the task
    assert mine == thread
    with pytest.raises(NotYours, match="người phụ trách mới đóng"):
        desk.close_comment(CHECKER, task.task_id, thread.thread_id, "t3")
    desk.close_comment(REVIEWER, task.task_id, thread.thread_id, "t3")
    desk.close_comment(SUPERVISOR, task.task_id, thread.thread_id, "t4")
    with pytest.raises(RegistryError, match=f"{REVIEWER.login} đóng"):
        desk.answer_comment(SUPERVISOR, task.task_id, thread.thread_id, "nữa", "t5")
    assert desk.open_comments(SUPERVISOR) == ()
    assert desk.held(CHECKER)[0].comments == ()
    acts = [row.action for row in registry.audit().recent(100)]
    assert {act: acts.count(act) for act in ("comment-opened", "comment-answered", "comment-closed")} == {
        "comment-opened": 1,
        "comment-answered": 1,
        "comment-closed": 1,
    }


def test_whoever_keys_blind_reads_no_comment_of_another_before_they_have_keyed(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(doubtful("notes")), "f1")
    desk = registry.desk(BLIND, now=clock)
    task = taken(desk, REVIEWER)
    desk.comment(REVIEWER, task.task_id, "Đọc là “Thử Một”.", "t1")
    keyed(desk, REVIEWER, said("notes"), task=task)
    shown = taken(desk, CHECKER)
    assert (shown.comments, shown.hidden_comments) == ((), 1)
    page_shown = desk.comments_of_task(CHECKER, task.task_id)
    assert (page_shown.threads, page_shown.hidden) == ((), 1)
    desk.comment(CHECKER, task.task_id, "Trang bị gập.", "t2")
    assert [one.comments[0].text for one in desk.held(CHECKER)[0].comments] == ["Trang bị gập."]
    with pytest.raises(RegistryError, match="Không có ý kiến ấy"):
        desk.answer_comment(CHECKER, task.task_id, 1, "đoán", "t3")
    assert len(desk.comments_of_task(SUPERVISOR, task.task_id).threads) == 2
    keyed(desk, CHECKER, said("notes"), task=shown)
    assert len(desk.comments_of_task(CHECKER, task.task_id).threads) == 2


def test_nobody_else_comments_and_nothing_is_said_of_what_is_withdrawn(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(doubtful("notes")), "f1")
    desk = registry.desk(CHECKED, now=clock)
    task_id = taken(desk, REVIEWER).task_id
    for stranger in (OTHER, ELSEWHERE, OPERATOR):
        with pytest.raises(NotYours):
            desk.comment(stranger, task_id, "x", "t1")
        with pytest.raises(NotYours):
            desk.comments_of_task(stranger, task_id)
    for text, told in ((" ", "Chưa ghi"), ("a\u202eb", "ý kiến"), ("x" * 2001, "nhiều nhất là 2000")):
        with pytest.raises(RegistryError, match=told):
            desk.comment(REVIEWER, task_id, text, "t1")
    desk.comment(REVIEWER, task_id, "Trang này của sổ khác.", "t1")
    registry.withdraw(RegistryPart(book), author="chi", reason="nhầm")
    assert desk.open_comments(SUPERVISOR) == ()
    assert desk.count_open_comments(SUPERVISOR) == 0
    with pytest.raises(Withdrawn):
        desk.comment(SUPERVISOR, task_id, "Đúng vậy.", "t2")


def test_a_supervisor_who_is_to_key_blind_is_told_nothing_by_the_list(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(doubtful("notes")), "f1")
    desk = registry.desk(BLIND, now=clock)
    task = taken(desk, REVIEWER)
    desk.comment(REVIEWER, task.task_id, "Đọc là “Thử Một”.", "t1")
    keyed(desk, REVIEWER, said("notes"), task=task)
    assert len(desk.open_comments(SUPERVISOR)) == 1
    in_hand = taken(desk, SUPERVISOR)
    assert (desk.open_comments(SUPERVISOR), desk.count_open_comments(SUPERVISOR)) == ((), 0)
    desk.comment(SUPERVISOR, task.task_id, "Trang bị gập.", "t2")
    assert [thread.first.text for thread, _ in desk.open_comments(SUPERVISOR)] == ["Trang bị gập."]
    keyed(desk, SUPERVISOR, said("notes"), task=in_hand)
    assert len(desk.open_comments(SUPERVISOR)) == 2
