"""Decided pages read again by two readers, to compare the accepted values of both with the decisions.

Both readers read the pages as in the first pass, without the context of the book.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.base.errors import HotichError
from pipeline.base.model import PageImage, PageRef
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition.calibration import (
    Calibration,
    Sample,
    Truth,
    calibration_samples,
    fit_calibration,
    upper_bound,
)
from pipeline.recognition.ocr import Engines
from pipeline.registry import Registry, StoredEntry
from pipeline.run_context import RunContext
from pipeline.scans.intake import page_of_isolated, scan_file
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.decided_lines import entry_key
from pipeline.training.office_reader.gate import CalibratedShare, CalibratedShares
from pipeline.training.office_reader.line_store import LinePart, part_of

log = logging.getLogger(__name__)

LEAST_FIELDS, LEAST_ENTRIES = 400, 40
"""Least numbers of calibration fields and entries; below them the present calibration is reused for the new reader."""

GROUPS = {"critical": True, "other": False}


@dataclass(frozen=True, slots=True)
class ReaderSamples:
    """Decided fields, read by the present and by the new reader, with the decisions.

    Attributes:
        after: The readings of the new reader.
        pages: Number of pages read again.
    """

    before: tuple[Sample, ...] = ()
    after: tuple[Sample, ...] = ()
    pages: int = 0


def samples_of_books(
    registry: Registry,
    context: RunContext,
    book_ids: Sequence[int],
    before: Engines,
    after: Engines,
    *,
    pages: int,
    say: Callable[[int], None] = lambda _: None,
) -> ReaderSamples:
    """Return decided fields of entries held out from learning, read by both readers.

    Args:
        before: The present engines.
        after: The engines with the new reader.
        pages: Largest number of pages to read, spread over all books.
    """
    chosen: list[tuple[int, PageRef, list[StoredEntry]]] = []
    for book_id in book_ids:
        by_page: dict[PageRef, list[StoredEntry]] = {}
        for entry in registry.stored_entries(book_id):
            if entry.decisions and part_of(entry_key(book_id, entry.ref, entry.row)) is not LinePart.LEARNT:
                by_page.setdefault(entry.ref, []).append(entry)
        chosen += [(book_id, ref, entries) for ref, entries in by_page.items()]
    chosen = _spread(chosen, pages)
    by_reader: tuple[list[Sample], list[Sample]] = ([], [])
    for number, (book_id, ref, entries) in enumerate(chosen, start=1):
        page = _decoded(context, ref)
        if page is not None:
            for samples, engines in zip(by_reader, (before, after), strict=True):
                samples += _samples(registry, context, book_id, page, entries, engines)
        say(number)
    return ReaderSamples(tuple(by_reader[0]), tuple(by_reader[1]), len(chosen))


def _decoded(context: RunContext, ref: PageRef) -> PageImage | None:
    try:
        path = Workspace(context.workspace).stored(ref.scan_sha256)
        return None if path is None else page_of_isolated(scan_file(path), ref.page_no, context.limits)
    except HotichError as error:
        log.warning("a page is left out: %s", error.code)
        return None


def _samples(
    registry: Registry,
    context: RunContext,
    book_id: int,
    page: PageImage,
    entries: Sequence[StoredEntry],
    engines: Engines,
) -> list[Sample]:
    book = registry.book(book_id)
    form = context.schemas.form(book.ledger.form)
    record = context.schemas.record(book.record)
    try:
        result = context.read_page(page, form, book.ledger, context.schemas, engines, context.options)
    except HotichError as error:
        log.warning("a page of book %d is left out: %s", book_id, error.code)
        return []
    decided = {entry.row: entry for entry in entries}
    samples: list[Sample] = []
    for entry in result.entries:
        stored = decided.get(entry.row)
        if stored is not None:
            truths = {
                name: Truth(decision.status, decision.text, decision.canonical)
                for name, decision in stored.decisions.items()
                if name and name not in stored.amendments
            }
            samples += calibration_samples(
                entry.readings,
                entry.findings,
                record,
                truths,
                str(book_id),
                entry_key(book_id, page.ref, stored.row),
            )
    return samples


def recalibrated(
    samples: ReaderSamples, known: Calibration | None, reader: str
) -> tuple[Calibration | None, bool]:
    """Return the calibration of a new reader, and whether it was newly fitted.

    It is fitted on the calibration entries if they are enough; otherwise the present calibration is reused. Its
    accepted values are judged on the frozen entries in either case.

    Args:
        reader: Fingerprint of the new reader.
    """
    held = [sample for sample in samples.after if part_of(sample.entry) is LinePart.CALIBRATION]
    if len(held) >= LEAST_FIELDS and len({sample.entry for sample in held}) >= LEAST_ENTRIES:
        try:
            return fit_calibration(held, reader=reader, before=known), True
        except ValueError:
            log.warning("too few decided fields to calibrate on")
    return (replace(known, reader=reader) if known is not None else None), False


def shares_of(
    samples: ReaderSamples, before: Calibration | None, after: Calibration | None, routing: RoutingOptions
) -> CalibratedShares:
    """Return the accepted shares of both readers on the frozen entries, by group of fields.

    Args:
        before: Calibration of the present reader.
        after: Calibration of the new reader.
        routing: The tolerated error rates of the office.
    """
    frozen = [
        [sample for sample in of_reader if part_of(sample.entry) is LinePart.FROZEN]
        for of_reader in (samples.before, samples.after)
    ]
    return {
        group: (
            _share(before, frozen[0], routing, critical=critical),
            _share(after, frozen[1], routing, critical=critical),
        )
        for group, critical in GROUPS.items()
    }


def _share(
    known: Calibration | None, samples: Sequence[Sample], routing: RoutingOptions, *, critical: bool
) -> CalibratedShare | None:
    if known is None:
        return None
    tolerated = routing.tolerated_critical if critical else routing.tolerated
    bound = known.bound(critical=critical, tolerated=tolerated, delta=routing.delta)
    group = [sample for sample in samples if sample.critical is critical]
    chances = known.chances_right([sample.features for sample in group])
    taken = [
        sample
        for sample, chance in zip(group, chances, strict=True)
        if bound.threshold is not None
        and chance >= bound.threshold
        and sample.features.eligible
        and known.knows(sample.features.kind)
    ]
    wrong = sum(not sample.right for sample in taken)
    upper = upper_bound(len(taken), wrong, routing.delta)
    tried = replace(bound, fields=len(group), accepted=len(taken), wrong=wrong, upper=upper)
    return CalibratedShare(len(group), len(taken), wrong, upper, tolerated, tried.refuted)


def _spread(
    chosen: list[tuple[int, PageRef, list[StoredEntry]]], most: int
) -> list[tuple[int, PageRef, list[StoredEntry]]]:
    count = min(most, len(chosen))
    return [chosen[index * len(chosen) // count] for index in range(count)]
