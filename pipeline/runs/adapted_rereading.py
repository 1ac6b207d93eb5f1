"""Rereading of pages with waiting fields by the reader adapted to the hand of their book.

Only the lines of waiting fields are read anew; decided and accepted fields keep their lines and readings, and other
pages stay unchanged. If an adapter is lost, its readings are replaced by readings of the shipped reader, and fields
wait again unless both readings agree.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from pipeline.base.errors import AlteredScan, ScanError
from pipeline.base.model import KeptRegion, Ledger, PageRef, PageResult, Writing
from pipeline.base.model.adapted_reader import ADAPTER_MARK, adapter_of, is_adapted
from pipeline.books.book_context.second_pass import FieldKey, Settled, first_fingerprint, shipped_fingerprint
from pipeline.declarations.schema import Form
from pipeline.digitize.judge import EntryJudge
from pipeline.recognition.ocr.adapters import Adapter, pack_adapter
from pipeline.registry import Registry, RowTampered
from pipeline.run_context import RunContext
from pipeline.runs.context_pass import keep_page, kept_pages, settled_fields, weigh_book
from pipeline.runs.template_learning import template_of_book
from pipeline.runs.workers import PageJob, PageWorkers
from pipeline.scans.intake import ScanFile
from pipeline.scans.workspace import Workspace

_logger = logging.getLogger(__name__)

Fields = Mapping[int, Set[str]]
"""Field names of a page by the row of their entry."""


@dataclass(frozen=True, slots=True)
class AdaptedRereading:
    """The outcome of a rereading with an adapter.

    Attributes:
        pages: Number of pages read again.
        accepted: Number of fields that waited before and are accepted now.
        waiting: Number of fields on these pages that waited before.
        failed: Number of pages that could not be read.
    """

    pages: int = 0
    accepted: int = 0
    waiting: int = 0
    failed: int = 0


def reread_waiting_pages(
    registry: Registry,
    context: RunContext,
    book_id: int,
    form: Form,
    ledger: Ledger,
    adapter: Adapter,
    workers: PageWorkers,
    beat: Callable[[], None] = lambda: None,
) -> AdaptedRereading:
    """Read the pages of a book with waiting fields again with an adapter, then weigh the book again.

    The caller holds the book's lock. Pages in work, pages without a kept result, and pages already read with this
    adapter are skipped.

    Args:
        adapter: The adapter of the book's hand.
        beat: Called before every page.
    """
    known = registry.fingerprints(book_id)
    waiting = waiting_fields(registry, book_id)
    at_work = registry.pages_at_work(book_id)
    mark = f"{ADAPTER_MARK}{adapter.fingerprint}"
    kept = {
        ref: page
        for ref, page in kept_pages(registry, context, book_id, known).items()
        if ref in waiting and ref not in at_work and mark not in known[ref]
    }
    if not kept:
        return AdaptedRereading()
    pass_ = _Pass(registry, context, book_id, form, ledger, workers, beat)
    done, failed = pass_.read(known, kept, lambda: waiting_fields(registry, book_id), adapter)
    if done and context.book_context:
        weigh_book(registry, context, book_id, form, ledger, beat)
    before = sum(len(fields) for ref in done for fields in waiting[ref].values())
    after = waiting_fields(registry, book_id)
    left = sum(
        len(fields & after.get(ref, {}).get(row, set()))
        for ref in done
        for row, fields in waiting[ref].items()
    )
    report = AdaptedRereading(len(done), before - left, before, failed)
    _logger.info("book %d read again with adapter %s: %s", book_id, adapter.fingerprint, report)
    return report


def pages_without_adapter(registry: Registry, book_id: int, there: Collection[str]) -> frozenset[PageRef]:
    """Return the pages of a book whose readings come from a lost adapter.

    Args:
        there: Fingerprints of the existing adapters.
    """
    return frozenset(
        ref
        for ref, fingerprint in registry.fingerprints(book_id).items()
        if (adapter := adapter_of(first_fingerprint(fingerprint))) and adapter not in there
    )


def take_back_readings(
    registry: Registry,
    context: RunContext,
    book_id: int,
    form: Form,
    ledger: Ledger,
    pages: Collection[PageRef],
    workers: PageWorkers,
    beat: Callable[[], None] = lambda: None,
    note: Callable[[int], None] = lambda _pages: None,
) -> tuple[int, int]:
    """Read pages of a lost adapter again with the shipped reader, then weigh the book again.

    Values accepted from the adapter's readings wait again, unless the shipped reader reads the same. Decided fields
    keep their lines. Pages in work are skipped until another run.

    The caller holds the book's lock.

    Args:
        ledger: The ledger of the book.
        pages: Pages whose readings come from a lost adapter (``pages_without_adapter``).
        beat: Called before every page.
        note: Called with the number of pages to read before the first page is saved; not called if no page could be
            read.

    Returns:
        Number of pages read again, and number of pages that could not be read.
    """
    known = registry.fingerprints(book_id)
    at_work = registry.pages_at_work(book_id)
    kept = kept_pages(registry, context, book_id, known)
    chosen = {ref: kept.get(ref) for ref in pages if ref not in at_work}
    adapted = {ref: _adapted_fields(page, form) for ref, page in chosen.items() if page is not None}
    pass_ = _Pass(registry, context, book_id, form, ledger, workers, beat)
    done, failed = pass_.read(known, chosen, lambda: adapted, None, note)
    if done and context.book_context:
        weigh_book(registry, context, book_id, form, ledger, beat)
    _logger.info("book %d: %d pages read again as the reader ships, %d failed", book_id, len(done), failed)
    return len(done), failed


def _adapted_fields(page: PageResult, form: Form) -> dict[int, Set[str]]:
    """Return the fields of a page with lines read by an adapter, by row."""
    slots = {slot.name: slot.field_names for slot in form.slots}
    return {
        entry.row: {
            name
            for region in entry.regions
            if any(is_adapted(line.reading.engine) for line in region.lines)
            for name in slots.get(region.slot, ())
        }
        for entry in page.entries
    }


@dataclass(frozen=True)
class _Pass:
    """Reads pages of a book again, and saves them with new lines for some fields."""

    registry: Registry
    context: RunContext
    book_id: int
    form: Form
    ledger: Ledger
    workers: PageWorkers
    beat: Callable[[], None]

    def read(
        self,
        known: Mapping[PageRef, str],
        kept: Mapping[PageRef, PageResult | None],
        fields: Callable[[], Mapping[PageRef, Fields]],
        adapter: Adapter | None,
        note: Callable[[int], None] = lambda _pages: None,
    ) -> tuple[list[PageRef], int]:
        """Return the saved pages and the number of failed pages.

        Work of people during the pass counts: pages taken into work are skipped, and newly decided fields keep their
        lines.

        Args:
            known: Fingerprint of the last reading by page.
            kept: The kept results of the pages; ``None``: nothing is kept, and the page is saved as read.
            fields: Returns the fields to read anew, by page and row.
            adapter: The adapter to read with; ``None``: the shipped reader.
            note: Called with the number of pages to read before the first page is saved.
        """
        template, _ = template_of_book(self.registry, self.context.workspace, self.book_id, self.form).read()
        packed = pack_adapter(adapter) if adapter is not None else None
        jobs = [
            PageJob(scan, ref.page_no, template, adapter=packed)
            for ref in kept
            if (scan := _stored(self.context, ref)) is not None
        ]
        done, failed, tried = [], len(kept) - len(jobs), False
        last_mark: object = None
        settled: Mapping[FieldKey, Settled] = {}
        anew: Mapping[PageRef, Fields] = {}
        for job, answer in self.workers.read(jobs):
            self.beat()
            if isinstance(answer, ScanError):
                failed += 1
                continue
            work_mark = self.registry.last_work()
            if work_mark != last_mark:
                last_mark, settled, anew = work_mark, settled_fields(self.registry, self.book_id), fields()
            if job.ref in self.registry.pages_at_work(self.book_id):
                continue
            page = kept[job.ref]
            if page is not None:
                routing = self.context.options.routing.for_reader(answer.hand_reader)
                form = self.context.schemas.form_of_page(self.form, page.form)
                judge = EntryJudge(form, self.ledger, self.context.schemas, routing)
                page = merged_page(page, answer, anew.get(job.ref, {}), settled, judge, form)
                if adapter is None and self._rests_on_adapter(page, settled):
                    page = answer
            mark = f"{ADAPTER_MARK}{adapter.fingerprint}" if adapter is not None else ""
            if not tried:
                note(len(jobs))
            tried = True
            if self._save(page or answer, f"{shipped_fingerprint(known[job.ref])}{mark}"):
                done.append(job.ref)
            else:
                failed += 1
        return done, failed

    def _rests_on_adapter(self, page: PageResult, settled: Mapping[FieldKey, Settled]) -> bool:
        """Return whether undecided fields still have lines read by an adapter."""
        return any(
            (page.ref, row, name) not in settled
            for row, names in _adapted_fields(
                page, self.context.schemas.form_of_page(self.form, page.form)
            ).items()
            for name in names
        )

    def _save(self, page: PageResult, fingerprint: str) -> bool:
        keep_page(self.context, self.book_id, page, fingerprint)
        try:
            self.registry.save_page(self.book_id, page, fingerprint)
        except RowTampered:
            return False
        return True


def waiting_fields(registry: Registry, book_id: int) -> dict[PageRef, dict[int, Set[str]]]:
    """Return the handwritten fields of a book that wait for a person, by page and row.

    Accepted values that are held back or drawn for a check do not wait in this sense, and neither do values that are
    clear by decisions.
    """
    sampled = registry.sampled_fields(book_id)
    record = registry.book(book_id).record
    unsettled = {row.entry_id: row.unsettled for row in registry.record_rows(record, [book_id])}
    waiting: dict[PageRef, dict[int, Set[str]]] = {}
    for entry in registry.stored_entries(book_id):
        names = {
            reading.field
            for reading in entry.readings
            if not reading.accepted
            and reading.writing is Writing.HAND
            and reading.field in unsettled.get(entry.entry_id, ())
            and reading.field not in entry.decisions
            and (entry.entry_id, reading.field) not in sampled
        }
        if names:
            waiting.setdefault(entry.ref, {})[entry.row] = names
    return waiting


def merged_page(
    kept: PageResult,
    fresh: PageResult,
    waiting: Fields,
    settled: Mapping[FieldKey, Settled],
    judge: EntryJudge,
    form: Form,
) -> PageResult:
    """Return a page with the lines of waiting fields from the adapted reader.

    Args:
        kept: The earlier result of the page.
        fresh: The result of the adapted reader.
        settled: The decided fields of the book.
        judge: Parses, validates and routes the entries.
    """
    slots = {slot.name: slot.field_names for slot in form.slots}
    anew = {entry.row: {region.slot: region for region in entry.regions} for entry in fresh.entries}
    entries = []
    for entry in kept.entries:
        decided = {
            reading.field: known.reading
            for reading in entry.readings
            if (known := settled.get((kept.ref, entry.row, reading.field)))
        }
        wanted = waiting.get(entry.row, set()) - decided.keys()
        regions = tuple(
            _chosen(region, anew.get(entry.row, {}), slots, wanted, wanted | decided.keys())
            for region in entry.regions
        )
        if regions == entry.regions:
            entries.append(entry)
            continue
        entries.append(judge.again(replace(entry, regions=regions), regions, {}, decided))
    return replace(kept, entries=tuple(entries), hand_reader=fresh.hand_reader)


def _chosen(
    region: KeptRegion,
    anew: Mapping[str, KeptRegion],
    slots: Mapping[str, Sequence[str]],
    waiting: Set[str],
    open_fields: Set[str],
) -> KeptRegion:
    """Return the region's new reading if one of its fields waits and none is accepted, else its old reading."""
    fields = set(slots.get(region.slot, ()))
    new_region = anew.get(region.slot)
    return new_region if new_region is not None and fields & waiting and fields <= open_fields else region


def _stored(context: RunContext, ref: PageRef) -> ScanFile | None:
    try:
        path = Workspace(context.workspace).stored(ref.scan_sha256)
    except AlteredScan:
        return None
    return None if path is None else ScanFile(path, ref.scan_sha256, path.stat().st_size)
