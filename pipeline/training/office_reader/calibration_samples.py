"""Decided pages read again by two readers, so that what each accepts can be held against what people decided.

Pages are read as in the first pass, without what their book says of them, by both readers alike.
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
"""Fields and entries held for calibration below which the one in use is taken over with the new reader."""

GROUPS = {"critical": True, "other": False}


@dataclass(frozen=True, slots=True)
class ReaderSamples:
    """Decided fields as the reader in use and the new one read them, with what people decided.

    Attributes:
        before: As the reader in use reads them.
        after: As the new reader does.
        pages: How many pages were read again.
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
    """Return decided fields of entries that nothing is learnt from, as both readers read them.

    Args:
        registry: Where the decisions are.
        context: How pages are read.
        book_ids: The books.
        before: The engines in use.
        after: Those with the new reader.
        pages: The most pages that are read again, spread over all books.
        say: Takes how many pages are done.
    """
    chosen: list[tuple[int, PageRef, list[StoredEntry]]] = []
    for book_id in book_ids:
        by_page: dict[PageRef, list[StoredEntry]] = {}
        for entry in registry.stored_entries(book_id):
            if entry.decisions and part_of(entry_key(book_id, entry.ref, entry.row)) is not LinePart.LEARNT:
                by_page.setdefault(entry.ref, []).append(entry)
        chosen += [(book_id, ref, entries) for ref, entries in by_page.items()]
    chosen = _spread(chosen, pages)
    found: tuple[list[Sample], list[Sample]] = ([], [])
    for number, (book_id, ref, entries) in enumerate(chosen, start=1):
        page = _decoded(context, ref)
        if page is not None:
            for samples, engines in zip(found, (before, after), strict=True):
                samples += _samples(registry, context, book_id, page, entries, engines)
        say(number)
    return ReaderSamples(tuple(found[0]), tuple(found[1]), len(chosen))


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
                name: Truth(one.status, one.text, one.canonical)
                for name, one in stored.decisions.items()
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
    """Return the calibration of a new reader, and whether it was fitted anew.

    It is fitted on the entries held for calibration where there are enough and they prove as much as the one in use;
    else that one is taken over: what it accepts is then judged on the frozen entries all the same.

    Args:
        samples: The decided fields.
        known: The calibration in use.
        reader: The fingerprint of the new reader.
    """
    held = [one for one in samples.after if part_of(one.entry) is LinePart.CALIBRATION]
    if len(held) >= LEAST_FIELDS and len({one.entry for one in held}) >= LEAST_ENTRIES:
        try:
            return fit_calibration(held, reader=reader, before=known), True
        except ValueError:
            log.warning("too few decided fields to calibrate on")
    return (replace(known, reader=reader) if known is not None else None), False


def shares_of(
    samples: ReaderSamples, before: Calibration | None, after: Calibration | None, routing: RoutingOptions
) -> CalibratedShares:
    """Return what both readers accept of the frozen entries, by group of fields.

    Args:
        samples: The decided fields.
        before: The calibration of the reader in use.
        after: That of the new one.
        routing: The error rates that the office tolerates.
    """
    frozen = [
        [one for one in some if part_of(one.entry) is LinePart.FROZEN]
        for some in (samples.before, samples.after)
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
    group = [one for one in samples if one.critical is critical]
    chances = known.chances_right([one.features for one in group])
    taken = [
        one
        for one, chance in zip(group, chances, strict=True)
        if bound.threshold is not None
        and chance >= bound.threshold
        and one.features.eligible
        and known.knows(one.features.kind)
    ]
    wrong = sum(not one.right for one in taken)
    upper = upper_bound(len(taken), wrong, routing.delta)
    tried = replace(bound, fields=len(group), accepted=len(taken), wrong=wrong, upper=upper)
    return CalibratedShare(len(group), len(taken), wrong, upper, tolerated, tried.refuted)


def _spread(
    chosen: list[tuple[int, PageRef, list[StoredEntry]]], most: int
) -> list[tuple[int, PageRef, list[StoredEntry]]]:
    many = min(most, len(chosen))
    return [chosen[place * len(chosen) // many] for place in range(many)]
