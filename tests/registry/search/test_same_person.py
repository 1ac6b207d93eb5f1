"""The same person elsewhere: shown as far as somebody may see it, judged once, taken back, and told in the audit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pipeline.registry import Link, LinkVerdict, NotThere, Registry, RegistryPart, StaleTask
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.withdrawals.model import Withdrawn
from tests.registry.pages import SCAN, SCHEMAS
from tests.registry.search.conftest import fill
from tests.registry.search.people import CHECKER, ELSEWHERE, SUPERVISOR

CONFIRMED, REJECTED, TAKEN_BACK = LinkVerdict
EVIDENCE = {"name": "same", "born": "same day"}


@pytest.fixture
def linked(births: Registry) -> Registry:
    """The second birth may be the third one again, and of one person with the far one."""
    births.save_links(
        [
            Link("again", 2, "child", 3, "child", 0.97, EVIDENCE),
            Link("person", 2, "child", 8, "child", 0.93, {"name": "same", "sex": "differs"}),
        ]
    )
    return births


def mark(registry: Registry, link_id: int = 1) -> str:
    return next(one.mark for one in registry.linked_entries(SUPERVISOR, 2) if one.link_id == link_id)


def test_what_is_suggested_is_shown_from_either_side_with_its_evidence(linked: Registry) -> None:
    again, person = linked.linked_entries(SUPERVISOR, 2)
    assert (again.other_id, again.number, again.name) == (3, "03/2010", "Nguyen Van An")
    assert dict(again.evidence) == EVIDENCE
    assert (person.other_id, person.place, person.decision) == (8, "Xã Nơi Khác", None)
    (back,) = linked.linked_entries(SUPERVISOR, 3)
    assert (back.other_id, back.number) == (2, "02/2010")
    assert linked.linked_entries(SUPERVISOR, 1) == ()


def test_a_verdict_is_added_told_in_the_audit_and_can_be_taken_back(linked: Registry) -> None:
    linked.judge_link(SUPERVISOR, 2, 1, CONFIRMED, seen=mark(linked))
    (row,) = linked.audit().recent(1)
    assert (row.actor, row.action, row.subject) == ("lan", "link-decided", "link:1")
    decision = next(one.decision for one in linked.linked_entries(SUPERVISOR, 3))
    assert decision is not None
    assert (decision.verdict, decision.author) == (CONFIRMED, "lan")
    linked.judge_link(SUPERVISOR, 3, 1, TAKEN_BACK, seen=mark(linked))
    assert next(one.decision for one in linked.linked_entries(SUPERVISOR, 2)) is None
    linked.judge_link(SUPERVISOR, 2, 1, REJECTED, seen=mark(linked))
    left = {one.link_id: one.decision for one in linked.linked_entries(SUPERVISOR, 2)}
    assert left[1] is not None
    assert left[1].verdict is REJECTED
    assert [one.link_id for one in linked.links()] == [2]
    assert linked.audit().verify().passed


def test_a_verdict_on_what_is_otherwise_by_now_is_refused(linked: Registry) -> None:
    seen = mark(linked)
    with pytest.raises(StaleTask):
        linked.judge_link(SUPERVISOR, 2, 1, TAKEN_BACK, seen=seen)
    linked.judge_link(SUPERVISOR, 2, 1, CONFIRMED, seen=seen)
    for verdict in (CONFIRMED, REJECTED):
        with pytest.raises(StaleTask):
            linked.judge_link(SUPERVISOR, 2, 1, verdict, seen=seen)
    with pytest.raises(StaleTask):
        linked.judge_link(SUPERVISOR, 2, 1, REJECTED, seen=mark(linked))
    other = mark(linked, 2)
    linked.save_links([Link("person", 2, "child", 8, "child", 0.93, {"name": "differs"})])
    with pytest.raises(NotThere):
        linked.judge_link(SUPERVISOR, 2, 2, CONFIRMED, seen=other)


def test_only_supervisors_of_both_places_judge(linked: Registry) -> None:
    with pytest.raises(NotYours):
        linked.linked_entries(CHECKER, 2)
    with pytest.raises(NotYours):
        linked.linked_entries(ELSEWHERE, 2)
    (far,) = linked.linked_entries(ELSEWHERE, 8)
    assert (far.other_id, far.number, far.name, far.registered_on) == (None, "", "", "")
    with pytest.raises(NotYours, match="không xác nhận được"):
        linked.judge_link(ELSEWHERE, 8, 2, CONFIRMED, seen=far.mark)
    with pytest.raises(NotThere):
        linked.judge_link(SUPERVISOR, 1, 1, CONFIRMED, seen=mark(linked))
    with pytest.raises(NotThere):
        linked.linked_entries(SUPERVISOR, 999)


def test_nothing_withdrawn_is_linked(linked: Registry) -> None:
    linked.withdraw(RegistryPart(1, SCAN, 1, 2), author="lan", reason="ghi hai lần")
    assert [one.link_id for one in linked.linked_entries(SUPERVISOR, 2)] == [2]
    with pytest.raises(Withdrawn):
        linked.linked_entries(SUPERVISOR, 3)


@pytest.fixture
def suggested(registry: Registry) -> Registry:
    """The same births on either kind of database, with one suggestion."""
    fill(registry)
    registry.save_links([Link("again", 2, "child", 3, "child", 0.97, EVIDENCE)])
    return registry


def test_of_two_verdicts_at_once_one_is_added_and_one_refused(suggested: Registry, url: str) -> None:
    start = Barrier(2)

    def judge(of: Registry, verdict: LinkVerdict, seen: str) -> str:
        start.wait(60)
        try:
            of.judge_link(SUPERVISOR, 2, 1, verdict, seen=seen)
        except StaleTask:
            return "refused"
        return "added"

    with Registry.open(url, SCHEMAS) as other, ThreadPoolExecutor(2) as people:
        for _ in range(5):
            seen = mark(suggested)
            first = people.submit(judge, suggested, CONFIRMED, seen)
            second = people.submit(judge, other, REJECTED, seen)
            assert {first.result(), second.result()} == {"added", "refused"}
            suggested.judge_link(SUPERVISOR, 2, 1, TAKEN_BACK, seen=mark(suggested))
