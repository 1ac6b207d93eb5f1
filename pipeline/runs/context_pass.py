"""The second pass over a book that was read: its pages weighed again by the book, and saved where that changes them.

What the networks saw of a page lies in a small file in the workspace, written when the page is saved. A page without
one, read before there were any or whose file is lost, counts for nothing and stays as it is. Pages that people are at
work on are left alone until another run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.base.files import storage_errors, write_atomically
from pipeline.base.model import Ledger, PageRef, PageResult
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
    """What a second pass did.

    Attributes:
        pages: Pages that it weighed.
        changed: Those of them that were saved anew.
        left: Pages that people are at work on and that stayed as they were.
        tampered: Pages with rows that were changed behind the program's back; they stayed too.
        outcomes: What saving made of each page that was saved.
        seconds: Wall time.
    """

    pages: int = 0
    changed: int = 0
    left: int = 0
    tampered: int = 0
    outcomes: Mapping[PageRef, tuple[PageResult, SaveOutcome]] = field(default_factory=dict)
    seconds: float = 0.0


def keep_page(context: RunContext, book_id: int, result: PageResult, fingerprint: str) -> None:
    """Write down what the networks saw of a page; a page without lines has no file.

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
    """Weigh all pages of a book again that have kept lines, and save those that come out otherwise.

    The caller holds the book's lock.

    Args:
        registry: Where results are saved.
        context: What the run works with.
        book_id: The book.
        form: Its form.
        ledger: What its ``ledger.toml`` says.
        beat: Called before every page.
    """
    started = time.perf_counter()
    known = registry.fingerprints(book_id)
    pages = kept_pages(registry, context, book_id, known)
    if not pages:
        return ContextReport()
    passed = pass_over(registry, context, book_id, form, ledger, list(pages.values()))
    at_work = registry.pages_at_work(book_id)
    outcomes: dict[PageRef, tuple[PageResult, SaveOutcome]] = {}
    tampered = 0
    told: list[PageResult] = []
    for ref, page in pages.items():
        beat()
        if ref in at_work:
            continue
        weighed = passed.weighed(page)
        told.append(weighed)
        fingerprint = fingerprint_of(first_fingerprint(known[ref]), page, weighed)
        if fingerprint == known[ref]:
            continue
        try:
            outcomes[ref] = weighed, registry.save_page(book_id, weighed, fingerprint)
        except RowTampered:
            tampered += 1
    if not at_work:
        registry.plan_teaching(book_id, teaching_entries(told, context.schemas.record(form.record)))
    left = len(at_work & pages.keys())
    report = ContextReport(len(pages), len(outcomes), left, tampered, outcomes, time.perf_counter() - started)
    _logger.info(
        "book %d weighed as a whole: %d pages, %d saved anew, %d left to people at work, %d tampered with; model %s, "
        "%.1f s",
        book_id, report.pages, report.changed, report.left, report.tampered, passed.model.fingerprint, report.seconds,
    )  # fmt: skip
    return report


def pass_over(
    registry: Registry,
    context: RunContext,
    book_id: int,
    form: Form,
    ledger: Ledger,
    pages: list[PageResult],
) -> SecondPass:
    """Return what pages of a book say together, with what people decided on them.

    Args:
        registry: Where the decisions are.
        context: What the run works with.
        book_id: The book.
        form: Its form.
        ledger: What its ``ledger.toml`` says.
        pages: The pages, in the order of the book.
    """
    settled = settled_fields(registry, book_id)
    return second_pass(pages, settled, form, ledger, context.schemas, context.options)


def kept_pages(
    registry: Registry, context: RunContext, book_id: int, known: Mapping[PageRef, str]
) -> dict[PageRef, PageResult]:
    """Return the pages of a book with kept lines, in the order of the book.

    A file that belongs to another reading than the registry's last, or cannot be used, counts as none.

    Args:
        registry: Where the names of the scans are.
        context: What the run works with.
        book_id: The book.
        known: The fingerprint of each page's last reading.
    """
    names, moved = registry.scan_names(book_id), registry.places_of_moved(book_id)
    places = {
        ref: moved.get(ref) or PagePosition(names.get(ref.scan_sha256, ""), ref.page_no) for ref in known
    }
    ordered = sorted(known, key=lambda ref: places[ref].order)
    found = {}
    for ref in ordered:
        try:
            kept = unpack_page(_file_of(context, book_id, ref).read_bytes())
        except (OSError, ValueError):
            continue
        if kept.fingerprint == first_fingerprint(known[ref]) and kept.result.ref == ref:
            found[ref] = kept.result
    return found


def settled_fields(registry: Registry, book_id: int) -> dict[FieldKey, Settled]:
    """Return the fields of a book that people decided, with what the machine read there last."""
    if not registry.has_decisions(book_id):
        return {}
    found: dict[FieldKey, Settled] = {}
    for entry in registry.stored_entries(book_id):
        readings = {reading.field: reading for reading in entry.readings}
        for name, decision in entry.decisions.items():
            if name in readings:
                reading = readings[name]
                found[entry.ref, entry.row, name] = Settled(decision.text, reading, decision.decision_id)
    return found


def _file_of(context: RunContext, book_id: int, ref: PageRef) -> Path:
    folder = Workspace(context.workspace).kept_pages(book_id)
    return folder / f"{ref.scan_sha256}-{ref.page_no}.bin"
