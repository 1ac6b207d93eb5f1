"""Pages that still have waiting fields are read again with what was learnt of the hand of their book.

Only the lines of fields that wait are read anew: what people decided and what was accepted before keeps its lines and
its reading, whatever the adapted reader makes of them. All other pages stay as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from pipeline.batch.context_pass import keep_page, kept_pages, settled_fields, weigh_book
from pipeline.batch.template_learning import kept_template
from pipeline.batch.workers import PageJob, PageWorkers
from pipeline.book_context.second_pass import FieldKey, Settled, shipped_fingerprint
from pipeline.digitize.judge import EntryJudge
from pipeline.errors import AlteredScan, ScanError
from pipeline.intake import ScanFile
from pipeline.model import KeptRegion, Ledger, PageRef, PageResult, Writing
from pipeline.model.adapted_reader import ADAPTER_MARK
from pipeline.ocr.adapters import Adapter, pack_adapter
from pipeline.registry import Registry, RowTampered
from pipeline.run_context import RunContext
from pipeline.schema import Form
from pipeline.workspace import Workspace

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
    settled = settled_fields(registry, book_id)
    template, _ = kept_template(Workspace(context.workspace).form_template(book_id, form.fingerprint))
    packed = pack_adapter(adapter)
    jobs = [
        PageJob(scan, ref.page_no, template, adapter=packed)
        for ref in kept
        if (scan := _stored(context, ref)) is not None
    ]
    done, failed = [], len(kept) - len(jobs)
    for job, answer in workers.read(jobs):
        beat()
        if isinstance(answer, ScanError):
            failed += 1
            continue
        routing = context.options.routing.for_reader(answer.hand_reader)
        judge = EntryJudge(form, ledger, context.schemas, routing)
        merged = merged_page(kept[job.ref], answer, waiting[job.ref], settled, judge, form)
        fingerprint = f"{shipped_fingerprint(known[job.ref])}{mark}"
        keep_page(context, book_id, merged, fingerprint)
        try:
            registry.save_page(book_id, merged, fingerprint)
        except RowTampered:
            failed += 1
            continue
        done.append(job.ref)
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


def waiting_fields(registry: Registry, book_id: int) -> dict[PageRef, dict[int, Set[str]]]:
    """Return the handwritten fields of a book that wait for a person, by page and row.

    A value that was accepted and is held back, or that what people decided made clear, is none of them.
    """
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
        open_fields = waiting.get(entry.row, set()) | decided.keys()
        regions = tuple(
            _chosen(region, anew.get(entry.row, {}), slots, waiting.get(entry.row, set()), open_fields)
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
