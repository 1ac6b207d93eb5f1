"""A run over a book: reading, counting, saving, and its report; readings are saved only here.

A page that repeatedly crashes its worker or exceeds its limits is quarantined (``BookRun.set_aside``).
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pipeline
from pipeline.base.errors import HotichError, ScanCrash, ScanError, ScanOutOfMemory, ScanTimeout
from pipeline.base.model import BookSeries, Ledger, PageRef, PageResult, Severity
from pipeline.books.book_context.second_pass import shipped_fingerprint
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.recognition.calibration import DriftAlarm
from pipeline.recognition.ocr import Engines
from pipeline.registry import (
    BookLock,
    ReadFailure,
    Registry,
    RegistryPart,
    RowTampered,
    SaveOutcome,
    Withdrawal,
)
from pipeline.run_context import RunContext
from pipeline.runs.circuit_breaker import CircuitBreaker
from pipeline.runs.context_pass import keep_page, weigh_book
from pipeline.runs.form_alarm import FormAlarm
from pipeline.runs.workers import PageJob
from pipeline.scans.intake import ForeignFile, ScanFile
from pipeline.scans.intake.filetype import shown
from pipeline.scans.store_check import read_state
from pipeline.scans.workspace import Workspace


@dataclass(frozen=True)
class ScanFailure:
    """An unusable scan, page or ledger file.

    Attributes:
        page_no: Page number, from 1; ``None`` for the whole file.
        message: What happened and what to do, in Vietnamese.
    """

    code: str
    scan: str
    page_no: int | None
    message: str


@dataclass(frozen=True)
class BookReport:
    """The report of a run over a book.

    Attributes:
        known: Pages read by an earlier run under the same fingerprint.
        entries: Entries on the pages read, as in the next four counts.
        accepted: Entries accepted without a person.
        review: Entries sent to a person.
        reopened: Entries whose task was opened again.
        weighed: Pages saved again because the context of the book changed them.
        reasons: Number of reviews by finding code.
        book_findings: Number of findings of the check of the whole book, by code.
        drift: Deviation of the book's handwriting from the calibration; ``None``: none.
        form_alarm: Evidence that the declared form is wrong; ``None``: none.
        duplicates: Files with the same content as an earlier file.
        missing: Scans of earlier runs that the folder lacks now; the registry and the store keep them.
        withdrawn: Withdrawn files in the folder, which are not read.
        is_withdrawn: Whether the whole book is withdrawn and was not read.
        failures: Unusable and quarantined scans, pages and files.
        failed: Codes of the failures in this run that are new.
        seconds: Wall time.
        stage_seconds: CPU time by stage, over all workers.
    """

    folder: str
    form: str = ""
    volume: str = ""
    scans: int = 0
    pages: int = 0
    read: int = 0
    known: int = 0
    entries: int = 0
    accepted: int = 0
    review: int = 0
    reopened: int = 0
    weighed: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    book_findings: Mapping[str, int] = field(default_factory=dict)
    drift: DriftAlarm | None = None
    form_alarm: FormAlarm | None = None
    duplicates: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    is_withdrawn: bool = False
    failures: tuple[ScanFailure, ...] = ()
    failed: tuple[str, ...] = ()
    seconds: float = 0.0
    stage_seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def pages_a_minute(self) -> float:
        """Pages per minute of wall time; 0 if no page was read."""
        return 60 * self.read / self.seconds if self.read and self.seconds else 0.0


def reasons_of(result: PageResult) -> Counter[str]:
    """Return the number of findings by code that send parts of a page to a person."""
    findings = [finding for entry in result.entries for finding in entry.findings] + list(result.findings)
    return Counter(finding.code for finding in findings if finding.severity is not Severity.INFO)


def reading_fingerprint(
    scan_sha256: str, form: Form, ledger: Ledger, schemas: Schemas, engines: Engines, options: DigitizeOptions
) -> str:
    """Return a hash of everything that affects the reading of a scan; an unchanged hash means no new reading.

    64 hex digits over scan, form, declarations, gazetteer, readers, options, version, ledger and the other printings of
    the form.
    """
    parts = [
        scan_sha256,
        form.fingerprint,
        schemas.fingerprint,
        schemas.places.gazetteer.fingerprint,
        engines.fingerprint,
        options.fingerprint,
        pipeline.__version__,
        _cover(ledger),
        *(printing.fingerprint for printing in schemas.printings_of(form)),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _cover(ledger: Ledger) -> Mapping[str, Any]:
    """Return what reading takes from a ledger; an ordinary book omits its series and keeps its earlier fingerprint."""
    facts = asdict(ledger)
    del facts["copy_of"]
    if ledger.series is BookSeries.ORDINARY:
        del facts["series"]
    return facts


def without_regions(result: PageResult) -> PageResult:
    """Return a page without its kept regions, which are in its file."""
    return replace(result, entries=tuple(replace(entry, regions=()) for entry in result.entries))


DANGEROUS = (ScanTimeout.code, ScanOutOfMemory.code, ScanCrash.code)
"""Codes of failures that cost time, memory or a process: their pages are not tried every night."""

_logger = logging.getLogger(__name__)


@dataclass
class BookRun:
    """A book being read: its saved pages and the counts for the report.

    Attributes:
        breaker: Stops the run if too many pages fail.
        fingerprints: Reading fingerprints by SHA-256 of the scan.
        names: Name of each scan in the folder, by SHA-256.
        sources: Paths in the folder by SHA-256.
        gone: The withdrawn parts of the book.
        missing: Known scans that the folder lacks.
        withdrawn: Completely withdrawn scans in the folder.
        failed_before: Failures of earlier runs, as SHA-256 of the scan, page number and code. They say nothing about
            the machine of today and do not count towards stopping the run.
    """

    folder: Path
    context: RunContext
    registry: Registry
    book_id: int
    turn: BookLock
    breaker: CircuitBreaker
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    sources: dict[str, Path] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)
    gone: tuple[Withdrawal, ...] = ()
    missing: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    failures: list[ScanFailure] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    saved: dict[PageRef, tuple[PageResult, SaveOutcome]] = field(default_factory=dict)
    weighed: int = 0
    stage_seconds: dict[str, float] = field(default_factory=dict)
    read: int = 0
    failed_before: frozenset[tuple[str, int | None, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.failed_before = frozenset(
            (known.sha256, known.page_no, known.code) for known in self.registry.read_failures(self.book_id)
        )

    def without_withdrawn(
        self, scans: tuple[ScanFile, ...], foreign: tuple[ForeignFile, ...]
    ) -> tuple[ScanFile, ...]:
        """Return the scans to read, and record known scans that the folder lacks; their readings stay."""
        self.gone = self.registry.withdrawn_parts(self.book_id)
        known = self.registry.scans_named(self.book_id)
        present = {scan.sha256 for scan in scans} | {file.sha256 for file in foreign}
        self.missing = [
            name for sha256, name in known.items() if sha256 not in present and not self._is_gone(sha256)
        ]
        self.withdrawn = [shown(scan.path) for scan in scans if self._is_gone(scan.sha256)]
        if self.missing:
            _logger.warning("book %d: %d known scans are not in the folder", self.book_id, len(self.missing))
        return tuple(scan for scan in scans if not self._is_gone(scan.sha256))

    def _is_gone(self, sha256: str, page_no: int | None = None) -> bool:
        """Return whether a scan, or a page of it, is withdrawn."""
        part = RegistryPart(self.book_id, sha256, page_no)
        return any(withdrawal.part.covers(part) for withdrawal in self.gone)

    def record_foreign(self, foreign: tuple[ForeignFile, ...]) -> None:
        """Record the files of the folder that are not scans."""
        for file in foreign:
            if self._is_gone(file.sha256):
                self.withdrawn.append(shown(file.path))
                continue
            self._record(file.sha256, shown(file.path), None, file.code, file.message)

    def store_scans(self, scans: tuple[ScanFile, ...]) -> list[ScanFile]:
        """Store each distinct scan in the workspace under its hash; return the stored scans.

        A stored copy that the store check found damaged is replaced.
        """
        workspace = Workspace(self.context.workspace)
        flawed = {flaw.sha256 for flaw in read_state(workspace).known_flaws}
        kept = []
        for scan in scans:
            self.turn.beat()
            name = shown(scan.path)
            if scan.sha256 in self.names:
                self.duplicates.append(name)
                continue
            self.names[scan.sha256] = name
            try:
                known_flaw = scan.sha256 in flawed
                stored = workspace.store(scan.path, scan.sha256, prove=known_flaw)
                kept.append(replace(scan, path=stored.path))
                self.sources[scan.sha256] = scan.path
            except ScanError as error:
                self._failed(scan, None, error)
        return kept

    def proven(self, scan: ScanFile) -> ScanFile:
        """Return a scan before its reading; an altered stored copy is replaced from the source."""
        source = self.sources[scan.sha256]
        try:
            return replace(scan, path=Workspace(self.context.workspace).store(source, scan.sha256).path)
        except ScanError:
            return scan  # the source is gone or changed; reading the stored copy reports it

    def set_aside(self) -> Mapping[tuple[str, int | None], ReadFailure]:
        """Return the scans and pages quarantined after repeated failures under the same fingerprint."""
        held = self.registry.set_aside(self.book_id, DANGEROUS, self.context.faults.tries, self.fingerprints)
        for unread in held.values():
            message = f"{unread.message} Đã thử {unread.tries} lần nên tạm để riêng; muốn thử lại: hotich run --again."
            self.failures.append(ScanFailure(unread.code, unread.scan, unread.page_no, message))
        if held:
            codes = Counter(unread.code for unread in held.values())
            _logger.warning("book %d: %d pages in quarantine: %s", self.book_id, len(held), dict(codes))
        return held

    def complete_scans(
        self, scans: Sequence[ScanFile], held: Collection[tuple[str, int | None]]
    ) -> Mapping[str, int]:
        """Return the number of pages by SHA-256 of scans without a page to read.

        All their pages are read under the present fingerprint or quarantined (``held``); they need not be opened.
        """
        counts, known = self.registry.page_counts(self.book_id), self.registry.fingerprints(self.book_id)

        def is_done(sha256: str, page_no: int) -> bool:
            return (
                shipped_fingerprint(known.get(PageRef(sha256, page_no), "")) == self.fingerprints[sha256]
                or (sha256, page_no) in held
                or self._is_gone(sha256, page_no)
            )

        return {
            scan.sha256: pages
            for scan in scans
            if (pages := counts.get(scan.sha256))
            and (scan.sha256, None) not in held
            and all(is_done(scan.sha256, number) for number in range(1, pages + 1))
        }

    def page_jobs(self, scan: ScanFile, pages: int | ScanError) -> list[PageJob]:
        """Return a job for every page of a scan that is not withdrawn.

        A scan with an unknown page count is a failure without jobs.
        """
        self.turn.beat()
        if isinstance(pages, ScanError):
            self._failed(scan, None, pages)
            return []
        self.registry.store_scan(self.book_id, scan.sha256, self.names[scan.sha256], scan.size, pages)
        numbers = (number for number in range(1, pages + 1) if not self._is_gone(scan.sha256, number))
        return [PageJob(scan, number) for number in numbers]

    def unread(self, jobs: list[PageJob]) -> list[PageJob]:
        """Return the pages not yet read under the present fingerprint, in the order of the scans.

        Counting ends in any order; a stopped run should leave complete scans.
        """
        order = {sha256: place for place, sha256 in enumerate(self.names)}
        known = self.registry.fingerprints(self.book_id)
        unread = [
            job
            for job in jobs
            if shipped_fingerprint(known.get(job.ref, "")) != self.fingerprints[job.scan.sha256]
        ]
        return sorted(unread, key=lambda job: (order[job.scan.sha256], job.page_no))

    def save(self, job: PageJob, answer: PageResult | ScanError) -> None:
        """Save a page's result or its failure, in a transaction.

        A page with rows changed outside the program is not written; other pages are.
        """
        self.turn.beat()
        if isinstance(answer, ScanError):
            self._failed(job.scan, job.page_no, answer)
            return
        fingerprint = self.fingerprints[job.scan.sha256]
        if self.context.book_context:
            keep_page(self.context, self.book_id, answer, fingerprint)
        try:
            outcome = self.registry.save_page(self.book_id, answer, fingerprint)
        except RowTampered as error:
            self._failed(job.scan, job.page_no, error)
            return
        self.read += 1
        self.saved[answer.ref] = without_regions(answer), outcome
        for stage, seconds in answer.timings.items():
            self.stage_seconds[stage] = self.stage_seconds.get(stage, 0.0) + seconds
        _logger.debug(
            "book %d: page %s/%d: %d entries, %d accepted, %d to review",
            self.book_id,
            job.scan.sha256[:12],
            job.page_no,
            outcome.entries,
            outcome.accepted,
            outcome.review,
        )
        self.breaker.note(None)

    def weigh(self, form: Form, ledger: Ledger) -> None:
        """Weigh the pages of the book again in its context."""
        outcome_of_pass = weigh_book(self.registry, self.context, self.book_id, form, ledger, self.turn.beat)
        self.weighed = outcome_of_pass.changed
        for ref, (result, outcome) in outcome_of_pass.outcomes.items():
            if ref in self.saved:
                reopened = self.saved[ref][1].reopened + outcome.reopened
                self.saved[ref] = result, replace(outcome, reopened=reopened)

    def report(self) -> BookReport:
        """Return the report of the counts so far."""
        outcomes = [outcome for _, outcome in self.saved.values()]
        reasons: Counter[str] = Counter()
        for result, _ in self.saved.values():
            reasons.update(reasons_of(result))
        return BookReport(
            self.folder.name,
            read=self.read,
            entries=sum(outcome.entries for outcome in outcomes),
            accepted=sum(outcome.accepted for outcome in outcomes),
            review=sum(outcome.review for outcome in outcomes),
            reopened=sum(outcome.reopened for outcome in outcomes),
            weighed=self.weighed,
            reasons=dict(reasons.most_common()),
            duplicates=tuple(self.duplicates),
            missing=tuple(self.missing),
            withdrawn=tuple(self.withdrawn),
            failures=tuple(sorted(self.failures, key=lambda f: (f.scan, f.page_no or 0))),
            failed=tuple(self.failed),
            stage_seconds=self.stage_seconds,
        )

    def _failed(self, scan: ScanFile, page_no: int | None, error: HotichError) -> None:
        name = self.names[scan.sha256]
        message = error.message.replace(scan.path.name, name)  # the stored copy is named by its hash
        self._record(scan.sha256, name, page_no, error.code, message)
        _logger.warning(
            "book %d: scan %s page %s failed: %s", self.book_id, scan.sha256[:12], page_no, error.code
        )
        if (scan.sha256, page_no, error.code) not in self.failed_before:
            self.failed.append(error.code)
            self.breaker.note(error.code)

    def _record(self, sha256: str, name: str, page_no: int | None, code: str, message: str) -> None:
        fingerprint = self.fingerprints.get(sha256)
        self.registry.save_failure(self.book_id, sha256, name, page_no, code, message, fingerprint)
        self.failures.append(ScanFailure(code, name, page_no, message))
