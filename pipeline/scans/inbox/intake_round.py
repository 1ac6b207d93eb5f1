"""A round over all inboxes: number new files, take in still files, report waiting files with their reason."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.base.errors import StorageError
from pipeline.base.files import make_folder, storage_errors
from pipeline.base.localtime import iso_date, iso_time
from pipeline.scans.inbox import manifest, pending_files
from pipeline.scans.inbox.assignment import Assigner, ScanInspector
from pipeline.scans.inbox.ingest import FileBusy, Ingestor
from pipeline.scans.inbox.intake_folders import IntakeFolders
from pipeline.scans.inbox.intake_options import IntakeOptions, Scanner
from pipeline.scans.inbox.manifest import BookAssignment, IntakeOutcome, IntakeRow
from pipeline.scans.inbox.pending_files import (
    MARKER,
    ForeignEntry,
    InboxListing,
    PendingFile,
    PendingFiles,
    list_inbox,
)
from pipeline.scans.workspace import Workspace


@dataclass(frozen=True)
class ScannerRound:
    """The result of an intake round for a scanner.

    Attributes:
        rows: The outcomes recorded in this round.
        waiting: The deliveries without an outcome.
        outsiders: The inbox entries that are not files.
        left: The names of stored files that could not be removed from the inbox.
        assigned: The deliveries newly assigned to books, or to no book.
        problem: Why the inbox cannot be listed, in Vietnamese; ``""`` without a problem.
    """

    scanner: str
    rows: tuple[IntakeRow, ...] = ()
    waiting: tuple[PendingFile, ...] = ()
    outsiders: tuple[ForeignEntry, ...] = ()
    left: tuple[str, ...] = ()
    assigned: tuple[BookAssignment, ...] = ()
    problem: str = ""


def intake_round(
    options: IntakeOptions, workspace: Workspace, inspector: ScanInspector, now: float
) -> tuple[ScannerRound, ...] | None:
    """Take in the ready files of every inbox.

    An inbox that cannot be listed is reported, and the others continue.

    Args:
        inspector: Inspects the pages of a scan and extracts pages.
        now: Seconds since 1970.

    Returns:
        The results by scanner; ``None`` when another process holds the intake's lock.

    Raises:
        StorageError: The workspace cannot be written; nothing is lost, and the next round continues.
    """
    folders = IntakeFolders(workspace.intake)
    with intake_lock(workspace) as free:
        if not free:
            return None
        shutil.rmtree(folders.staging, ignore_errors=True)
        return tuple(
            _ScannerRound(options, scanner, workspace, inspector, now).run() for scanner in options.scanners
        )


@contextmanager
def intake_lock(workspace: Workspace) -> Iterator[bool]:
    """Yield whether this run holds the intake's lock; the lock of a dead run is released."""
    folders = IntakeFolders(workspace.intake)
    make_folder(folders.root)
    with storage_errors(folders.root), folders.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@dataclass
