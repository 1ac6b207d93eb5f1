"""Evaluation of the registry's readings of books against their truth, with the ink of misreadings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

import pipeline
from pipeline.base.errors import ScanError
from pipeline.base.model import Box, EntryResult, PageKind, PageRef, PageResult, Pixels, Quality
from pipeline.books.book_identity import agreed_ledger
from pipeline.declarations.ledger import load_ledger
from pipeline.digitize.route import RoutingOptions
from pipeline.layout.imaging.overlay import rectified_page
from pipeline.layout.imaging.page_pictures import cut
from pipeline.registry import Rectification, StoredEntry
from pipeline.reports.content import row_label
from pipeline.run_context import RunContext
from pipeline.runs.book_run import BookReport
from pipeline.scans.intake import ScanFile, list_scans, page_count_isolated, page_of_isolated
from pipeline.training.evaluation import BookTruth, Evaluation, FieldOutcome, prediction_of
from pipeline.training.evaluation import evaluate as scored
from pipeline.training.evaluation.report import (
    ErrorTolerance,
    EvaluationReport,
    Misreading,
    worst_misreadings,
    write_report,
)


@dataclass(frozen=True)
class EvaluatedBook:
    """A book with the registry's results of its pages.

    Attributes:
        scans: Scans by SHA-256.
        pages: The result of each page in ``refs``; ``None`` for a page without readings.
    """

    folder: Path
    scans: Mapping[str, ScanFile]
    refs: Sequence[PageRef]
    pages: Sequence[PageResult | None]


def misread_fields(
    outcomes: Sequence[FieldOutcome], books: Mapping[str, EvaluatedBook], context: RunContext
) -> tuple[Misreading, ...]:
    """Return the outcomes with the ink of their fields, in the same order.

    Each page is decoded once; an unreadable scan gives no picture.

    Args:
        books: The books by their names in the outcomes.
    """
    pictures: dict[int, tuple[Pixels, ...]] = {}
    by_page: dict[tuple[str, int], list[int]] = {}
    for number, outcome in enumerate(outcomes):
        if outcome.entry.page is not None:
            by_page.setdefault((outcome.book, outcome.entry.page), []).append(number)
    for (book, page), numbers in by_page.items():
        boxes = {number: _boxes(outcomes[number], books[book].pages[page]) for number in numbers}
        pictures |= _cut_from(books[book], page, boxes, context)
    return tuple(
        Misreading(outcome, _place(outcome, books[outcome.book]), pictures.get(number, ()))
        for number, outcome in enumerate(outcomes)
    )


def _boxes(outcome: FieldOutcome, result: PageResult | None) -> tuple[Box, ...]:
    """Return the lines of the outcome's field on the rectified page, else the whole field."""
    for entry in result.entries if result else ():
        for reading in entry.readings:
            if entry.row == outcome.entry.row and outcome.spec and reading.field == outcome.spec.name:
                return reading.lines or ((reading.box,) if reading.box else ())
    return ()


def _cut_from(
    book: EvaluatedBook, page: int, boxes: Mapping[int, tuple[Box, ...]], context: RunContext
) -> dict[int, tuple[Pixels, ...]]:
    result, ref = book.pages[page], book.refs[page]
    scan = book.scans.get(ref.scan_sha256)
    if result is None or scan is None or not any(boxes.values()):
        return {}
    try:
        straight = rectified_page(page_of_isolated(scan, ref.page_no, context.limits), result)
    except ScanError:
        return {}
    return {number: tuple(cut(straight, box, 14) for box in lines) for number, lines in boxes.items()}


def _place(outcome: FieldOutcome, book: EvaluatedBook) -> str:
    """Return a description of the place for a person who looks for the scan."""
    if outcome.entry.page is None:
        return f"sổ {book.folder.name}, sự kiện máy không tìm thấy"
    ref = book.refs[outcome.entry.page]
    scan = book.scans.get(ref.scan_sha256)
    name = scan.path.name if scan else ref.scan_sha256[:12]
    places = (f"sổ {book.folder.name}", f"{name} trang {ref.page_no}", row_label(outcome.entry.row or 0))
    return ", ".join(filter(None, places))


MISREADINGS = 120
MISREADINGS_OF_A_KIND = 20
"""Number of wrong readings that a report shows with their ink, in total and by kind of value."""


@dataclass(frozen=True)
class ScoredBook:
    """A scored book; ``run``: the report of the run that read its missing pages."""

    stored: EvaluatedBook
    evaluation: Evaluation
    run: BookReport


