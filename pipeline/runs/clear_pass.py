"""A book is weighed again during its review: values that are clear by decisions leave the queue.

No network is needed: the pages are weighed on their kept lines. Values leave the queue only within the tolerated error;
a share is drawn for a blind check, and if the checks refute the tolerance, no further values of the book are accepted
in this way.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.base.model import PageRef, PageResult
from pipeline.books.book_context.second_pass import SecondPass
from pipeline.declarations.office.review import BookPolicy
from pipeline.declarations.schema import RecordSpec
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition.calibration import SampleCheck, is_stopped
from pipeline.registry import Registry, RowTampered
from pipeline.registry.clear_values.model import REFUTED, SWITCHED_OFF, ClearCounts, NewClearValue
from pipeline.registry.statistics.book_counts import DRIFT
from pipeline.run_context import RunContext
from pipeline.runs.context_pass import begin_pass
from pipeline.runs.unseen_values import check_unseen

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClearReport:
    """The outcome of a pass over a book.

    Attributes:
        clear: Values that left the queue or were drawn for a blind check.
        pages: Number of saved pages.
        left: Number of pages skipped because people work on them.
        stopped: Whether the checks refute the tolerated error.
    """

    clear: int = 0
    taken_back: int = 0
    pages: int = 0
    left: int = 0
    stopped: bool = False


def clear_book(
    registry: Registry,
    context: RunContext,
    book_id: int,
    policy: BookPolicy,
    beat: Callable[[], None] = lambda: None,
) -> ClearReport:
    """Let the waiting values of a book leave the queue that its decisions make clear.

    The caller holds the book's lock.

    Args:
        beat: Called before every page.
    """
    taken = registry.take_back_unfounded(book_id)
    check_unseen(registry, context, book_id)
    if not policy.accept_clear:
        return ClearReport(taken_back=taken + registry.take_back_book(book_id, SWITCHED_OFF))
    routing = context.options.routing
    if is_over_tolerance(registry.clear_counts(book_id), routing):
        return ClearReport(taken_back=taken + registry.take_back_book(book_id, REFUTED), stopped=True)
    if not registry.has_decisions(book_id):
        return ClearReport(taken_back=taken)
    ledger = registry.known_book(book_id).ledger
    form = context.schemas.form(ledger.form)
    pass_ = begin_pass(registry, context, book_id, form, ledger)
    if pass_ is None:
        return ClearReport(taken_back=taken)
    kept = kept_for_people(registry, book_id, context.schemas.record(form.record), policy)
    at_work, known_clear = registry.pages_at_work(book_id), registry.clear_or_recalled(book_id)
    clear = saved = left = 0
    still: set[tuple[PageRef, int, str]] = set()
    for ref, page in pass_.pages.items():
        beat()
        weighed, fingerprint = pass_.weighed(ref)
        clear_values = _new_values(pass_.book, page, weighed, kept, policy.clear_sample)
        still |= {(ref, value.row, value.field) for value in clear_values}
        if ref in at_work:
            left += 1
            continue
        new = [
            value for value in clear_values if (ref, value.row, value.field, value.text) not in known_clear
        ]
        if fingerprint == pass_.known[ref] and not new:
            continue
        try:
            count = registry.save_clear_page(book_id, weighed, fingerprint, new)
        except RowTampered:
            continue
        left += count is None
        saved += count is not None
        clear += count or 0
    taken += registry.take_back_unclear(book_id, still | _unknown(registry, book_id, pass_.pages))
    _logger.info("book %d: %d values clear, %d taken back, %d pages left", book_id, clear, taken, left)
    return ClearReport(clear, taken, saved, left)


def _unknown(
    registry: Registry, book_id: int, pages: Mapping[PageRef, PageResult]
) -> frozenset[tuple[PageRef, int, str]]:
    """Return the clear values of pages without a kept result, which cannot be weighed now."""
    return frozenset(
        (ref, row, name) for ref, row, name, _ in registry.clear_or_recalled(book_id) if ref not in pages
    )


def is_over_tolerance(counts: ClearCounts, routing: RoutingOptions) -> bool:
    """Return whether the blind checks refute the tolerated error, tested anew after every check."""
    right = counts.checked - counts.wrong
    checks = [SampleCheck(wrong, routing.tolerated) for wrong in (True,) * counts.wrong + (False,) * right]
    return is_stopped(checks, routing.delta)


def _new_values(
    passed: SecondPass, page: PageResult, weighed: PageResult, kept: frozenset[str], share: float
) -> list[NewClearValue]:
    """Return the new clear values of a page, without fields kept for people; a share of them is drawn for a check."""
    values: list[NewClearValue] = []
    for (row, name), value in passed.clear_values(page, weighed).items():
        if name in kept:
            continue
        decisions = tuple(passed.settled[key].decision_id for key in value.witnesses)
        drawn = is_drawn(page.ref, row, name, share)
        values.append(NewClearValue(row, name, value.reading.text, value.reading.canonical, decisions, drawn))
    return values


def kept_for_people(
    registry: Registry, book_id: int, record: RecordSpec, policy: BookPolicy
) -> frozenset[str]:
    """Return the fields of a book that never leave the queue by a pass.

    They are the fields that the office keeps for people, and all critical fields if the book's handwriting is unusual.
    """
    findings = registry.cross_entry_findings([book_id])
    is_unusual = any(item.finding.code == DRIFT for item in findings)
    critical = frozenset(spec.name for spec in record.fields if spec.critical)
    return policy.people_fields | (critical if is_unusual else frozenset())


def is_drawn(ref: PageRef, row: int, name: str, share: float) -> bool:
    """Return whether a value is drawn for a blind check: reproducible, but not predictable by people."""
    digest = hashlib.sha256(f"clear {ref.scan_sha256} {ref.page_no} {row} {name}".encode()).digest()
    return int.from_bytes(digest[:6], "big") < share * (1 << 48)