class _ScannerRound:
    """A round over an inbox."""

    options: IntakeOptions
    scanner: Scanner
    workspace: Workspace
    inspector: ScanInspector
    now: float
    rows_by_day: dict[str, dict[int, IntakeRow]] = field(default_factory=dict)

    def run(self) -> ScannerRound:
        try:
            listing = list_inbox(self.scanner.inbox)
            before = pending_files.load_pending(self._state)
            if before.marked and not listing.marked:
                return ScannerRound(
                    self.scanner.name, waiting=before.waiting, problem=_unplugged(self.scanner)
                )
            return self._take_ready(listing, before)
        except StorageError as error:
            if os.access(self.scanner.inbox, os.R_OK | os.X_OK):
                raise
            return ScannerRound(self.scanner.name, problem=error.message)

    def _take_ready(self, listing: InboxListing, before: PendingFiles) -> ScannerRound:
        taker = Ingestor(self.scanner, self.options, self.workspace, self.inspector, self._rows)
        left = [name for name in listing.taken if not taker.finish_removal(name)]
        now_seen, withdrawn = pending_files.update_pending(
            self._numbered(before), listing.files, self.now, self.options.still_seconds
        )
        rows = [row for delivery in withdrawn if (row := self._withdrawn(delivery)) is not None]
        now_seen = replace(now_seen, marked=before.marked or listing.marked or self._mark())
        pending_files.save_pending(self._state, now_seen)  # numbers are assigned before any other step
        waiting = []
        for delivery in now_seen.waiting:
            if not self._is_ready(delivery):
                waiting.append(delivery)
                continue
            taken = taker.take(delivery, self.now)
            if taken.row is None or taken.left:
                waiting.append(taken.sighting)
            if taken.left:
                left.append(delivery.name)
            elif taken.row is not None:
                rows.append(taken.row)
        pending_files.save_pending(self._state, replace(now_seen, waiting=tuple(waiting)))
        open_ones = tuple(delivery for delivery in waiting if delivery.serial not in self._rows(delivery.day))
        days = {iso_date(self.now), *(delivery.day for delivery in now_seen.waiting)}
        assigned = [assignment for day in sorted(days) for assignment in self._assigned(day, open_ones)]
        return ScannerRound(
            self.scanner.name, tuple(rows), open_ones, listing.outsiders, tuple(left), tuple(assigned)
        )

    def _assigned(self, day: str, waiting: tuple[PendingFile, ...]) -> tuple[BookAssignment, ...]:
        known = manifest.read_manifest(self._folders.manifest(self.scanner.name, day))
        names = {delivery.serial: delivery.name for delivery in waiting if delivery.day == day}
        assigner = Assigner(self.scanner, day, self.options, self.workspace, self.inspector)
        return assigner.assign(known, names, self.now)

    def _numbered(self, before: PendingFiles) -> PendingFiles:
        """Raise the numbers to the manifests' highest numbers, so that none repeats after a loss of the state."""
        day = iso_date(self.now)
        highest = max(self._rows(day), default=0)
        if highest <= before.numbered.get(day, 0):
            return before
        return replace(before, numbered={**before.numbered, day: highest})

    def _is_ready(self, delivery: PendingFile) -> bool:
        """Return whether to try a delivery: it is still, and after a failed attempt its patience is over."""
        still = delivery.still_for(self.now)
        if delivery.unfinished or delivery.missing_since is not None or still < self.options.still_seconds:
            return False
        return not delivery.code or delivery.code == FileBusy.code or still >= self.options.patience_seconds

    def _withdrawn(self, delivery: PendingFile) -> IntakeRow | None:
        """Record that a delivery was withdrawn by others, unless this program took it in."""
        if delivery.serial in self._rows(delivery.day):
            return None
        row = IntakeRow(
            delivery.serial, delivery.name, IntakeOutcome.WITHDRAWN, iso_time(self.now), delivery.stamp.size
        )
        manifest.append_to_manifest(self._folders.manifest(self.scanner.name, delivery.day), row)
        self._rows(delivery.day)[delivery.serial] = row
        return row

    def _mark(self) -> bool:
        """Put the marker into an unmarked inbox; a read-only inbox stays unmarked."""
        with suppress(OSError):
            (self.scanner.inbox / MARKER).touch()
            return True
        return False

    def _rows(self, day: str) -> dict[int, IntakeRow]:
        if day not in self.rows_by_day:
            self.rows_by_day[day] = manifest.read_manifest(
                self._folders.manifest(self.scanner.name, day)
            ).rows
        return self.rows_by_day[day]

    @property
    def _folders(self) -> IntakeFolders:
        return IntakeFolders(self.workspace.intake)

    @property
    def _state(self) -> Path:
        return self._folders.pending(self.scanner.name)


def _unplugged(scanner: Scanner) -> str:
    return (
        f"Thư mục tiếp nhận {scanner.inbox} không còn tệp đánh dấu {MARKER}: ổ mạng có thể đã ngắt. "
        "Hãy nối lại ổ mạng. "
        f"Nếu đúng là hộp mới thì tạo trong đó một tệp rỗng tên {MARKER}."
    )
