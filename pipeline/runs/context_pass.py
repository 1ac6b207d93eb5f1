"""The second pass over a book: its pages are weighed in the context of the book, and changed pages are saved.

What the networks recognized on a page is kept in a small file in the workspace, written when the page is saved. Pages
without such a file stay as they are and do not count. Pages in work are skipped until another run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.base.errors import BookBusy
from pipeline.base.files import storage_errors, write_atomically
from pipeline.base.model import Ledger, PageRef, PageResult
from pipeline.books.book_context.double_ledger import SecondCopy, pair_entries, readings_of
from pipeline.books.book_context.kept_page import pack_page, unpack_page
from pipeline.books.book_context.second_pass import (
    FieldKey,
    SecondPass,
    Settled,
    fingerprint_of,
    first_fingerprint,
    second_pass,
)
from pipeline.books.book_context.teaching_entries import teaching_entries
from pipeline.declarations.schema import Form
from pipeline.registry import Registry, RowTampered, SaveOutcome
from pipeline.registry.books.model import PagePosition
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ContextReport:
    """The outcome of a second pass.

    Attributes:
        pages: Number of weighed pages.
        changed: Number of pages saved again.
        left: Number of pages skipped because people work on them.
        tampered: Number of skipped pages with rows changed outside the program.
        outcomes: Result and saving outcome of each saved page.
        seconds: Wall time.
    """

    pages: int = 0
    changed: int = 0
    left: int = 0
    tampered: int = 0
    outcomes: Mapping[PageRef, tuple[PageResult, SaveOutcome]] = field(default_factory=dict)
    seconds: float = 0.0


def keep_page(context: RunContext, book_id: int, result: PageResult, fingerprint: str) -> None:
    """Write the kept lines of a page to its file; a page without lines has no file.

    Raises:
        StorageError: The workspace cannot be written.
    """
    if not any(entry.regions for entry in result.entries):
        return
    target = _file_of(context, book_id, result.ref)
    with storage_errors(target.parent):
        write_atomically(target, pack_page(result, fingerprint), mode=0o600, durable=False)


def weigh_book(
    registry: Registry,
    context: RunContext,
    book_id: int,
    form: Form,
    ledger: Ledger,
    beat: Callable[[], None] = lambda: None,
) -> ContextReport:
    """Weigh all pages with kept lines of a book again, and save the changed pages.

    The caller holds the book's lock.

    Args:
        beat: Called before every page.
    """
    started = time.perf_counter()
    pass_ = begin_pass(registry, context, book_id, form, ledger)
    if pass_ is None:
        return ContextReport()
    registry.note_stamps(book_id, pass_.book.stamps.of_field(form))
    registry.note_pairs(book_id, registry.second_copy(book_id), pass_.book.copy.pairs)
    at_work = registry.pages_at_work(book_id)
    outcomes: dict[PageRef, tuple[PageResult, SaveOutcome]] = {}
    tampered = 0
    weighed_pages: list[PageResult] = []
    for ref in pass_.pages:
        beat()
        if ref in at_work:
            continue
        weighed, fingerprint = pass_.weighed(ref)
        weighed_pages.append(weighed)
        if fingerprint == pass_.known[ref]:
            continue
        try:
            outcomes[ref] = weighed, registry.save_page(book_id, weighed, fingerprint)
        except RowTampered:
            tampered += 1
    if not at_work:
        registry.plan_teaching(book_id, teaching_entries(weighed_pages, context.schemas.record(form.record)))
    pages, left = len(pass_.pages), len(at_work & pass_.pages.keys())
    report = ContextReport(pages, len(outcomes), left, tampered, outcomes, time.perf_counter() - started)
    _logger.info(
        "book %d weighed as a whole: %d pages, %d saved anew, %d left to people at work, %d tampered with; model %s, "
        "%.1f s",
        book_id, report.pages, report.changed, report.left, report.tampered, pass_.book.model.fingerprint,
        report.seconds,
    )  # fmt: skip
    return report


@dataclass(frozen=True, slots=True)
class BookPass:
    """A pass over the pages of a book, weighed together with people's decisions.

    Attributes:
        known: Fingerprint of the last reading by page.
        pages: The pages with kept lines, in the order of the book.
    """

    known: Mapping[PageRef, str]
    pages: Mapping[PageRef, PageResult]
    book: SecondPass

    def weighed(self, ref: PageRef) -> tuple[PageResult, str]:
        """Return a weighed page and its fingerprint, which is the known fingerprint if nothing changed."""
        page = self.pages[ref]
        weighed = self.book.weighed(page)
        return weighed, fingerprint_of(first_fingerprint(self.known[ref]), page, weighed)


def begin_pass(
    registry: Registry, context: RunContext, book_id: int, form: Form, ledger: Ledger
) -> BookPass | None:
    """Return a pass over the pages of a book; ``None`` if no page has kept lines."""
    known = registry.fingerprints(book_id)
    pages = kept_pages(registry, context, book_id, known)
    if not pages:
        return None
    return BookPass(known, pages, pass_over(registry, context, book_id, form, ledger, list(pages.values())))


def pass_over(
    registry: Registry, context: RunContext, book_id: int, form: Form, ledger: Ledger, pages: list[PageResult]
) -> SecondPass:
    """Return the context of a book from pages and decisions.

    Args:
        pages: Pages in the order of the book.
    """
    settled = settled_fields(registry, book_id)
    copy = _second_copy(registry, context, book_id, form, pages)
    return second_pass(pages, settled, form, ledger, context.schemas, context.options, copy=copy)


def weigh_delivered(
    registry: Registry, context: RunContext, copy_id: int, silence: float, beat: Callable[[], None]
) -> None:
    """Weigh the book that a second copy repeats, as its copy is read anew; a book that another run has is left to it.

    Args:
        silence: As for ``Registry.lock_book``, in seconds.
        beat: Called before every page.
    """
    book_id = registry.delivered_book(copy_id)
    if book_id is None:
        return
    ledger = registry.known_book(book_id).ledger
    try:
        with registry.lock_book(book_id, silence) as turn:

            def beat_both() -> None:
                beat()
                turn.beat()

            weigh_book(registry, context, book_id, context.schemas.form(ledger.form), ledger, beat_both)
    except BookBusy:
        _logger.info("book %d is in hand: its second copy %d counts in its next pass", book_id, copy_id)


def _second_copy(
    registry: Registry, context: RunContext, book_id: int, form: Form, pages: Sequence[PageResult]
) -> SecondCopy:
    """Return the second copy of a book by its entries, as its own pages were read; they are not weighed."""
    copy_id = registry.second_copy(book_id)
    if copy_id is None:
        return SecondCopy()
    copied = kept_pages(registry, context, copy_id, registry.fingerprints(copy_id))
    ours, theirs = readings_of(pages), readings_of(copied.values())
    pairs = pair_entries(ours, theirs, context.schemas.record(form.record))
    _logger.info(
        "book %d: %d of %d entries paired with its second copy %d", book_id, len(pairs), len(ours), copy_id
    )
    return SecondCopy({own: theirs[other] for own, other in pairs.items()}, pairs)


def kept_pages(
    registry: Registry, context: RunContext, book_id: int, known: Mapping[PageRef, str]
) -> dict[PageRef, PageResult]:
    """Return the pages of a book with kept lines, in the order of the book.

    A file is ignored if it is unusable or does not belong to the registry's last reading.

    Args:
        known: Fingerprint of the last reading by page.
    """
    names, moved = registry.scan_names(book_id), registry.places_of_moved(book_id)
    places = {
        ref: moved.get(ref) or PagePosition(names.get(ref.scan_sha256, ""), ref.page_no) for ref in known
    }
    ordered = sorted(known, key=lambda ref: places[ref].order)
    pages = {}
    for ref in ordered:
        try:
            kept = unpack_page(_file_of(context, book_id, ref).read_bytes())
        except (OSError, ValueError):
            continue
        if kept.fingerprint == first_fingerprint(known[ref]) and kept.result.ref == ref:
            pages[ref] = kept.result
    return pages


def settled_fields(registry: Registry, book_id: int) -> dict[FieldKey, Settled]:
    """Return the decided fields of a book with the machine's last reading of each."""
    if not registry.has_decisions(book_id):
        return {}
    settled: dict[FieldKey, Settled] = {}
    for entry in registry.stored_entries(book_id):
        readings = {reading.field: reading for reading in entry.readings}
        for name, decision in entry.decisions.items():
            if name in readings:
                reading = readings[name]
                settled[entry.ref, entry.row, name] = Settled(decision.text, reading, decision.decision_id)
    return settled


def _file_of(context: RunContext, book_id: int, ref: PageRef) -> Path:
    folder = Workspace(context.workspace).kept_pages(book_id)
    return folder / f"{ref.scan_sha256}-{ref.page_no}.bin"
