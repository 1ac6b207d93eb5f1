"""One round over all inboxes: what is new is numbered, what is still is taken in, what waits is reported with why."""

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
    """What a round of the intake did for one scanner.

    Attributes:
        scanner: The scanner's name.
        rows: The outcomes that the round recorded.
        waiting: The deliveries without an outcome.
        outsiders: What lies in the inbox and is no file.
        left: The names of files that are stored but could not be removed from the inbox.
        assigned: The deliveries that were newly assigned to books, or to none.
        problem: Why the inbox cannot be listed, in Vietnamese; ``""`` if it can.
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
    """Take in every inbox's files that are ready.

    An inbox that cannot be listed is reported, and the others go on.

    Args:
        options: What the office has set.
        workspace: Where scans and manifests are stored.
        inspector: Finds the pages of a scan and takes some out of it.
        now: Seconds since 1970.

    Returns:
        What was done, by scanner; ``None`` when another process holds the intake's lock.

    Raises:
        StorageError: The workspace cannot be written; nothing is lost then, and the next round goes on.
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
    """Whether this is the one run that may take scans in; a run that dies lets go."""
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
    """A round over one inbox."""

    options: IntakeOptions
    scanner: Scanner
    workspace: Workspace
    inspector: ScanInspector
    now: float
    told: dict[str, dict[int, IntakeRow]] = field(default_factory=dict)

    def run(self) -> ScannerRound:
        try:
            found = list_inbox(self.scanner.inbox)
            before = pending_files.load_pending(self._state)
            if before.marked and not found.marked:
                return ScannerRound(
                    self.scanner.name, waiting=before.waiting, problem=_unplugged(self.scanner)
                )
            return self._taken(found, before)
        except StorageError as error:
            if os.access(self.scanner.inbox, os.R_OK | os.X_OK):
                raise
            return ScannerRound(self.scanner.name, problem=error.message)

    def _taken(self, found: InboxListing, before: PendingFiles) -> ScannerRound:
        taker = Ingestor(self.scanner, self.options, self.workspace, self.inspector, self._rows)
        left = [name for name in found.taken if not taker.finish_removal(name)]
        now_seen, withdrawn = pending_files.update_pending(
            self._numbered(before), found.files, self.now, self.options.still_seconds
        )
        rows = [row for one in withdrawn if (row := self._withdrawn(one)) is not None]
        now_seen = replace(now_seen, marked=before.marked or found.marked or self._mark())
        pending_files.save_pending(self._state, now_seen)  # numbers are given before anything is done
        waiting = []
        for one in now_seen.waiting:
            if not self._is_ready(one):
                waiting.append(one)
                continue
            taken = taker.take(one, self.now)
            if taken.row is None or taken.left:
                waiting.append(taken.sighting)
            if taken.left:
                left.append(one.name)
            elif taken.row is not None:
                rows.append(taken.row)
        pending_files.save_pending(self._state, replace(now_seen, waiting=tuple(waiting)))
        open_ones = tuple(one for one in waiting if one.serial not in self._rows(one.day))
        days = {iso_date(self.now), *(one.day for one in now_seen.waiting)}
        assigned = [one for day in sorted(days) for one in self._assigned(day, open_ones)]
        return ScannerRound(
            self.scanner.name, tuple(rows), open_ones, found.outsiders, tuple(left), tuple(assigned)
        )

    def _assigned(self, day: str, waiting: tuple[PendingFile, ...]) -> tuple[BookAssignment, ...]:
        """Scans of that day go to their books."""
        known = manifest.read_manifest(self._folders.manifest(self.scanner.name, day))
        names = {one.serial: one.name for one in waiting if one.day == day}
        assigner = Assigner(self.scanner, day, self.options, self.workspace, self.inspector)
        return assigner.assign(known, names, self.now)

    def _numbered(self, before: PendingFiles) -> PendingFiles:
        """No number is given twice, should the state be lost."""
        day = iso_date(self.now)
        highest = max(self._rows(day), default=0)
        if highest <= before.numbered.get(day, 0):
            return before
        return replace(before, numbered={**before.numbered, day: highest})

    def _is_ready(self, one: PendingFile) -> bool:
        """Whether it is worth a try: still for long enough, and not tried in vain as it is but for the last time."""
        still = one.still_for(self.now)
        if one.unfinished or one.missing_since is not None or still < self.options.still_seconds:
            return False
        return not one.code or one.code == FileBusy.code or still >= self.options.patience_seconds

    def _withdrawn(self, one: PendingFile) -> IntakeRow | None:
        """Tell that a delivery was taken away by others, unless it was taken in by us."""
        if one.serial in self._rows(one.day):
            return None
        row = IntakeRow(one.serial, one.name, IntakeOutcome.WITHDRAWN, iso_time(self.now), one.stamp.size)
        manifest.append_to_manifest(self._folders.manifest(self.scanner.name, one.day), row)
        self._rows(one.day)[one.serial] = row
        return row

    def _mark(self) -> bool:
        """Put the marker into an inbox that has none yet; an inbox that may not be written to goes without."""
        with suppress(OSError):
            (self.scanner.inbox / MARKER).touch()
            return True
        return False

    def _rows(self, day: str) -> dict[int, IntakeRow]:
        if day not in self.told:
            self.told[day] = manifest.read_manifest(self._folders.manifest(self.scanner.name, day)).rows
        return self.told[day]

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
