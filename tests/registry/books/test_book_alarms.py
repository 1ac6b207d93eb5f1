"""What a check says of a book as a whole waits for a supervisor, not for a reviewer before a white page."""

from __future__ import annotations

import pytest

from pipeline.base.stages import Stage
from pipeline.registry import CrossEntryFinding, Registry
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.consensus import WHOLE_ENTRY
from pipeline.registry.tasks.model import DeskTask
from tests.registry.offices import AN, BINH, BLIND, SINGLE, SUPERVISOR, keyed, said, taken
from tests.registry.pages import entry, finding, page, read

ALARM = "K10-PAGES"


@pytest.fixture
def alarmed(registry: Registry, book: int) -> int:
    """A book whose only page is accepted, and of which a check says that its totals differ."""
    registry.save_page(book, page(entry(read("child_name", "Thử Một"))), "f1")
    registry.save_checks([CrossEntryFinding(book, 1, None, finding(ALARM))], [ALARM])
    return book


def see(desk: Desk, task: DeskTask) -> None:
    """Say that one has seen what is told of the page."""
    keyed(desk, SUPERVISOR, said(WHOLE_ENTRY, ""), task=task)


def test_an_alarm_about_a_book_is_for_the_supervisor(registry: Registry, alarmed: int) -> None:
    desk = registry.desk(SINGLE)
    assert desk.next_task(AN) is None
    task = taken(desk, SUPERVISOR)
    assert (task.stage, registry.queue(alarmed)[0].reasons) == (Stage.SUPERVISOR, (ALARM,))
    see(desk, task)
    assert registry.queue(alarmed) == ()


def test_its_second_look_is_for_whoever_checks(registry: Registry, alarmed: int) -> None:
    desk = registry.desk(BLIND)
    see(desk, taken(desk, SUPERVISOR))
    assert taken(desk, BINH).stage is Stage.CHECK


def test_what_the_machine_says_of_a_page_itself_stays_with_the_reviewer(
    registry: Registry, book: int
) -> None:
    registry.save_page(book, page(findings=[finding("PAGE-UNKNOWN")]), "f1")
    assert taken(registry.desk(SINGLE), AN).stage is Stage.REVIEW
