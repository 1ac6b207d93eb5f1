"""Pages that wait are read again with what was learnt of their book; all that is settled stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pipeline.base.errors import ScanError
from pipeline.base.model import FieldStatus, LineReading, PageRef, PageResult
from pipeline.base.model.adapted_reader import ADAPTER_MARK
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.digitize.judge import EntryJudge
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.adapters import pack_adapter, unpack_adapter
from pipeline.registry import StoredEntry, Verdict
from pipeline.run_context import RunContext
from pipeline.runs.adapted_rereading import (
    AdaptedRereading,
    merged_page,
    pages_without_adapter,
    reread_waiting_pages,
    take_back_readings,
)
from pipeline.runs.book_reading import digitize_book
from pipeline.runs.workers import PageJob, readers_of
from pipeline.scans.intake import ScanFile
from pipeline.scans.workspace import Workspace
from tests.books.book_context.written_books import (
    FORM,
    LEDGER,
    NUMBER,
    REGISTRAR,
    SCHEMAS,
    ink,
    page_ref,
    reading,
)
from tests.books.book_context.written_books import page as page_of
from tests.context_pages import CLEAR, OTHER, PLAIN, UNSURE, written_page
from tests.fake_pages import FakeReader, draw
from tests.recognition.ocr.test_adapters import adapter as of_shipped
from tests.recognition.ocr.test_adapters import reader as shipped
from tests.registry.offices import AN
from tests.runs.test_book_adapters import adapter

LEARNT, SHIPPED = "Phạm Thị Học", "Phạm Thị Hạc"
HAND = f"hand-1{ADAPTER_MARK}{adapter(1).fingerprint}"


@pytest.fixture
def context(context: RunContext) -> RunContext:
    return replace(context, read_page=written_page)


@dataclass
class Adapted:
    """Workers that read another registrar on every page, with the adapter that they are given."""

    broken: frozenset[int] = frozenset()
    meanwhile: Callable[[PageRef], None] = lambda _: None
    asked: list[int] = field(default_factory=list)

    def counted(self, scans: Iterable[ScanFile]) -> Iterator[tuple[ScanFile, int | ScanError]]:
        raise AssertionError("the pages are known: no scan is counted")

    def read(self, jobs: Iterable[PageJob]) -> Iterator[tuple[PageJob, PageResult | ScanError]]:
        for job in jobs:
            assert job.adapter is not None
            assert unpack_adapter(job.adapter).card.version >= 1
            self.asked.append(job.page_no)
            self.meanwhile(job.ref)
            yield job, ScanError("hỏng") if job.page_no in self.broken else learnt_page(job.ref)


@dataclass
class AsShipped(Adapted):
    """Workers that read as the reader ships."""

    def read(self, jobs: Iterable[PageJob]) -> Iterator[tuple[PageJob, PageResult | ScanError]]:
        for job in jobs:
            assert job.adapter is None
            self.asked.append(job.page_no)
            yield job, page_of(job.ref, {REGISTRAR: [ink(SHIPPED)], NUMBER: []})


def learnt_page(ref: PageRef) -> PageResult:
    page = page_of(ref, {REGISTRAR: [ink(LEARNT)], NUMBER: []})
    (entry,) = page.entries
    regions = tuple(
        replace(
            region,
            lines=tuple(replace(line, reading=named(line.reading)) for line in region.lines),
        )
        for region in entry.regions
    )
    return replace(page, hand_reader=HAND, entries=(replace(entry, regions=regions),))


def named(line: LineReading) -> LineReading:
    return replace(line, engine="hand.7.1")


def reread(context: RunContext, workers: Adapted, version: int = 1) -> AdaptedRereading:
    with context.open_registry() as registry:
        ledger = registry.book(1).ledger
        return reread_waiting_pages(registry, context, 1, FORM, ledger, adapter(version), workers)


def stored(context: RunContext) -> list[StoredEntry]:
    with context.open_registry() as registry:
        return list(registry.stored_entries(1))


def registrars(context: RunContext) -> list[tuple[str, str]]:
    return [
        next((one.text, one.engine) for one in entry.readings if one.field == REGISTRAR)
        for entry in stored(context)
    ]


def test_what_waits_is_read_anew_and_what_people_decided_is_not_touched(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", OTHER, CLEAR, UNSURE)
    digitize_book(book, context, workers=1)
    with context.open_registry() as registry:
        first = stored(context)[0]
        for name in [one.field for one in first.readings if one.field != NUMBER]:
            registry.decide(first.entry_id, [Verdict(name, FieldStatus.READ, "Lê Thị Hạnh")], author="an")
    decided = stored(context)[0]
    workers = Adapted()
    report = reread(context, workers)
    assert (report.pages, report.failed) == (len(workers.asked), 0)
    assert {2, 3} <= set(workers.asked)
    assert registrars(context) == [("Lê Thị Hạnh", "hand"), (LEARNT, "hand.7.1"), (LEARNT, "hand.7.1")]
    after = stored(context)
    assert (after[0].values, after[0].decisions) == (decided.values, decided.decisions)
    assert [one.hand_reader for one in after[1:]] == [HAND, HAND]


def taken_back(context: RunContext, there: frozenset[str] = frozenset()) -> tuple[list[int], int]:
    """Which pages are read again where only these adapters are there, and how many could not be."""
    workers = AsShipped()
    with context.open_registry() as registry:
        pages = pages_without_adapter(registry, 1, there)
        ledger = registry.book(1).ledger
        done, failed = take_back_readings(registry, context, 1, FORM, ledger, pages, workers)
    assert done == len(workers.asked)
    return sorted(workers.asked), failed


def test_what_rests_on_an_adapter_that_is_gone_is_read_as_the_reader_ships_and_decisions_stay(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", OTHER, CLEAR, UNSURE)
    digitize_book(book, context, workers=1)
    reread(context, Adapted())
    assert {engine for _, engine in registrars(context)} == {"hand.7.1"}
    with context.open_registry() as registry:
        first = stored(context)[0]
        registry.decide(first.entry_id, [Verdict(REGISTRAR, FieldStatus.READ, LEARNT)], author="an")
    decided = stored(context)[0]
    assert taken_back(context, frozenset({adapter(1).fingerprint})) == ([], 0)
    assert taken_back(context) == ([1, 2, 3], 0)
    assert registrars(context)[1:] == [(SHIPPED, "hand"), (SHIPPED, "hand")]
    after = stored(context)
    assert (after[0].values, after[0].decisions) == (decided.values, decided.decisions)
    assert not any(ADAPTER_MARK in (one.hand_reader or "") for one in after[1:])
    assert taken_back(context) == ([], 0)
    again = digitize_book(book, context, workers=1)
    assert (again.read, again.known) == (0, 3)


def test_a_page_of_which_nothing_is_kept_is_taken_back_as_a_whole(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", OTHER, UNSURE)
    digitize_book(book, context, workers=1)
    reread(context, Adapted())
    for path in Workspace(context.workspace).kept_pages(1).iterdir():
        path.unlink()
    assert taken_back(context) == ([1, 2], 0)
    assert registrars(context) == [(SHIPPED, "hand"), (SHIPPED, "hand")]


def test_what_people_do_while_pages_are_read_counts(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", OTHER, CLEAR, UNSURE)
    digitize_book(book, context, workers=1)
    before = registrars(context)

    def meanwhile(ref: PageRef) -> None:
        with context.open_registry() as registry:
            if ref.page_no == 1:
                second = stored(context)[1]
                registry.decide(
                    second.entry_id, [Verdict(REGISTRAR, FieldStatus.READ, "Lê Thị Hạnh")], author="an"
                )
            if ref.page_no == 2:
                assert registry.desk(ReviewPolicy(check="all", blind="critical")).next_task(AN) is not None

    report = reread(context, Adapted(meanwhile=meanwhile))
    assert report.failed == 0
    after = registrars(context)
    assert after[0] == (LEARNT, "hand.7.1")
    assert after[1] == before[1]


def test_pages_are_read_with_an_adapter_once_and_no_run_takes_them_for_unread(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", OTHER, CLEAR)
    digitize_book(book, context, workers=1)
    assert reread(context, Adapted()).pages == 2
    assert reread(context, Adapted()).pages == 0
    again = digitize_book(book, context, workers=1)
    assert (again.read, again.known) == (0, 2)
    assert [text for text, _ in registrars(context)] == [LEARNT, LEARNT]
    assert reread(context, Adapted(), version=2).pages == 2


def test_pages_at_work_without_kept_lines_or_that_cannot_be_read_stay_as_they_are(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", OTHER, PLAIN, UNSURE, CLEAR)
    digitize_book(book, replace(context, book_context=False), workers=1)
    digitize_book(book, context, workers=1)
    (book / "b.tiff").parent.mkdir(exist_ok=True)
    draw(book / "b.tiff", OTHER, PLAIN, UNSURE, CLEAR, mark=3)
    digitize_book(book, context, workers=1)
    before = registrars(context)
    with context.open_registry() as registry:
        task = registry.desk(ReviewPolicy(check="all", blind="critical")).next_task(AN)
        assert task is not None
    report = reread(context, Adapted(broken=frozenset({3})))
    assert (report.pages, report.failed) == (2, 1)
    changed = [number for number, registrar in enumerate(registrars(context)) if registrar != before[number]]
    assert changed == [4, 7]


def test_a_worker_reads_a_page_with_the_adapter_of_its_job_and_others_without() -> None:
    scan = ScanFile(Path("a.png"), "a" * 64, 1)
    reader = FakeReader()
    engines = Engines(reader, reader, hand=shipped())
    learnt = readers_of(PageJob(scan, 1, adapter=pack_adapter(of_shipped())), engines)
    assert learnt.hand_fingerprint == f"{engines.hand_fingerprint}{ADAPTER_MARK}{of_shipped().fingerprint}"
    assert readers_of(PageJob(scan, 1), engines) == engines


def test_an_accepted_reading_keeps_its_lines_whatever_the_adapted_reader_makes_of_them() -> None:
    kept = page_of(page_ref(1), {REGISTRAR: [ink("Lê Thị Hạnh")], NUMBER: []})
    judge = EntryJudge(FORM, LEDGER, SCHEMAS, RoutingOptions())
    fresh = learnt_page(page_ref(1))
    same = merged_page(kept, fresh, {0: {NUMBER}}, {}, judge, FORM)
    anew = merged_page(kept, fresh, {0: {REGISTRAR}}, {}, judge, FORM)
    assert same.entries == kept.entries
    assert reading(anew, REGISTRAR).text == LEARNT
    assert anew.hand_reader == HAND