def scored_book(folder: Path, truth: BookTruth, run: BookReport, context: RunContext) -> ScoredBook:
    """Score the registry's readings of a book against its truth."""
    ledger = load_ledger(folder)
    record = context.schemas.record(context.schemas.form(ledger.form).record)
    stored = evaluated_book(folder, context)
    evaluation = scored(
        truth,
        prediction_of(stored.pages, record, ledger.year),
        record,
        book=str(folder),
        form=ledger.form,
        versions=versions(context, ledger.form),
    )
    return ScoredBook(stored, evaluation, run)


def pages_per_minute(runs: Sequence[BookReport]) -> float | None:
    """Return the reading speed over all pages read in the runs; ``None`` if no page was read."""
    read, seconds = sum(run.read for run in runs), sum(run.seconds for run in runs if run.read)
    return 60 * read / seconds if read and seconds else None


def write_evaluation(
    folder: Path,
    figures: Evaluation,
    books: Sequence[ScoredBook],
    warnings: tuple[str, ...],
    context: RunContext,
) -> Path:
    """Write the report; return the path of its start page. Raises ``StorageError``."""
    shown = worst_misreadings(figures.outcomes, MISREADINGS, MISREADINGS_OF_A_KIND)
    by_name = {str(book.stored.folder): book.stored for book in books}
    reader = context.make_engines().hand_fingerprint
    report = EvaluationReport(
        evaluation=figures,
        books=tuple(book.stored.folder.name for book in books),
        standard=standard_of(context.options.routing.for_reader(reader)),
        misreadings=misread_fields(shown, by_name, context),
        warnings=warnings,
        made=datetime.now().astimezone(),
    )
    return write_report(folder, report, context.schemas)


def standard_of(routing: RoutingOptions) -> ErrorTolerance:
    """Return the tolerated errors of accepted fields and the thresholds of acceptance."""
    other, critical = routing.bound(critical=False), routing.bound(critical=True)
    return ErrorTolerance(
        routing.tolerated,
        routing.tolerated_critical,
        (
            ("chữ viết tay", other.threshold if other else None),
            ("viết tay, ô quan trọng", critical.threshold if critical else None),
            ("chữ in", routing.min_confidence),
            ("chữ in, ô quan trọng", routing.min_confidence_critical),
        ),
    )


def versions(context: RunContext, form: str) -> Mapping[str, str]:
    """Return the versions of all parts that read a book; different figures need a different part."""
    return {
        "hotich": pipeline.__version__,
        "models": context.make_engines().fingerprint,
        "rules": context.schemas.fingerprint,
        "options": context.options.fingerprint,
        "form": f"{form} {context.schemas.form(form).fingerprint}",
    }


def evaluated_book(folder: Path, context: RunContext) -> EvaluatedBook:
    """Return a book with the latest machine readings of its pages, in the order of its scans.

    Only ``form``, ``entries``, ``matrix`` and ``size`` of a result are meaningful; the registry does not store the
    other attributes.
    """
    ledger = load_ledger(folder)
    scans: dict[str, ScanFile] = {}
    for scan in list_scans(folder, context.limits):
        scans.setdefault(scan.sha256, scan)
    refs = page_refs(tuple(scans.values()), context)
    with context.open_registry() as registry:
        ledger = agreed_ledger(registry, folder, ledger, scans.keys)
        book_id = registry.book_id(ledger, folder.name)
        stored = list(registry.stored_entries(book_id))
        straight = registry.rectifications(book_id)
    by_page: dict[PageRef, list[StoredEntry]] = {}
    for entry in stored:
        by_page.setdefault(entry.ref, []).append(entry)
    pages = [
        _result(ref, by_page[ref], ledger.form, straight.get(ref)) if ref in by_page else None for ref in refs
    ]
    return EvaluatedBook(folder, scans, refs, pages)


def page_refs(scans: Sequence[ScanFile], context: RunContext) -> list[PageRef]:
    """Return all pages of the scans in order; scans with an unknown page count have none."""
    refs: list[PageRef] = []
    for scan in scans:
        try:
            pages = page_count_isolated(scan, context.limits)
        except ScanError:
            continue
        refs += [PageRef(scan.sha256, number) for number in range(1, pages + 1)]
    return refs


def _result(
    ref: PageRef, stored: Sequence[StoredEntry], form: str, straight: Rectification | None
) -> PageResult:
    entries = tuple(EntryResult(entry.row, entry.readings, entry.findings) for entry in stored)
    unknown = Quality(0.0, 0.0, 0.0, 0.0)
    empty = PageResult(ref, PageKind.ENTRIES, form, (0, 0), np.eye(3), 0, 0.0, unknown, None, (), (), (), {})
    if straight is None:
        return replace(empty, entries=entries)
    return replace(empty, entries=entries, matrix=straight.matrix, size=straight.size)
