"""The state of each scanner and day: everything that was delivered is stored, kept apart, or waits.

Deliveries are numbered when they are first seen, so they are counted without asking what became of them; that the sum
is right, and that the bytes are where the manifest says, is proven by ``verify_day``.
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
    """What one scanner delivered on one day and what became of it.

    Attributes:
        scanner: The scanner's name.
        day: The day (``yyyy-mm-dd``).
        numbered: How many deliveries were seen.
        rows: The outcomes in the manifest.
        waiting: The deliveries without an outcome.
        assignments: The books that the pages of a delivery went to, by serial number.
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
        """What was seen, without what others took away before it was taken in."""
        return self.numbered - self.count(IntakeOutcome.WITHDRAWN)

    @property
    def unassigned(self) -> tuple[IntakeRow, ...]:
        """Stored deliveries with pages that are in no book yet."""
        return tuple(row for row in self.rows if has_waiting_pages(row, self.assignments.get(row.serial)))

    @property
    def balanced(self) -> bool:
        """Whether every delivery is stored, kept apart, or waits, and only one of these."""
        told = {row.serial for row in self.rows} | {one.serial for one in self.waiting}
        parts = self.count(IntakeOutcome.STORED) + self.count(IntakeOutcome.QUARANTINED) + len(self.waiting)
        return self.delivered == parts and told == set(range(1, self.numbered + 1))


def day_reports(options: IntakeOptions, workspace: Workspace) -> tuple[DayReport, ...]:
    """Return a report for every scanner and every day with deliveries, in the order of the days.

    Args:
        options: What the office has set.
        workspace: Where the manifests lie.

    Raises:
        StorageError: A manifest is damaged.
    """
    folders = IntakeFolders(workspace.intake)
    found = []
    for scanner in options.scanners:
        state = pending_files.load_pending(folders.pending(scanner.name))
        told = {path.stem for path in folders.manifests(scanner.name).glob("*.jsonl")}
        for day in told | state.numbered.keys():
            read = manifest.read_manifest(folders.manifest(scanner.name, day))
            found.append(_standing(scanner.name, day, read, state))
    return tuple(sorted(found, key=lambda one: (one.day, one.scanner)))


def foreign_entries(scanner: Scanner) -> tuple[ForeignEntry, ...]:
    """What lies in an inbox now and is no file."""
    return list_inbox(scanner.inbox).outsiders


def verify_day(day: DayReport, scanner: Scanner, workspace: Workspace) -> Iterator[str]:
    """Yield in Vietnamese what does not agree with the bytes on disk; nothing when all agrees.

    Args:
        day: What the manifest says of one scanner and day.
        scanner: That scanner.
        workspace: Where the stored and quarantined files lie.
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
    for one in day.waiting:
        if one.missing_since is None and not (scanner.inbox / one.name).exists():
            yield f"{day.scanner} {day.day} số {one.serial}: tệp đang chờ không còn trong thư mục tiếp nhận."


def _standing(scanner: str, day: str, read: IntakeManifest, state: PendingFiles) -> DayReport:
    waiting = tuple(one for one in state.waiting if one.day == day and one.serial not in read.rows)
    highest = max([state.numbered.get(day, 0), *read.rows])
    return DayReport(scanner, day, highest, tuple(read.rows.values()), waiting, read.assignments)
