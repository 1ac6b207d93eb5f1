"""The state of each scanner and day: every delivery is stored, quarantined, or waits.

Deliveries are numbered at first sight, so their count is independent of their outcomes; ``verify_day`` proves that the
sum is right and that the bytes are where the manifest says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.scans.inbox import ingest, manifest, pending_files
from pipeline.scans.inbox.assignment import has_waiting_pages
from pipeline.scans.inbox.intake_folders import REASON_ENDING, IntakeFolders
from pipeline.scans.inbox.intake_options import IntakeOptions, Scanner
from pipeline.scans.inbox.manifest import BookAssignment, IntakeManifest, IntakeOutcome, IntakeRow
from pipeline.scans.inbox.pending_files import ForeignEntry, PendingFile, PendingFiles, list_inbox
from pipeline.scans.workspace import Workspace


@dataclass(frozen=True)
class DayReport:
    """A scanner's deliveries of a day and their outcomes.

    Attributes:
        day: The day (``yyyy-mm-dd``).
        rows: The outcomes in the manifest.
        waiting: The deliveries without an outcome.
        assignments: The books of a delivery's pages, by serial number.
    """

    scanner: str
    day: str
    numbered: int
    rows: tuple[IntakeRow, ...]
    waiting: tuple[PendingFile, ...]
    assignments: Mapping[int, BookAssignment] = field(default_factory=dict)

    def count(self, outcome: IntakeOutcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def delivered(self) -> int:
        """The number of deliveries that were not withdrawn by others before the intake."""
        return self.numbered - self.count(IntakeOutcome.WITHDRAWN)

    @property
    def unassigned(self) -> tuple[IntakeRow, ...]:
        """Stored deliveries with pages without a book."""
        return tuple(row for row in self.rows if has_waiting_pages(row, self.assignments.get(row.serial)))

    @property
    def balanced(self) -> bool:
        """Whether every delivery has exactly one state: stored, quarantined, or waiting."""
        numbers = {row.serial for row in self.rows} | {delivery.serial for delivery in self.waiting}
        parts = self.count(IntakeOutcome.STORED) + self.count(IntakeOutcome.QUARANTINED) + len(self.waiting)
        return self.delivered == parts and numbers == set(range(1, self.numbered + 1))


def day_reports(options: IntakeOptions, workspace: Workspace) -> tuple[DayReport, ...]:
    """Return a report for every scanner and every day with deliveries, ordered by day.

    Raises:
        StorageError: A manifest is damaged.
    """
    folders = IntakeFolders(workspace.intake)
    reports = []
    for scanner in options.scanners:
        state = pending_files.load_pending(folders.pending(scanner.name))
        days = {path.stem for path in folders.manifests(scanner.name).glob("*.jsonl")}
        for day in days | state.numbered.keys():
            read = manifest.read_manifest(folders.manifest(scanner.name, day))
            reports.append(_standing(scanner.name, day, read, state))
    return tuple(sorted(reports, key=lambda report: (report.day, report.scanner)))


def foreign_entries(scanner: Scanner) -> tuple[ForeignEntry, ...]:
    """Return the present inbox entries that are not files."""
    return list_inbox(scanner.inbox).outsiders


def verify_day(day: DayReport, scanner: Scanner, workspace: Workspace) -> Iterator[str]:
    """Yield in Vietnamese the contradictions between report and bytes on disk.

    Args:
        day: The manifest's data for a scanner and day.
    """
    if not day.balanced:
        yield f"{day.scanner} {day.day}: các số thứ tự không khớp với bản kê."
    folder = IntakeFolders(workspace.intake).quarantine(day.scanner, day.day)
    for row in day.rows:
        what = f"{day.scanner} {day.day} số {row.serial}"
        if row.outcome is IntakeOutcome.STORED:
            if workspace.flaw_of(row.sha256):
                yield f"{what}: kho bản quét không còn đúng tệp ấy."
        elif row.outcome is IntakeOutcome.QUARANTINED:
            kept = folder / row.file
            if ingest.file_digest(kept) != row.sha256:
                yield f"{what}: khu cách ly không còn đúng tệp ấy."
            elif not kept.with_name(f"{kept.name}{REASON_ENDING}").exists():
                yield f"{what}: tệp cách ly không còn lý do bên cạnh."
    for delivery in day.waiting:
        if delivery.missing_since is None and not (scanner.inbox / delivery.name).exists():
            yield f"{day.scanner} {day.day} số {delivery.serial}: tệp đang chờ không còn trong thư mục tiếp nhận."


def _standing(scanner: str, day: str, read: IntakeManifest, state: PendingFiles) -> DayReport:
    waiting = tuple(
        delivery for delivery in state.waiting if delivery.day == day and delivery.serial not in read.rows
    )
    highest = max([state.numbered.get(day, 0), *read.rows])
    return DayReport(scanner, day, highest, tuple(read.rows.values()), waiting, read.assignments)
