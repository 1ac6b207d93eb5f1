"""The entries that teach most are handed out first, to each who may have them, unless the office has it otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.model import PageRef
from pipeline.declarations.review_policy import BookPolicy, ReviewPolicy
from pipeline.registry import Registry
from tests.registry.offices import AN, BINH, SINGLE, doubtful, keyed, said, taken
from tests.registry.pages import SCAN, page

PLAN = [(PageRef(SCAN, number), 0) for number in (4, 2)]


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


@pytest.fixture
def planned(registry: Registry, book: int) -> Registry:
    for number in range(1, 6):
        registry.save_page(book, page(doubtful("child_name"), page_no=number), "f1")
    assert registry.plan_teaching(book, PLAN)
    return registry


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_the_plan_comes_first_and_then_the_order_of_the_book(planned: Registry) -> None:
    desk = planned.desk(SINGLE)
    handed = []
    for _ in range(5):
        task = taken(desk, AN)
        handed.append((task.ref.page_no, task.is_teaching))
        keyed(desk, AN, said("child_name"), task=task)
    assert handed == [(4, True), (2, True), (1, False), (3, False), (5, False)]


def test_two_people_get_different_entries_of_the_plan(planned: Registry) -> None:
    desk = planned.desk(SINGLE)
    assert [taken(desk, who).ref.page_no for who in (AN, BINH, AN)] == [4, 2, 1]


def test_an_office_may_switch_it_off(planned: Registry) -> None:
    off = ReviewPolicy(replace(SINGLE.every_book, teaching_first=False))
    task = taken(planned.desk(off), AN)
    assert (task.ref.page_no, task.is_teaching) == (1, False)
    assert BookPolicy().teaching_first


def test_the_plan_stays_once_people_have_decided(planned: Registry, book: int) -> None:
    assert not planned.plan_teaching(book, PLAN)
    assert planned.plan_teaching(book, PLAN[:1])
    keyed(planned.desk(SINGLE), AN, said("child_name"))
    assert not planned.plan_teaching(book, PLAN)
