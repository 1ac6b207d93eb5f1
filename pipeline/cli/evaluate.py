"""``hotich evaluate``: what was read against what is true, with the ink of each misreading cut from the scans again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

import pipeline
from pipeline.base.errors import ScanError, StorageError
from pipeline.base.model import Box, EntryResult, PageKind, PageRef, PageResult, Pixels, Quality
from pipeline.books.book_identity import agreed_ledger
from pipeline.cli.page_pictures import cut
from pipeline.cli.run import show_drift
from pipeline.cli.screen import WorkersOption, WorkspaceOption, out, track_books
from pipeline.declarations.ledger import load_ledger
from pipeline.digitize.route import RoutingOptions
from pipeline.layout.imaging.overlay import rectified_page
from pipeline.recognition.calibration.drift import drift_sentence
from pipeline.registry import Rectification, StoredEntry
from pipeline.reports.content import row_label
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import digitize_book
from pipeline.runs.book_run import BookReport
from pipeline.scans.intake import ScanFile, list_scans, page_count_isolated, page_of_isolated
from pipeline.settings import read_settings
from pipeline.training.evaluation import (
    BookTruth,
    Evaluation,
    FieldOutcome,
    load_truth,
    pooled,
    prediction_of,
)
from pipeline.training.evaluation import evaluate as scored
from pipeline.training.evaluation.console_tables import print_evaluation
from pipeline.training.evaluation.report import (
    ErrorTolerance,
    EvaluationReport,
    Misreading,
    kind_names,
    worst_misreadings,
    write_report,
)


@dataclass(frozen=True)
class EvaluatedBook:
    """A book with what the registry holds of its pages.

    Attributes:
        folder: The book's folder.
        scans: Its scans by their content hash.
        refs: Its pages.
        pages: The result for each page of ``refs``; ``None`` for a page nothing was read on.
    """

    folder: Path
    scans: Mapping[str, ScanFile]
    refs: Sequence[PageRef]
    pages: Sequence[PageResult | None]


def misread_fields(
    outcomes: Sequence[FieldOutcome], books: Mapping[str, EvaluatedBook], context: RunContext
) -> tuple[Misreading, ...]:
    """Return the outcomes with the ink of their fields, in the same order.

    Each page is decoded once; a scan that cannot be read any more gives no picture.

    Args:
        outcomes: The fields that were misread.
        books: The books by the name that the outcomes give them.
        context: The settings and stores of the run.
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
    """The lines of the outcome's field on the straight page, else the whole field."""
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
    return {number: tuple(cut(straight, box, 14) for box in found) for number, found in boxes.items()}


def _place(outcome: FieldOutcome, book: EvaluatedBook) -> str:
    """Return its place, for a person who wants to open the scan."""
    if outcome.entry.page is None:
        return f"sổ {book.folder.name}, sự kiện máy không tìm thấy"
    ref = book.refs[outcome.entry.page]
    scan = book.scans.get(ref.scan_sha256)
    name = scan.path.name if scan else ref.scan_sha256[:12]
    places = (f"sổ {book.folder.name}", f"{name} trang {ref.page_no}", row_label(outcome.entry.row or 0))
    return ", ".join(filter(None, places))


MISREADINGS = 120
MISREADINGS_OF_A_KIND = 20
"""How many wrong readings a report shows with their ink."""


@dataclass(frozen=True)
class ScoredBook:
    """One book scored; ``run`` tells of the pages that were read for it now."""

    stored: EvaluatedBook
    evaluation: Evaluation
    run: BookReport


