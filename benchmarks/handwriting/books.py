"""Books drawn by given hands and what the machine reads on them, entry by entry, beside what is on paper."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from benchmarks.books.drawn_books import reading_context
from benchmarks.figures import say
from pipeline.base.errors import ScanError
from pipeline.base.model import (
    REVIEW_REASONS,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    Ledger,
    PageResult,
    Writing,
)
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Form, RecordSpec, Schemas
from pipeline.digitize.route import route
from pipeline.recognition.ocr import Engines
from pipeline.run_context import RunContext
from pipeline.scans.intake import list_scans, page_of
from pipeline.training.evaluation import (
    BookTruth,
    FieldOutcome,
    PredictedEntry,
    PredictedValue,
    TrueEntry,
    load_truth,
)
from pipeline.training.evaluation.field_scores import UNPREDICTED
from pipeline.training.evaluation.text_alignment import align_entries
from pipeline.training.synthetic_pages import InkCutout, SynthOptions, WriterInk, write_book

TRAINING_PENS = ("borel", "mynerve", "pangolin")
"""Pen fonts of the package that networks are trained with; whatever else is fitted on drawn handwriting keeps to them
as well."""

TEST_PENS = ("dancing-script", "charm", "patrick-hand", "ms-madi", "mali")
"""Pen fonts that no network is trained with, nothing is fitted on and no confidence is calibrated on."""

CALIBRATION_PENS = ("grape-nuts", "fuzzy-bubbles", "shantell-sans")
"""Pen fonts that no network is trained with, for calibration."""


@dataclass(frozen=True)
class HandBook:
    """A book to draw: ``hand`` names the pen font or, with glued ``cutouts``, their writer.

    ``by_tesseract``: read the handwriting with Tesseract, as if there were no reader of hands. ``strokes``: real ink of
    the writer ``hand`` for every value.
    """

    hand: str
    form: str
    options: SynthOptions
    cutouts: tuple[InkCutout, ...] = ()
    by_tesseract: bool = False
    strokes: WriterInk | None = None

    @property
    def name(self) -> str:
        return f"{self.hand}-{self.form}-{self.options.scanner}-{self.options.seed}"


@dataclass(frozen=True)
class ReadEntry:
    """One entry on paper (``truth``) and as read; ``place``: page and row; ``pen``: the font of what is drawn;
    ``real``: real ink of writer ``hand`` is glued in; ``strokes``: all that is written is."""

    book: str
    hand: str
    form: str
    level: str
    year: int
    place: tuple[int, int]
    truth: TrueEntry
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]
    pen: str = ""
    real: bool = False
    strokes: bool = False


@dataclass(frozen=True)
class ReadHandBook:
    """The entries of a book, pages that failed, CPU seconds by stage and the number of pages."""

    book: HandBook
    entries: tuple[ReadEntry, ...]
    failures: tuple[ScanError, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict)
    pages: int = 0


@dataclass(frozen=True)
class HandOutcome:
    """A field scored; ``by_hand``: it is handwritten on paper; ``struck``: a struck-out value stands before it."""

    outcome: FieldOutcome
    entry: ReadEntry
    by_hand: bool
    struck: bool

    @property
    def group(self) -> str:
        """The kind, or of a choice the list it is from."""
        spec = self.outcome.spec
        return spec.vocab or spec.kind if spec else ""

    @property
    def counts(self) -> bool:
        """Return whether the field counts as handwriting: it is written by hand, or was read where nothing stands."""
        predicted = self.outcome.predicted
        invented = (
            not self.outcome.truth
            and predicted.status is FieldStatus.READ
            and predicted.writing is Writing.HAND
        )
        return self.by_hand or invented


def read_books(
    books: Sequence[HandBook], jobs: int, work: Callable[[HandBook], ReadHandBook] | None = None
) -> Iterator[ReadHandBook]:
    """Draw and read the books (or do other ``work`` on each), ``jobs`` at a time, in the order they are done in."""
    os.environ["OMP_THREAD_LIMIT"] = os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        for done in as_completed([pool.submit(work or drawn_and_read, book) for book in books]):
            yield done.result()


def drawn_and_read(
    book: HandBook, engines: Engines | None = None, models: Path | None = None
) -> ReadHandBook:
    """Draw a book into a temporary folder and read it page by page.

    The readers and the calibration come from the folder ``models`` if it is given.
    """
    context, usual = tools(models)
    engines = engines or usual
    if book.by_tesseract:
        engines = replace(engines, hand=None)
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        form = context.schemas.form(book.form)
        path = write_book(
            Path(folder) / "book", form, context.schemas, book.options, book.cutouts, book.strokes
        )
        ledger, truth = load_ledger(path), load_truth(path / "truth.json")
        pages: list[PageResult | None] = []
        failures: list[ScanError] = []
        scans = {scan.path.name: scan for scan in list_scans(path)}
        for page in truth.pages:
            try:
                image = page_of(scans[page.scan], page.page_no, context.limits)
                pages.append(
                    context.read_page(image, form, ledger, context.schemas, engines, context.options)
                )
            except ScanError as error:
                failures.append(error)
                pages.append(None)
    entries = tuple(_entries(book, truth, pages, ledger))
    return ReadHandBook(without_strokes(book), entries, tuple(failures), _stages(pages), len(pages))


def without_strokes(book: HandBook) -> HandBook:
    """Return the book without its ink, which is too large to send from process to process."""
    return replace(book, strokes=None)


@cache
def tools(models: Path | None = None) -> tuple[RunContext, Engines]:
    """Declarations and readers, loaded once a process."""
    context = reading_context(Path(tempfile.gettempdir()) / "hotich-bench-unused", models)
    return context, context.make_engines()


def schemas_and_engines(models: Path | None = None) -> tuple[Schemas, Engines]:
    """What books are drawn and read with."""
    context, engines = tools(models)
    return context.schemas, engines


def _stages(pages: Iterable[PageResult | None]) -> Mapping[str, float]:
    stages: dict[str, float] = {}
    for page in pages:
        for stage, seconds in page.timings.items() if page else ():
            stages[stage] = stages.get(stage, 0.0) + seconds
    return stages


def _entries(
    book: HandBook, truth: BookTruth, pages: Sequence[PageResult | None], ledger: Ledger
) -> Iterator[ReadEntry]:
    level = book.options.scanner if isinstance(book.options.scanner, str) else "own"
    record = schemas_and_engines()[0].record(truth.kind)
    results = {
        (number, entry.row): (_predicted(entry, (number, entry.row), record, ledger.year), entry)
        for number, page in enumerate(pages)
        for entry in (page.entries if page else ())
    }
    if schemas_and_engines()[0].form(book.form).layout == "table":
        pairs = align_entries(
            truth.entries, [predicted for predicted, _ in results.values()], record.key_columns.number
        )
        spoken = {id(true): (read.page or 0, read.row or 0) for true, read in pairs.pairs}
    else:  # what was read of a page is what its paper says, whatever number was read
        places = {id(entry): (entry.page or 0, entry.row or 0) for entry in truth.entries}
        spoken = {mark: place for mark, place in places.items() if place in results}
    for entry in truth.entries:
        place = entry.page or 0, entry.row or 0
        result = results[spoken[id(entry)]][1] if id(entry) in spoken else EntryResult(place[1], (), ())
        yield ReadEntry(
            book.name, book.hand, book.form, level, ledger.year, place, replace(entry, ink={}), result.readings,
            result.findings, ",".join(book.options.pens), bool(book.cutouts), book.strokes is not None,
        )  # fmt: skip


def _predicted(entry: EntryResult, place: tuple[int, int], record: RecordSpec, year: int) -> PredictedEntry:
    """Pair entries by column as ``evaluation`` does: by their numbers first, else by their places."""
    values = {
        column: _value(reading, record, year)
        for reading in entry.readings
        if (column := record.by_name[reading.field].column)
    }
    return PredictedEntry(values, *place)


def outcomes_of(entry: ReadEntry, form: Form, record: RecordSpec) -> Iterator[HandOutcome]:
    """Every field of the form that is on paper or could be, scored."""
    readings = {reading.field: reading for reading in entry.readings}
    predicted = {name: _value(reading, record, entry.year) for name, reading in readings.items()}
    whole = PredictedEntry(predicted, *entry.place)
    for column, text in entry.truth.values.items():
        spec = record.by_column[column]
        value = predicted.get(spec.name, UNPREDICTED)
        outcome = FieldOutcome(column, text, value, spec, whole, entry.book, form.id)
        hand, struck = spec.name in entry.truth.by_hand, spec.name in entry.truth.struck
        yield HandOutcome(outcome, entry, hand, struck)


def _value(reading: FieldReading, record: RecordSpec, year: int) -> PredictedValue:
    """Return the prediction as ``evaluation.prediction_of`` does: an entry's number has the book's year."""
    text = reading.text
    if record.by_name[reading.field].value_kind.is_entry_number and text and "/" not in text:
        text = f"{text}/{year}"
    return PredictedValue(
        text, reading.status, reading.confidence, reading.accepted, reading.writing, reading.hypotheses
    )


def all_read(books: Sequence[HandBook], jobs: int) -> list[ReadHandBook]:
    """The books read, in the order of their names."""
    read = []
    for number, book in enumerate(read_books(books, jobs), start=1):
        say(f"đã đọc sổ {number}/{len(books)}: {book.book.name}, {book.pages} trang")
        read.append(book)
    return sorted(read, key=lambda book: book.book.name)


def with_tolerance(book: ReadHandBook, tolerated: float) -> ReadHandBook:
    """The book as routed in an office that tolerates this share of errors among accepted fields, critical or not."""
    context, engines = tools()
    record = context.schemas.record(context.schemas.form(book.book.form).record)
    usual = context.options.routing.for_reader(engines.hand_fingerprint)
    options = replace(usual, tolerated=tolerated, tolerated_critical=tolerated)
    entries = []
    for entry in book.entries:
        findings = [finding for finding in entry.findings if finding.code not in REVIEW_REASONS]
        readings, findings_then = route(entry.readings, findings, record, options)
        entries.append(replace(entry, readings=readings, findings=findings_then))
    return replace(book, entries=tuple(entries))


def fields_of(read: Sequence[ReadHandBook], schemas: Schemas) -> list[HandOutcome]:
    """Every field of every entry, scored."""
    fields = []
    for book in read:
        form = schemas.form(book.book.form)
        record = schemas.record(form.record)
        fields += [field for entry in book.entries for field in outcomes_of(entry, form, record)]
    return fields
