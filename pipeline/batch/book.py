"""A folder of scans becomes rows in the registry, page by page, whatever single pages do."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.batch.book_checks import check_books
from pipeline.batch.fingerprint import reading_fingerprint
from pipeline.batch.lessons import read_in_rounds
from pipeline.batch.report import BookReport, ScanFailure, reasons_of
from pipeline.batch.workers import PageJob, Workers
from pipeline.errors import LedgerError, ScanError, SchemaError
from pipeline.intake import ForeignFile, ScanFile, contents_of
from pipeline.intake.filetype import shown
from pipeline.ledger import LEDGER_FILE, load_ledger
from pipeline.model import PageRef, PageResult
from pipeline.registry import Registry
from pipeline.workbench import Workbench
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class Progress:
    """A page is done: ``done`` of the ``total`` pages of book ``folder`` that this run reads."""

    folder: str
    done: int
    total: int
    page: PageRef


OnProgress = Callable[[Progress], None]


def digitize_book(
    folder: Path, bench: Workbench, *, workers: int | None = None, on_progress: OnProgress | None = None
) -> BookReport:
    """Read every page of the book in ``folder`` that is not known yet and save it, one transaction a page; then check
    the book as a whole.

    ``workers``: processes, by default one a core. A scan or page that cannot be used is a failure in the report and in
    the registry. Raises ``LedgerError``/``SchemaError`` (nothing was read), ``RegistryError``/``StorageError``/
    ``SetupError`` (what was saved stays; a new run goes on from there).
    """
    started = time.perf_counter()
    ledger = load_ledger(folder)
    form = bench.schemas.form(ledger.form)
    engines = bench.make_engines()
    with bench.open_registry() as registry:
        run = _Run(folder, bench, registry, registry.book_id(ledger, folder.name))
        contents = contents_of(folder, bench.limits)
        run.refuse(contents.foreign)
        scans = run.stored(contents.scans)
        with Workers(bench, form, ledger, workers or _cores()) as pool:
            jobs = [job for scan, pages in pool.counted(scans) for job in run.jobs(scan, pages)]
            prints = {
                scan.sha256: reading_fingerprint(
                    scan.sha256, form, ledger, bench.schemas, engines, bench.options
                )
                for scan in scans
            }
            unknown = [
                job for job in jobs if not registry.known(_ref(job), prints[job.scan.sha256], run.book_id)
            ]
            plate = Workspace(bench.workspace).plate(run.book_id, form.fingerprint)
            answers = read_in_rounds(pool.read, run.in_order(unknown), form, plate)
            for done, (job, answer) in enumerate(answers, start=1):
                run.save(job, answer, prints[job.scan.sha256])
                if on_progress:
                    on_progress(Progress(folder.name, done, len(unknown), _ref(job)))
        check_books(registry, bench.schemas, [run.book_id])
        beside = Counter(one.finding.code for one in registry.standing_findings([run.book_id]))
    return replace(
        run.report(),
        form=ledger.form,
        volume=ledger.volume,
        scans=len(scans),
        pages=len(jobs),
        known=len(jobs) - len(unknown),
        beside=dict(beside.most_common()),
        seconds=time.perf_counter() - started,
    )


def digitize_books(
    root: Path, bench: Workbench, *, workers: int | None = None, on_progress: OnProgress | None = None
) -> Iterator[BookReport]:
    """Read all books of a folder, one report each as it is done."""
    for folder in book_folders(root):
        yield book_report(folder, bench, workers=workers, on_progress=on_progress)


def book_report(
    folder: Path, bench: Workbench, *, workers: int | None = None, on_progress: OnProgress | None = None
) -> BookReport:
    """``digitize_book``, where a ``ledger.toml`` that cannot be used is a failure in the report, so that other books
    are read."""
    try:
        return digitize_book(folder, bench, workers=workers, on_progress=on_progress)
    except (LedgerError, SchemaError) as error:
        failure = ScanFailure(error.code, LEDGER_FILE, None, error.message)
        return BookReport(folder.name, failures=(failure,))


def book_folders(root: Path) -> tuple[Path, ...]:
    """The books under ``root``: itself when it holds a ``ledger.toml``, else each folder in it that holds anything.

    A folder without ``ledger.toml`` counts as a book, so that its absence is reported and not overlooked.
    Raises ``LedgerError`` when there is no book at all.
    """
    if (root / LEDGER_FILE).is_file():
        return (root,)
    if not root.is_dir():
        raise LedgerError(f"Không thấy thư mục {root}.")
    books = tuple(
        folder
        for folder in sorted(root.iterdir())
        if folder.is_dir() and not folder.name.startswith(".") and any(folder.iterdir())
    )
    if not books:
        raise LedgerError(
            f"Thư mục {root} không có sổ nào. Mỗi sổ là một thư mục có các bản quét và tệp {LEDGER_FILE}."
        )
    return books


@dataclass
class _Run:
    """What happens to one book as answers come in; only here is anything counted."""

    folder: Path
    bench: Workbench
    registry: Registry
    book_id: int
    names: dict[str, str] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)
    failures: list[ScanFailure] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    stage_seconds: dict[str, float] = field(default_factory=dict)
    read: int = 0

    def refuse(self, foreign: tuple[ForeignFile, ...]) -> None:
        """Name what lies in the folder and is no scan."""
        for file in foreign:
            self._record(file.sha256, shown(file.path), None, file.code, file.message)

    def stored(self, scans: tuple[ScanFile, ...]) -> list[ScanFile]:
        """The scans as they lie in the workspace under their hash, each content once."""
        workspace = Workspace(self.bench.workspace)
        kept = []
        for scan in scans:
            name = shown(scan.path)
            if scan.sha256 in self.names:
                self.duplicates.append(name)
                continue
            self.names[scan.sha256] = name
            try:
                kept.append(replace(scan, path=workspace.store(scan.path, scan.sha256).path))
            except ScanError as error:
                self._failed(scan, None, error)
        return kept

    def jobs(self, scan: ScanFile, pages: int | ScanError) -> list[PageJob]:
        """The pages of a scan that was counted; one that could not be is a failure and has none."""
        if isinstance(pages, ScanError):
            self._failed(scan, None, pages)
            return []
        self.registry.store_scan(self.book_id, scan.sha256, self.names[scan.sha256], scan.size, pages)
        return [PageJob(scan, number) for number in range(1, pages + 1)]

    def in_order(self, jobs: list[PageJob]) -> list[PageJob]:
        """Counting ends in any order; reading follows the order of the scans: a stopped run leaves whole ones."""
        order = {sha256: place for place, sha256 in enumerate(self.names)}
        return sorted(jobs, key=lambda job: (order[job.scan.sha256], job.page_no))

    def save(self, job: PageJob, answer: PageResult | ScanError, fingerprint: str) -> None:
        """Write what was read, or why not, in one transaction."""
        if isinstance(answer, ScanError):
            self._failed(job.scan, job.page_no, answer)
            return
        outcome = self.registry.save_page(self.book_id, answer, fingerprint)
        self.read += 1
        self.totals.update(
            entries=outcome.entries,
            accepted=outcome.accepted,
            review=outcome.review,
            reopened=outcome.reopened,
        )
        self.reasons.update(reasons_of(answer))
        for stage, seconds in answer.timings.items():
            self.stage_seconds[stage] = self.stage_seconds.get(stage, 0.0) + seconds

    def report(self) -> BookReport:
        """All that was counted on the way."""
        return BookReport(
            self.folder.name,
            read=self.read,
            entries=self.totals["entries"],
            accepted=self.totals["accepted"],
            review=self.totals["review"],
            reopened=self.totals["reopened"],
            reasons=dict(self.reasons.most_common()),
            duplicates=tuple(self.duplicates),
            failures=tuple(sorted(self.failures, key=lambda f: (f.scan, f.page_no or 0))),
            stage_seconds=self.stage_seconds,
        )

    def _failed(self, scan: ScanFile, page_no: int | None, error: ScanError) -> None:
        name = self.names[scan.sha256]
        message = error.message.replace(scan.path.name, name)  # the stored copy is named by its hash
        self._record(scan.sha256, name, page_no, error.code, message)

    def _record(self, sha256: str, name: str, page_no: int | None, code: str, message: str) -> None:
        self.registry.save_failure(self.book_id, sha256, name, page_no, code, message)
        self.failures.append(ScanFailure(code, name, page_no, message))


def _ref(job: PageJob) -> PageRef:
    return PageRef(job.scan.sha256, job.page_no)


def _cores() -> int:
    return len(os.sched_getaffinity(0))
