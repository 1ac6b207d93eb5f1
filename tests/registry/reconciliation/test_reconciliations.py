"""Differences are stored, asked about within one's places, and answered; answers only grow."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline.base.errors import RegistryError
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.reconciliation.model import Answer, FoundDifference
from pipeline.registry.tasks.model import NotYours
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, entry, page, read

ORDER = AmendmentOrder("12/QĐ-UBND", "05.03.2026", "Luật Hộ tịch 2014, Điều 28")
HERE = Person(1, "an", "Người Thử", Role.CHECKER, frozenset({LEDGER.place_code}))
ELSEWHERE = Person(2, "bình", "Người Thử", Role.CHECKER, frozenset({"99999"}))
EVERYWHERE = Person(3, "chi", "Người Thử", Role.SUPERVISOR, None)


@pytest.fixture
def entry_id(registry: Registry, book: int) -> int:
    registry.save_page(
        book, page(entry(read("entry_number", "01/2010"), read("child_name", "Trần Thử"))), "f1"
    )
    return registry.entries(book)[0]


@pytest.fixture
def reconciliation(registry: Registry, book: int, entry_id: int) -> int:
    place = LEDGER.place_code
    found = [
        FoundDifference("fields", place, book, entry_id, "01/2010", "01/2010", 2, 0, "child_name", "changed",
                        "Trần Thử", "Trần Thứ"),
        FoundDifference("missing", place, book, entry_id, "02/2010", "01/2010"),
        FoundDifference("extra", "", None, None, "09/2010", "01/2010", 5, theirs="Lê Mẫu"),
    ]  # fmt: skip
    return registry.reconciliations().save("birth", "a.xlsx", "f" * 64, found, {"rows": 3}, author="an")


def test_everybody_is_asked_about_their_own_places_only(registry: Registry, reconciliation: int) -> None:
    queue = registry.reconciliations()
    assert [(one.differences, one.waiting) for one in queue.all_for(HERE)] == [(2, 2)]
    assert queue.all_for(ELSEWHERE) == ()
    assert [one.differences for one in queue.all_for(EVERYWHERE)] == [3]
    first = queue.next_for(HERE, reconciliation)
    assert first is not None
    assert (first.field, first.ours, first.theirs) == ("child_name", "Trần Thử", "Trần Thứ")
    assert queue.next_for(ELSEWHERE, reconciliation) is None
    for ask in (queue.asked, lambda who, what: queue.answer(who, what, Answer.THEIRS)):
        with pytest.raises(NotYours):
            ask(ELSEWHERE, first.id)
    with pytest.raises(NotYours):
        queue.amend(ELSEWHERE, first.id, "Trần Thứ", ORDER)


def test_the_queue_goes_on_and_comes_back_to_what_was_passed_over(
    registry: Registry, reconciliation: int
) -> None:
    queue = registry.reconciliations()
    seen, after = [], 0
    for _ in range(4):
        one = queue.next_for(EVERYWHERE, reconciliation, after)
        assert one is not None
        after = one.id
        seen.append(one.kind)
    assert seen == ["fields", "missing", "extra", "fields"]


def test_answers_grow_and_the_last_one_counts(registry: Registry, reconciliation: int) -> None:
    queue = registry.reconciliations()
    one = queue.next_for(HERE, reconciliation)
    assert one is not None
    with pytest.raises(RegistryError, match="chưa rõ"):
        queue.answer(HERE, one.id, Answer.UNCLEAR, " ")
    queue.answer(HERE, one.id, Answer.UNCLEAR, "ảnh chữ viết nhòe")
    asked = queue.next_for(EVERYWHERE, reconciliation, unclear=True)
    assert asked is not None
    assert (asked.id, asked.note, asked.author) == (one.id, "ảnh chữ viết nhòe", "an")
    queue.answer(EVERYWHERE, one.id, Answer.THEIRS)
    assert queue.next_for(EVERYWHERE, reconciliation, unclear=True) is None
    assert [each.id for each in queue.listed(None, reconciliation, Answer.THEIRS)] == [one.id]
    assert len(queue.listed(EVERYWHERE, reconciliation, None)) == 2
    assert registry.audit().verify().flaws == ()


def test_an_amendment_and_its_answer_come_together_or_not_at_all(
    registry: Registry, entry_id: int, reconciliation: int
) -> None:
    queue = registry.reconciliations()
    one = queue.next_for(HERE, reconciliation)
    assert one is not None
    with pytest.raises(RegistryError, match="số quyết định"):
        queue.amend(HERE, one.id, "Trần Thứ", AmendmentOrder("", "05.03.2026", "Điều 28"))
    assert queue.asked(HERE, one.id).answer is None
    queue.amend(HERE, one.id, "Trần Thứ", ORDER)
    assert queue.asked(HERE, one.id).answer == Answer.AMENDED
    found = registry.entry(entry_id)
    assert (found.values["child_name"], found.current["child_name"]) == ("Trần Thử", "Trần Thứ")
    missing = queue.next_for(HERE, reconciliation)
    assert missing is not None
    with pytest.raises(RegistryError, match="không ở một ô"):
        queue.amend(HERE, missing.id, "x", ORDER)


def test_no_statement_changes_or_removes_what_was_found_or_answered(
    registry: Registry, reconciliation: int, outsider: Outsider
) -> None:
    one = registry.reconciliations().next_for(HERE, reconciliation)
    assert one is not None
    registry.reconciliations().answer(HERE, one.id, Answer.THEIRS)
    for table in ("reconciliation", "difference", "difference_answer"):
        for statement in ("UPDATE {} SET id = 99", "DELETE FROM {}"):
            with pytest.raises(DBAPIError, match="append-only"):
                outsider.execute(statement.format(table))
