"""A book is weighed again while people check it: what is clear by what they decided leaves the queue.

No network is needed: the pages are weighed on what was kept of their lines. A value leaves only within what the office
tolerates, a share of all is drawn for a blind check, and where these checks find more wrong than is tolerated the
machine accepts nothing of the kind in that book any longer.
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
    """What a pass over a book did.

    Attributes:
        clear: Values that left the queue, or were drawn for a blind check.
        pages: Pages that were saved.
        left: Pages that people are at work on.
        stopped: Whether the checks refute what the office tolerates.
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
    """Let the waiting values of a book leave the queue that are clear by what people decided in it.

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
    at_work, told = registry.pages_at_work(book_id), registry.clear_or_recalled(book_id)
    clear = saved = left = 0
    still: set[tuple[PageRef, int, str]] = set()
    for ref, page in pass_.pages.items():
        beat()
        weighed, fingerprint = pass_.weighed(ref)
        found_clear = _new_values(pass_.book, page, weighed, kept, policy.clear_sample)
        still |= {(ref, one.row, one.field) for one in found_clear}
        if ref in at_work:
            left += 1
            continue
        new = [one for one in found_clear if (ref, one.row, one.field, one.text) not in told]
        if fingerprint == pass_.known[ref] and not new:
            continue
        try:
            found = registry.save_clear_page(book_id, weighed, fingerprint, new)
        except RowTampered:
            continue
        left += found is None
        saved += found is not None
        clear += found or 0
    taken += registry.take_back_unclear(book_id, still | _unknown(registry, book_id, pass_.pages))
    _logger.info("book %d: %d values clear, %d taken back, %d pages left", book_id, clear, taken, left)
    return ClearReport(clear, taken, saved, left)


def _unknown(
    registry: Registry, book_id: int, pages: Mapping[PageRef, PageResult]
) -> frozenset[tuple[PageRef, int, str]]:
    """Return the clear values of pages of which nothing is kept, so that nothing can be said of them now."""
    return frozenset(
        (ref, row, name) for ref, row, name, _ in registry.clear_or_recalled(book_id) if ref not in pages
    )


def is_over_tolerance(counts: ClearCounts, routing: RoutingOptions) -> bool:
    """Return whether what was checked refutes the office's tolerance, asked anew after every check."""
    right = counts.checked - counts.wrong
    checks = [SampleCheck(wrong, routing.tolerated) for wrong in (True,) * counts.wrong + (False,) * right]
    return is_stopped(checks, routing.delta)


def _new_values(
    passed: SecondPass, page: PageResult, weighed: PageResult, kept: frozenset[str], share: float
) -> list[NewClearValue]:
    """Return the values of a page that are clear, but for fields that are kept for people; a share of them drawn."""
    found: list[NewClearValue] = []
    for (row, name), one in passed.clear_values(page, weighed).items():
        if name in kept:
            continue
        decisions = tuple(passed.settled[key].decision_id for key in one.witnesses)
        drawn = is_drawn(page.ref, row, name, share)
        found.append(NewClearValue(row, name, one.reading.text, one.reading.canonical, decisions, drawn))
    return found


def kept_for_people(
    registry: Registry, book_id: int, record: RecordSpec, policy: BookPolicy
) -> frozenset[str]:
    """Return the fields of a book that never leave the queue so.

    They are those that the office keeps for people, and the critical ones of a book whose handwriting is unlike that
    calibrated on.
    """
    found = registry.cross_entry_findings([book_id])
    is_unusual = any(one.finding.code == DRIFT for one in found)
    critical = frozenset(spec.name for spec in record.fields if spec.critical)
    return policy.people_fields | (critical if is_unusual else frozenset())


def is_drawn(ref: PageRef, row: int, name: str, share: float) -> bool:
    """Return whether a value is drawn for a blind check: always the same ones, and nobody can tell which before."""
    told = hashlib.sha256(f"clear {ref.scan_sha256} {ref.page_no} {row} {name}".encode()).digest()
    return int.from_bytes(told[:6], "big") < share * (1 << 48)
