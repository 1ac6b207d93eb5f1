"""While people check a book, values that are clear by what they decided leave the queue: real registry, kept pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch import digitize_book
from pipeline.batch.clear_pass import clear_book, is_drawn, is_over_tolerance
from pipeline.batch.clear_watch import ClearWatch, run_pass
from pipeline.digitize import DigitizeOptions
from pipeline.model import FieldStatus, PageRef
from pipeline.registry import Registry, StoredEntry, Verdict
from pipeline.registry.model.clear_values import ClearCounts
from pipeline.review_policy import BookPolicy, ReviewPolicy
from pipeline.run_context import RunContext
from pipeline.settings import Settings
from tests.context_pages import CLEAR, DOUBTED, OTHER, written_page
from tests.fake_pages import draw
from tests.registry.desk.offices import AN, SINGLE, SUPERVISOR

FIELD, TUAN = "registrar_name", "Trần Văn Tuấn"
ALL = BookPolicy(clear_sample=0.0)
"""Nothing is drawn for a check."""


@pytest.fixture
def context(context: RunContext, tmp_path: Path) -> RunContext:
    """Reads written pages, of whose reader the calibration that ships is believed."""
    routing = Settings().run_context(tmp_path).options.routing
    assert routing.calibration is not None
    routing = replace(routing, calibration=replace(routing.calibration, reader="hand-1"))
    return replace(context, read_page=written_page, options=DigitizeOptions(routing=routing))


@pytest.fixture
def read_book(book: Path, context: RunContext) -> RunContext:
    """A book of five pages, three of one registrar whose ink is clear, one in doubt, one of another registrar."""
    draw(book / "a.tiff", CLEAR, CLEAR, DOUBTED, CLEAR, OTHER)
    digitize_book(book, context, workers=1)
    return context


def stored(registry: Registry, page_no: int) -> StoredEntry:
    return next(one for one in registry.stored_entries(1) if one.ref.page_no == page_no)


def decide(registry: Registry, page_no: int, text: str = TUAN) -> None:
    entry_id = stored(registry, page_no).entry_id
    registry.decide(entry_id, [Verdict(FIELD, FieldStatus.READ, text)], author=f"nguoi-{page_no}")


def waits(registry: Registry, page_no: int) -> bool:
    return stored(registry, page_no).values[FIELD] is None


def test_a_value_leaves_the_queue_before_anybody_opens_it(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        assert clear_book(registry, read_book, 1, ALL).clear == 0
        decide(registry, 2)
        assert waits(registry, 3)
        assert clear_book(registry, read_book, 1, ALL).clear == 1
        assert not waits(registry, 3)
        assert clear_book(registry, read_book, 1, ALL).clear == 0
        (told,) = registry.desk(SINGLE).clear_book(SUPERVISOR, 1).fields
        assert told.reason == "đã rõ nhờ 2 mục đã đối chiếu"


def test_one_wrong_decision_makes_nothing_else_clear_and_a_right_one_beside_it_neither(
    read_book: RunContext,
) -> None:
    with read_book.open_registry() as registry:
        before = [one.readings for one in registry.stored_entries(1)]
        decide(registry, 5)
        clear_book(registry, read_book, 1, ALL)
        assert [one.readings for one in registry.stored_entries(1)] == before
        decide(registry, 1)
        assert clear_book(registry, read_book, 1, ALL).clear == 0
        assert waits(registry, 3)


def test_a_page_in_somebodys_hands_is_left_until_they_are_done(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        decide(registry, 2)
        desk = registry.desk(SINGLE)
        task = desk.next_task(AN)
        while task is not None and task.ref.page_no != 3:
            desk.skip(AN, task.task_id, "để sau")
            task = desk.next_task(AN)
        assert task is not None
        report = clear_book(registry, read_book, 1, ALL)
        assert (report.clear, report.left) == (0, 1)
        desk.hand_back(AN, task.task_id)
        assert clear_book(registry, read_book, 1, ALL).clear == 1


def test_an_office_that_wants_none_or_has_the_field_seen_by_people_gets_none(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        decide(registry, 2)
        assert clear_book(registry, read_book, 1, replace(ALL, people_fields=frozenset({FIELD}))).clear == 0
        assert clear_book(registry, read_book, 1, ALL).clear == 1
        assert clear_book(registry, read_book, 1, replace(ALL, accept_clear=False)).taken_back == 1
        assert waits(registry, 3)


def test_a_refuted_bound_stops_the_book_and_says_so(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        decide(registry, 2)
        assert clear_book(registry, read_book, 1, replace(ALL, clear_sample=1.0)).clear == 1
        assert waits(registry, 3)
        decide(registry, 3, "Trần Văn Tuân")
        report = clear_book(registry, read_book, 1, ALL)
        assert report.stopped
        assert registry.clear_counts(1).wrong == 1


def test_the_watch_weighs_each_book_once_a_while_and_takes_back_at_once(read_book: RunContext) -> None:
    passes: list[int] = []
    policy = ReviewPolicy(ALL)
    now = [0.0]

    def run(book_id: int):  # type: ignore[no-untyped-def]
        passes.append(book_id)
        return run_pass(read_book, policy, book_id)

    with read_book.open_registry() as registry:
        watch = ClearWatch(registry, run, pause=60.0, now=lambda: now[0])
        assert watch.look() == ()
        decide(registry, 1)
        assert watch.look() == (1,)
        decide(registry, 2)
        assert watch.look() == ()
        now[0] = 61.0
        assert watch.look() == (1,)
        assert not waits(registry, 3)
        decide(registry, 2, "Trần Văn Tuân")
        watch.look()
        assert waits(registry, 3)
        assert passes == [1, 1]


def test_a_watch_that_starts_anew_goes_on_with_what_was_decided_before(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        decide(registry, 2)
        watch = ClearWatch(registry, lambda book_id: run_pass(read_book, ReviewPolicy(ALL), book_id))
        assert watch.look() == (1,)
        assert not waits(registry, 3)


def test_a_book_that_is_being_read_is_tried_again_later(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        now = [0.0]
        watch = ClearWatch(
            registry, lambda book_id: run_pass(read_book, ReviewPolicy(ALL), book_id), now=lambda: now[0]
        )
        with registry.lock_book(1, 60.0):
            assert watch.look() == ()
        now[0] = 100.0
        assert watch.look() == (1,)


def test_the_share_that_is_drawn_is_about_what_the_office_wants() -> None:
    drawn = sum(is_drawn(PageRef("a" * 64, number), 0, FIELD, 0.1) for number in range(2000))
    assert 140 < drawn < 260
    assert not is_drawn(PageRef("a" * 64, 1), 0, FIELD, 0.0)
    assert is_drawn(PageRef("a" * 64, 1), 0, FIELD, 1.0)


def test_one_wrong_among_few_checked_is_more_than_is_tolerated() -> None:
    routing = DigitizeOptions().routing
    assert is_over_tolerance(ClearCounts(checked=20, wrong=1), routing)
    assert not is_over_tolerance(ClearCounts(checked=60, wrong=1), routing)
    assert not is_over_tolerance(ClearCounts(), routing)
