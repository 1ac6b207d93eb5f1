"""Pages that still have waiting fields are read again with what was learnt of the hand of their book.

Only the lines of fields that wait are read anew: what people decided and what was accepted before keeps its lines and
its reading, whatever the adapted reader makes of them. All other pages stay as they are. Where what was learnt is gone,
what it read is read again as the reader ships, and waits again unless that says the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from pipeline.base.errors import AlteredScan, ScanError
from pipeline.base.model import KeptRegion, Ledger, PageRef, PageResult, Writing
from pipeline.base.model.adapted_reader import ADAPTER_MARK, adapter_of, is_adapted
from pipeline.books.book_context.second_pass import (
    FieldKey,
    Settled,
    first_fingerprint,
    shipped_fingerprint,
)
from pipeline.declarations.schema import Form
from pipeline.digitize.judge import EntryJudge
from pipeline.recognition.ocr.adapters import Adapter, pack_adapter
from pipeline.registry import Registry, RowTampered
from pipeline.run_context import RunContext
from pipeline.runs.context_pass import keep_page, kept_pages, settled_fields, weigh_book
from pipeline.runs.template_learning import kept_template
from pipeline.runs.workers import PageJob, PageWorkers
from pipeline.scans.intake import ScanFile
from pipeline.scans.workspace import Workspace

_logger = logging.getLogger(__name__)

Fields = Mapping[int, Set[str]]
"""Fields of a page by the row of their entry."""


@dataclass(frozen=True, slots=True)
class AdaptedRereading:
    """What reading again with an adapter did.

    Attributes:
        pages: Pages that were read again.
        accepted: Fields that waited before and are accepted now.
        waiting: Fields that waited before on the pages read again.
        failed: Pages that could not be read.
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
    """Read the pages of a book with waiting fields again with an adapter, then weigh the book anew.

    The caller holds the book's lock. Pages that people are at work on, that nothing was kept of, or that were read with
    this adapter already are left as they are.

    Args:
        registry: Where results are saved.
        context: What the run works with.
        book_id: The book.
        form: Its form.
        ledger: What its ``ledger.toml`` says.
        adapter: What was learnt of its hand.
        workers: Read the pages.
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
    """Return the pages of a book that rest on an adapter which is no longer there.

    Args:
        registry: Where the readings are.
        book_id: The book.
        there: Fingerprints of the adapters that are there.
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
    """Read what an adapter read on these pages again with the reader as it ships, then weigh the book anew.

    What was accepted on the word of that adapter is accepted no longer, unless the reader that ships says so too. What
    people decided stays, with its lines. Pages that people are at work on are left until another time.

    The caller holds the book's lock.

    Args:
        registry: Where results are saved.
        context: What the run works with.
        book_id: The book.
        form: Its form.
        ledger: What its ``ledger.toml`` says.
        pages: Those that rest on an adapter which is no longer there (``pages_without_adapter``).
        workers: Read the pages.
        beat: Called before every page.
        note: Called before the first page is saved, with how many are to be read again; never where none could be read.

    Returns:
        How many pages were read again, and how many could not be.
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
    """Return the fields of a page whose lines an adapter read, by row."""
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
    """Reads pages of a book again and saves each with the lines of some fields anew."""

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
        """Return the pages that were read and saved, and how many could not be.

        What people do while pages are read counts: pages that they took in hand stay as they are, and fields that they
        decided keep their lines.

        Args:
            known: The fingerprint of each page's last reading.
            kept: The pages as they were read before; None for one of which nothing is kept, which is saved as read.
            fields: Returns which fields are read anew, by page and row.
            adapter: What they are read with; None for the reader as it ships.
            note: Called before the first page is saved, with how many are to be read.
        """
        template, _ = kept_template(
            Workspace(self.context.workspace).form_template(self.book_id, self.form.fingerprint)
        )
        packed = pack_adapter(adapter) if adapter is not None else None
        jobs = [
            PageJob(scan, ref.page_no, template, adapter=packed)
            for ref in kept
            if (scan := _stored(self.context, ref)) is not None
        ]
        done, failed, tried = [], len(kept) - len(jobs), False
        seen: object = None
        settled: Mapping[FieldKey, Settled] = {}
        anew: Mapping[PageRef, Fields] = {}
        for job, answer in self.workers.read(jobs):
            self.beat()
            if isinstance(answer, ScanError):
                failed += 1
                continue
            now = self.registry.last_work()
            if now != seen:
                seen, settled, anew = now, settled_fields(self.registry, self.book_id), fields()
            if job.ref in self.registry.pages_at_work(self.book_id):
                continue
            page = kept[job.ref]
            if page is not None:
                routing = self.context.options.routing.for_reader(answer.hand_reader)
                form = self.context.schemas.form_of_page(self.form, page.form)
                judge = EntryJudge(form, self.ledger, self.context.schemas, routing)
                page = merged_page(page, answer, anew.get(job.ref, {}), settled, judge, form)
                if adapter is None and self._still_rests(page, settled):
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

    def _still_rests(self, page: PageResult, settled: Mapping[FieldKey, Settled]) -> bool:
        """Return whether lines of undecided fields are still those of an adapter: nothing is there in their place."""
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

    A value that was accepted and is held back or drawn for a check, or that what people decided made clear, is none of
    them.
    """
    sampled = registry.sampled_fields(book_id)
    record = registry.book(book_id).record
    unsettled = {row.entry_id: row.unsettled for row in registry.record_rows(record, [book_id])}
    found: dict[PageRef, dict[int, Set[str]]] = {}
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
            found.setdefault(entry.ref, {})[entry.row] = names
    return found


def merged_page(
    kept: PageResult,
    fresh: PageResult,
    waiting: Fields,
    settled: Mapping[FieldKey, Settled],
    judge: EntryJudge,
    form: Form,
) -> PageResult:
    """Return a page as it was read, with the lines of waiting fields as the adapted reader reads them.

    Args:
        kept: The page as it was read before.
        fresh: The page as the adapted reader reads it.
        waiting: The fields that wait.
        settled: The fields of the book that people decided.
        judge: Parses, validates and routes its entries.
        form: The form of the book.
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
    """Return the region as read anew where one of its fields waits and none of them was accepted, else as it was."""
    fields = set(slots.get(region.slot, ()))
    found = anew.get(region.slot)
    return found if found is not None and fields & waiting and fields <= open_fields else region


def _stored(context: RunContext, ref: PageRef) -> ScanFile | None:
    try:
        path = Workspace(context.workspace).stored(ref.scan_sha256)
    except AlteredScan:
        return None
    return None if path is None else ScanFile(path, ref.scan_sha256, path.stat().st_size)
