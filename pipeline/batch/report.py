"""What a run over a book came to: counts, reasons, failures by name. No person's name is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.calibration import DriftAlarm
from pipeline.model import PageResult, Severity


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
