"""Fresh synthetic books and what the machine reads on them, page by page, with their truth."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.figures import say
from pipeline.base.errors import ScanError
from pipeline.base.model import Ledger, PageResult
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.digitize.engines import default_engines
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition import calibration
from pipeline.recognition.ocr.models import default_folder
from pipeline.run_context import RunContext
from pipeline.runs.workers import PageJob, Workers
from pipeline.scans.intake import list_scans
from pipeline.scans.workspace import Workspace
from pipeline.training.evaluation import BookTruth, load_truth
from pipeline.training.synthetic_pages import SynthOptions, write_book

SEED = 90_001


@dataclass(frozen=True)
class ReadBook:
    """A drawn book and what was read on it.

    Attributes:
        pages: The result of each page of ``truth.pages``; None for a page that failed.
        failures: The failure of each page; None for a page that was read.
    """

    form: Form
    ledger: Ledger
    truth: BookTruth
    pages: tuple[PageResult | None, ...]
    failures: tuple[ScanError | None, ...]


def reading_context(folder: Path, models: Path | None = None) -> RunContext:
    """Return a run context that reads pages as installed, for no office, with other ``models`` where given.

    An office's context is ``Settings().run_context``. What reads pages alone does without: its figures then depend on
    neither registry nor web application.
    """
    calibrated = calibration.read((models or default_folder()) / "calibration" / calibration.FILE)
    return RunContext(
        workspace=folder,
        registry_url=Workspace(folder).registry_url,
        schemas=schema.load(),
        make_engines=partial(default_engines, models),
        options=DigitizeOptions(routing=RoutingOptions(calibration=calibrated)),
    )


def entry_forms(schemas: Schemas) -> tuple[Form, ...]:
    """Return the forms that the figures are of: the forms with a known real sheet, and the table of births."""
    return tuple(
        form for form in schemas.forms.values() if form.evidence == "seen" or form.id == "birth-table"
    )


def draw(folder: Path, form: Form, schemas: Schemas, pages: int, options: SynthOptions) -> Path:
    """Draw a book of a form with so many pages of entries and return its folder."""
    rows = form.table.rows if form.table else 1
    say(f"vẽ {form.id}, số gieo {options.seed}")
    return write_book(folder, form, schemas, replace(options, entries=pages * rows))


def read(folder: Path, context: RunContext) -> ReadBook:
    """Read every page of a book, with one process per core."""
    truth, ledger = load_truth(folder / "truth.json"), load_ledger(folder)
    form = context.schemas.form(ledger.form)
    scans = {scan.path.name: scan for scan in list_scans(folder)}
    jobs = [PageJob(scans[page.scan], page.page_no) for page in truth.pages]
    say(f"đọc {form.id}: {len(jobs)} trang")
    with Workers(context, form, ledger, len(os.sched_getaffinity(0))) as workers:
        answers = {(job.scan.sha256, job.page_no): answer for job, answer in workers.read(jobs)}
    ordered = [answers[job.scan.sha256, job.page_no] for job in jobs]
    return ReadBook(
        form,
        ledger,
        truth,
        tuple(answer if isinstance(answer, PageResult) else None for answer in ordered),
        tuple(answer if isinstance(answer, ScanError) else None for answer in ordered),
    )