def evaluate(
    books: Annotated[
        list[Path], typer.Argument(help="Thư mục của các sổ (mỗi sổ có ledger.toml và các bản quét).")
    ],
    truth: Annotated[
        Path | None, typer.Option("--truth", help="Đáp án; mặc định là truth.json trong thư mục sổ.")
    ] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Ghi mọi con số vào tệp JSON này.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", help="Thư mục để ghi báo cáo có biểu đồ và hình các chỗ sai (chứa dữ liệu cá nhân)."
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    workers: WorkersOption = None,
) -> None:
    """So kết quả đọc các sổ với đáp án: đúng từng cột, từng kiểu; ô trống; tự động chấp nhận; độ tin cậy; tốc độ.

    Trang nào chưa đọc thì được đọc trước. Kết quả lấy từ sổ dữ liệu, trước mọi sửa chữa của người.
    """
    if truth and len(books) > 1:
        raise typer.BadParameter(
            "một đáp án chỉ dùng cho một sổ; nhiều sổ thì đặt truth.json trong thư mục của từng sổ.",
            param_hint="--truth",
        )
    settings = read_settings()
    context = settings.run_context(workspace)
    known = [load_truth(truth or book / "truth.json") for book in books]
    with track_books("trang") as on_progress:
        runs = [
            digitize_book(book, context, workers=workers or settings.workers, on_progress=on_progress)
            for book in books
        ]
    found = [
        scored_book(book, answers, run, context)
        for book, answers, run in zip(books, known, runs, strict=True)
    ]
    figures = pooled([book.evaluation for book in found], pages_per_minute=pages_per_minute(runs))
    if json_out:
        write_json(json_out, figures)
    print_evaluation(figures, out(), kind_names(context.schemas))
    alarms = {book: run.drift for book, run in zip(books, runs, strict=True) if run.drift is not None}
    show_drift(alarms, context.workspace)
    if report:
        warnings = tuple(f"{folder.name}: {drift_sentence(alarm)}" for folder, alarm in alarms.items())
        page = reported(report, figures, found, warnings, context)
        out().print(f"Đã ghi báo cáo {page} (chứa dữ liệu cá nhân, xem xong hãy xóa).", markup=False)


def scored_book(folder: Path, truth: BookTruth, run: BookReport, context: RunContext) -> ScoredBook:
    """The book's readings in the registry against its truth."""
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
    """Over all pages that were read now; ``None`` when none was."""
    read, seconds = sum(run.read for run in runs), sum(run.seconds for run in runs if run.read)
    return 60 * read / seconds if read and seconds else None


def reported(
    folder: Path,
    figures: Evaluation,
    books: Sequence[ScoredBook],
    warnings: tuple[str, ...],
    context: RunContext,
) -> Path:
    """Write the report; returns the page to open. Raises ``StorageError``."""
    shown = worst_misreadings(figures.outcomes, MISREADINGS, MISREADINGS_OF_A_KIND)
    by_name = {str(book.stored.folder): book.stored for book in books}
    reader = context.make_engines().hand_fingerprint
    made = EvaluationReport(
        evaluation=figures,
        books=tuple(book.stored.folder.name for book in books),
        standard=standard_of(context.options.routing.for_reader(reader)),
        misreadings=misread_fields(shown, by_name, context),
        warnings=warnings,
        made=datetime.now().astimezone(),
    )
    return write_report(folder, made, context.schemas)


def standard_of(routing: RoutingOptions) -> ErrorTolerance:
    """What is asked of accepted fields, and from which confidence on they are."""
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
    """What read the book, part by part; one of them differs whenever the figures may."""
    return {
        "hotich": pipeline.__version__,
        "models": context.make_engines().fingerprint,
        "rules": context.schemas.fingerprint,
        "options": context.options.fingerprint,
        "form": f"{form} {context.schemas.form(form).fingerprint}",
    }


def evaluated_book(folder: Path, context: RunContext) -> EvaluatedBook:
    """Return a book with the latest machine readings of its pages, in the order of its scans.

    Only ``form``, ``entries``, ``matrix`` and ``size`` of a result are meaningful; the registry does not keep
    the rest.
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
    """All pages of the scans in order; a scan that cannot be counted has none."""
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


def write_json(path: Path, figures: Evaluation) -> None:
    """Write the figures; raises ``StorageError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(figures.as_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(f"Không ghi được {path}: {error.strerror}.") from None
