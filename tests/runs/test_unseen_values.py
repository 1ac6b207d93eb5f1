"""A share of what the machine accepted is drawn, and what the checks refute is stopped in its book."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.model import FieldStatus
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.recognition.calibration import SampleCheck
from pipeline.registry import Registry, Verdict
from pipeline.registry.sampled_values import AcceptedValue, SampledValue, ValueSource
from pipeline.run_context import RunContext
from pipeline.runs.unseen_values import STOPPED, basis_of, check_unseen, is_drawn, stopped_sources
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

FIELD, NAME = "registrar_name", "Trần Văn Tuấn"
PAGES = 12


@pytest.fixture
def context(sqlite_url: str, tmp_path: Path) -> RunContext:
    """Store a book whose values are all accepted; half of them are drawn."""
    policy = ReviewPolicy(unseen_sample=0.5)
    context = RunContext(tmp_path / "workspace", sqlite_url, SCHEMAS, review=policy)
    with context.open_registry() as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "1.tif", 1000, PAGES)
        for number in range(1, PAGES + 1):
            registry.save_page(book, page(entry(read(FIELD, NAME)), page_no=number), f"f{number}")
    return context


def decide(registry: Registry, text: str) -> int:
    """People decide all values that were drawn."""
    waiting = [value for value in registry.sampled_values(None) if value.decided_at is None]
    for one in waiting:
        registry.decide(one.entry_id, [Verdict(FIELD, FieldStatus.READ, text)], author="nguoi-1")
    return len(waiting)


def effective(registry: Registry) -> int:
    return sum(one.values[FIELD] is not None for one in registry.stored_entries(1))


def test_a_share_is_drawn_once_and_goes_on_as_right_checks_come(context: RunContext) -> None:
    with context.open_registry() as registry:
        drawn = check_unseen(registry, context, 1).drawn
        assert 2 <= drawn <= PAGES - 2
        assert check_unseen(registry, context, 1).drawn == 0
        assert effective(registry) == PAGES - drawn
        assert decide(registry, NAME) == drawn
        report = check_unseen(registry, context, 1)
        assert (report.stopped, effective(registry)) == (frozenset(), PAGES)


def test_what_checks_refute_waits_in_the_book_until_another_calibration(
    context: RunContext,
) -> None:
    with context.open_registry() as registry:
        drawn = check_unseen(registry, context, 1).drawn
        decide(registry, "Trần Văn Tuân")
        report = check_unseen(registry, context, 1)
        assert (report.stopped, report.held) == (frozenset({ValueSource.MACHINE}), PAGES - drawn)
        assert effective(registry) == drawn
        assert check_unseen(registry, context, 1).held == PAGES - drawn
        found = registry.cross_entry_findings([1])
        assert {one.finding.code for one in found} == {STOPPED}
        acts = [one.action for one in registry.audit().recent(20) if one.action.startswith("source-")]
        assert acts == ["source-stopped"]
        known = [replace(value, basis="another") for value in registry.sampled_values(None)]
        assert stopped_sources(known, basis_of(context.options.routing), 0.004) == frozenset()


def test_what_other_books_refute_waits_in_this_one_too(context: RunContext) -> None:
    with context.open_registry() as registry:
        other = registry.book_id(replace(LEDGER, volume="02/2010"), "KS.2010.02")
        registry.store_scan(other, "b" * 64, "1.tif", 1000, 1)
        registry.save_page(other, page(entry(read(FIELD, NAME)), scan="b" * 64), "g1")
        check_unseen(registry, context, 1)
        decide(registry, "Trần Văn Tuân")
        assert check_unseen(registry, context, other).held == 1


def test_nothing_is_drawn_without_a_policy_or_where_the_office_draws_nothing(context: RunContext) -> None:
    with context.open_registry() as registry:
        assert check_unseen(registry, replace(context, review=None), 1).drawn == 0
        none = ReviewPolicy(unseen_sample=0.0)
        assert check_unseen(registry, replace(context, review=none), 1).drawn == 0
        assert effective(registry) == PAGES


def test_the_draw_is_even_and_a_larger_one_holds_the_smaller() -> None:
    values = [
        AcceptedValue(1, 1, row, "birth", SCAN, 1, FIELD, "read", NAME, NAME, ValueSource.MACHINE, True)
        for row in range(4000)
    ]
    few, many = ([is_drawn(value, share) for value in values] for share in (0.05, 0.2))
    assert 0.04 < sum(few) / 4000 < 0.06
    assert 0.18 < sum(many) / 4000 < 0.22
    assert all(more for less, more in zip(few, many, strict=True) if less)


def test_a_clear_value_is_held_against_what_the_office_tolerates(context: RunContext) -> None:
    with context.open_registry() as registry:
        check_unseen(registry, context, 1)
        (one, *_) = registry.sampled_values(None)
    clear: SampledValue = replace(one, source=ValueSource.CLEAR, tolerated=0.0)
    assert clear.check(0.004) == SampleCheck(wrong=False, tolerated=0.004, share=0.5)
    assert one.check(0.5).tolerated == one.tolerated
