"""One run over one book: what it reads, counts and saves, and the report of it. Only here is anything saved."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pipeline
from pipeline.batch.circuit_breaker import CircuitBreaker
from pipeline.batch.workers import PageJob
from pipeline.calibration import DriftAlarm
from pipeline.digitize import DigitizeOptions
from pipeline.errors import ScanCrash, ScanError, ScanOutOfMemory, ScanTimeout
from pipeline.intake import ForeignFile, ScanFile
from pipeline.intake.filetype import shown
from pipeline.model import Ledger, PageRef, PageResult, Severity
from pipeline.ocr import Engines
from pipeline.registry import Registry, Turn, Unread
from pipeline.run_context import RunContext
from pipeline.schema import Form, Schemas
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class ScanFailure:
    """A scan, a page of it (``page_no``, from 1) or a ledger file that could not be used, and what to do about it."""

    code: str
    scan: str
    page_no: int | None
    message: str


@dataclass(frozen=True)
class BookReport:
    """One run over one book.

    ``pages`` are all pages of its scans, ``read`` those this run read, ``known`` those an earlier run had read under
    the same fingerprint. ``entries``, ``accepted``, ``review``, ``reopened`` and ``reasons`` (finding code to how
    often) speak of the pages this run read, page by page; ``beside`` of what the check of the whole book found then
    (code to how often). ``failed``: the codes of those ``failures`` that this run met when it tried, without what it
    held back. ``drift``: what is unusual about the handwriting of the book as it stands now. ``duplicates`` are files
    with the same bytes as one before them. ``seconds`` is wall time, ``stage_seconds`` CPU time by stage over all
    workers.
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
    reasons: Mapping[str, int] = field(default_factory=dict)
    beside: Mapping[str, int] = field(default_factory=dict)
    drift: DriftAlarm | None = None
    duplicates: tuple[str, ...] = ()
    failures: tuple[ScanFailure, ...] = ()
    failed: tuple[str, ...] = ()
    seconds: float = 0.0
    stage_seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def pages_a_minute(self) -> float:
        """Pages this run read per minute of wall time; 0 when it read none."""
        return 60 * self.read / self.seconds if self.read and self.seconds else 0.0


def reasons_of(result: PageResult) -> Counter[str]:
    """How often each finding code sends something of this page to a person."""
    findings = [finding for entry in result.entries for finding in entry.findings] + list(result.findings)
    return Counter(finding.code for finding in findings if finding.severity is not Severity.INFO)


def reading_fingerprint(
    scan_sha256: str, form: Form, ledger: Ledger, schemas: Schemas, engines: Engines, options: DigitizeOptions
) -> str:
    """64 hex digits over scan, form, declarations, units of places, readers, options, ledger and the version."""
    parts = [
        scan_sha256,
        form.fingerprint,
        schemas.fingerprint,
        schemas.places.gazetteer.fingerprint,
        engines.fingerprint,
        options.fingerprint,
        pipeline.__version__,
        asdict(ledger),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


DANGEROUS = (ScanTimeout.code, ScanOutOfMemory.code, ScanCrash.code)
"""Failures that cost time, memory or a process: not tried night after night."""


@dataclass
class BookRun:
    """``turn``: the book in this run's hands; ``prints``: fingerprint of the reading by SHA-256 of the scan."""

    folder: Path
    context: RunContext
    registry: Registry
    book_id: int
    turn: Turn
    breaker: CircuitBreaker
    prints: Mapping[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    duplicates: list[str] = field(default_factory=list)
    failures: list[ScanFailure] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
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
        workspace = Workspace(self.context.workspace)
        kept = []
        for scan in scans:
            self.turn.beat()
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

    def set_aside(self) -> Mapping[tuple[str, int | None], Unread]:
        """What failed too often to be tried again under the same fingerprint: told once more, and waiting."""
        held = self.registry.set_aside(self.book_id, DANGEROUS, self.context.faults.tries, self.prints)
        for one in held.values():
            message = (
                f"{one.message} Đã thử {one.tries} lần nên tạm để riêng; muốn thử lại: hotich run --again."
            )
            self.failures.append(ScanFailure(one.code, one.scan, one.page_no, message))
        return held

    def done(self, scans: Sequence[ScanFile], held: Collection[tuple[str, int | None]]) -> Mapping[str, int]:
        """How many pages those scans have, by SHA-256, of which none is left to read: each is known as this run would
        read it, or ``held`` back. They need not be opened."""
        counts, known = self.registry.page_counts(self.book_id), self.registry.fingerprints(self.book_id)

        def is_done(sha256: str, page_no: int) -> bool:
            return known.get(PageRef(sha256, page_no)) == self.prints[sha256] or (sha256, page_no) in held

        return {
            scan.sha256: pages
            for scan in scans
            if (pages := counts.get(scan.sha256))
            and (scan.sha256, None) not in held
            and all(is_done(scan.sha256, number) for number in range(1, pages + 1))
        }

    def jobs(self, scan: ScanFile, pages: int | ScanError) -> list[PageJob]:
        """The pages of a scan that was counted; one that could not be is a failure and has none."""
        self.turn.beat()
        if isinstance(pages, ScanError):
            self._failed(scan, None, pages)
            return []
        self.registry.store_scan(self.book_id, scan.sha256, self.names[scan.sha256], scan.size, pages)
        return [PageJob(scan, number) for number in range(1, pages + 1)]

    def unknown(self, jobs: list[PageJob]) -> list[PageJob]:
        """The pages that no run has read yet as this one would. Counting ends in any order; reading follows the order
        of the scans: a stopped run leaves whole ones."""
        order = {sha256: place for place, sha256 in enumerate(self.names)}
        known = self.registry.fingerprints(self.book_id)
        unknown = [job for job in jobs if known.get(job.ref) != self.prints[job.scan.sha256]]
        return sorted(unknown, key=lambda job: (order[job.scan.sha256], job.page_no))

    def save(self, job: PageJob, answer: PageResult | ScanError) -> None:
        """Write what was read, or why not, in one transaction."""
        self.turn.beat()
        if isinstance(answer, ScanError):
            self._failed(job.scan, job.page_no, answer)
            return
        outcome = self.registry.save_page(self.book_id, answer, self.prints[job.scan.sha256])
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
        self.breaker.note(None)

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
            failed=tuple(self.failed),
            stage_seconds=self.stage_seconds,
        )

    def _failed(self, scan: ScanFile, page_no: int | None, error: ScanError) -> None:
        name = self.names[scan.sha256]
        message = error.message.replace(scan.path.name, name)  # the stored copy is named by its hash
        self._record(scan.sha256, name, page_no, error.code, message)
        self.failed.append(error.code)
        self.breaker.note(error.code)

    def _record(self, sha256: str, name: str, page_no: int | None, code: str, message: str) -> None:
        fingerprint = self.prints.get(sha256)
        self.registry.save_failure(self.book_id, sha256, name, page_no, code, message, fingerprint)
        self.failures.append(ScanFailure(code, name, page_no, message))
