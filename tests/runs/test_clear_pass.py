"""While people check a book, values that are clear by what they decided leave the queue: real registry, kept pages."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.model import FieldStatus, Finding, PageRef, PageResult, Severity
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.digitize import DigitizeOptions
from pipeline.digitize.route import RoutingOptions
from pipeline.registry import CrossEntryFinding, Registry, StoredEntry, Verdict
from pipeline.registry.clear_values.model import ClearCounts
from pipeline.registry.statistics.book_counts import DRIFT
from pipeline.run_context import RunContext
from pipeline.runs.clear_pass import clear_book, is_drawn, is_over_tolerance, kept_for_people
from pipeline.runs.clear_watch import ClearWatch, PassProcess, run_pass
from pipeline.runs.context_pass import keep_page, kept_pages, weigh_book
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from tests.books.book_context.written_books import (
    FORM,
    LEDGER,
    NUMBER,
    REGISTRAR,
    SCHEMAS,
    book,
    doubted,
    ink,
)
from tests.registry.offices import AN, SINGLE, SUPERVISOR

FIELD, TUAN = "registrar_name", "Trần Văn Tuấn"
FIRST = "f1"
"""The fingerprint of the first reading."""

ALL = ReviewPolicy.model_construct(clear_sample=0.0)
"""Nothing is drawn for a check."""


@pytest.fixture(scope="module")
def routing(tmp_path_factory: pytest.TempPathFactory) -> RoutingOptions:
    """The calibration that ships, as if it were of the reader of written pages."""
    shipped = Settings().run_context(tmp_path_factory.mktemp("shipped")).options.routing
    assert shipped.calibration is not None
    return replace(shipped, calibration=replace(shipped.calibration, reader="hand-1"))


@pytest.fixture(scope="module")
def pages() -> list[PageResult]:
    """Store three pages of a registrar in clear ink, a page in a little doubt, and a page of another registrar."""
    lines = (ink(TUAN), ink(TUAN, 3), doubted(TUAN, "ấ", "â", 0.02), ink(TUAN, 5), ink("Lê Thị Hạnh"))
    return book(*({REGISTRAR: [line], NUMBER: []} for line in lines))


def context_in(folder: Path, routing: RoutingOptions) -> RunContext:
    workspace = Workspace(folder)
    return RunContext(
        workspace.root, workspace.registry_url, SCHEMAS, options=DigitizeOptions(routing=routing)
    )


@pytest.fixture(scope="module")
def workspace_of_read(
    tmp_path_factory: pytest.TempPathFactory, routing: RoutingOptions, pages: list[PageResult]
) -> Path:
    """Return the workspace of a read book; a test works in a copy."""
    context = context_in(tmp_path_factory.mktemp("read"), routing)
    with context.open_registry() as registry:
        book_id = registry.book_id(LEDGER, "KS.2010.01")
        for number, page in enumerate(pages, start=1):
            registry.store_scan(book_id, page.ref.scan_sha256, f"{number}.png", 1000, 1)
            keep_page(context, book_id, page, FIRST)
            registry.save_page(book_id, page, FIRST)
        weigh_book(registry, context, book_id, FORM, LEDGER)
    return context.workspace


@pytest.fixture
def read_book(workspace_of_read: Path, tmp_path: Path, routing: RoutingOptions) -> RunContext:
    """A book that was read: its pages are in the registry, and what was kept of their lines in the workspace."""
    shutil.copytree(workspace_of_read, tmp_path / "workspace")
    return context_in(tmp_path / "workspace", routing)


def stored(registry: Registry, page_no: int) -> StoredEntry:
    """What is known of the entry of a page of the book."""
    return list(registry.stored_entries(1))[page_no - 1]


def readings_of(registry: Registry) -> list[tuple[str, str, bool]]:
    """Return what stands in every field of the book, and whether it is accepted."""
    entries = registry.stored_entries(1)
    return [(known.field, known.text, known.accepted) for entry in entries for known in entry.readings]


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
        assert told.reason == "đã rõ nhờ 2 sự kiện đã đối chiếu"


def test_nothing_that_is_decided_in_a_book_is_said_in_that_of_another_commune(read_book: RunContext) -> None:
    elsewhere = replace(LEDGER, place="UBND xã Tân Hòa", place_code="31999", volume="02/2010")
    with read_book.open_registry() as registry:
        other = registry.book_id(elsewhere, "KS.2010.02")
        kept = kept_pages(registry, read_book, 1, registry.fingerprints(1))
        for page_no, one in enumerate(kept.values(), start=1):
            moved = replace(one, ref=PageRef("b" * 63 + str(page_no), 1))
            registry.store_scan(other, moved.ref.scan_sha256, f"{page_no}.png", 1000, 1)
            keep_page(read_book, other, moved, FIRST)
            registry.save_page(other, moved, FIRST)
        for page_no in (1, 2):
            decide(registry, page_no)
        assert clear_book(registry, read_book, 1, ALL).clear == 1
        before = [entry.readings for entry in registry.stored_entries(other)]
        assert clear_book(registry, read_book, other, ALL).clear == 0
        assert [entry.readings for entry in registry.stored_entries(other)] == before
        desk = registry.desk(SINGLE)
        task = desk.next_task(AN, book_id=other)
        assert task is not None
        assert desk.book_values(AN, task.task_id, FIELD) == ()


def test_one_wrong_decision_makes_nothing_else_clear_and_a_right_one_beside_it_neither(
    read_book: RunContext,
) -> None:
    with read_book.open_registry() as registry:
        before = readings_of(registry)
        decide(registry, 5)
        clear_book(registry, read_book, 1, ALL)
        assert readings_of(registry) == before
        decide(registry, 1)
        assert clear_book(registry, read_book, 1, ALL).clear == 0
        assert waits(registry, 3)


def test_a_page_in_somebodys_hands_is_left_until_they_are_done(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        decide(registry, 2)
        desk = registry.desk(SINGLE)
        task = desk.next_task(AN)
        while task is not None and task.scan != "3.png":
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
        assert (
            clear_book(
                registry, read_book, 1, ALL.model_copy(update={"people_fields": frozenset({FIELD})})
            ).clear
            == 0
        )
        assert clear_book(registry, read_book, 1, ALL).clear == 1
        assert (
            clear_book(registry, read_book, 1, ALL.model_copy(update={"accept_clear": False})).taken_back == 1
        )
        assert waits(registry, 3)


def test_a_refuted_bound_stops_the_book_and_says_so(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        decide(registry, 2)
        assert clear_book(registry, read_book, 1, ALL.model_copy(update={"clear_sample": 1.0})).clear == 1
        assert waits(registry, 3)
        decide(registry, 3, "Trần Văn Tuân")
        report = clear_book(registry, read_book, 1, ALL)
        assert report.stopped
        assert registry.clear_counts(1).wrong == 1


def test_the_watch_weighs_each_book_once_a_while_and_takes_back_at_once(read_book: RunContext) -> None:
    passes: list[int] = []
    policy = ALL
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


def test_a_value_comes_back_when_a_like_one_becomes_known(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        decide(registry, 2)
        assert clear_book(registry, read_book, 1, ALL).clear == 1
        decide(registry, 4, "Trần Văn Tuân")
        assert clear_book(registry, read_book, 1, ALL).taken_back == 1
        assert waits(registry, 3)


def test_a_watch_that_starts_anew_goes_on_with_what_was_decided_before(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        decide(registry, 2)
        watch = ClearWatch(registry, lambda book_id: run_pass(read_book, ALL, book_id))
        assert watch.look() == (1,)
        assert not waits(registry, 3)


def test_the_process_of_the_server_weighs_a_book_and_ends(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        decide(registry, 2)
        run = PassProcess(read_book, lambda: ALL)
        assert ClearWatch(registry, run).look() == (1,)
        assert not waits(registry, 3)
        assert not run.is_running


def test_a_book_that_is_being_read_is_tried_again_later(read_book: RunContext) -> None:
    with read_book.open_registry() as registry:
        decide(registry, 1)
        now = [0.0]
        watch = ClearWatch(registry, lambda book_id: run_pass(read_book, ALL, book_id), now=lambda: now[0])
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
    assert is_over_tolerance(ClearCounts(checked=20, wrong=2), routing)
    assert not is_over_tolerance(ClearCounts(checked=20, wrong=1), routing)
    assert not is_over_tolerance(ClearCounts(checked=60, wrong=2), routing)
    assert not is_over_tolerance(ClearCounts(), routing)


def test_critical_values_of_a_book_unlike_those_calibrated_on_wait_for_people(read_book: RunContext) -> None:
    record, policy = SCHEMAS.record("birth"), ALL.model_copy(update={"people_fields": frozenset({"notes"})})
    with read_book.open_registry() as registry:
        assert kept_for_people(registry, 1, record, policy) == {"notes"}
        unusual = CrossEntryFinding(1, 1, None, Finding(DRIFT, Severity.REVIEW))
        registry.save_checks([unusual], [DRIFT], [1])
        kept = kept_for_people(registry, 1, record, policy)
    assert kept == {"notes"} | {spec.name for spec in record.fields if spec.critical}
