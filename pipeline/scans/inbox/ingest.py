"""The intake of one delivery, in steps that can be repeated.

It is copied, inspected, kept in the store or the quarantine, noted in the manifest, and only then removed
from the inbox. Stopped between any two steps, it is done again and comes to the same.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import re
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.base.errors import EmptyScan, ScanError
from pipeline.base.files import make_folder, printable, sha256_of, storage_errors
from pipeline.base.localtime import iso_time
from pipeline.base.logs import scan_id
from pipeline.scans.inbox import manifest
from pipeline.scans.inbox.assignment import ScanInspector
from pipeline.scans.inbox.intake_folders import IntakeFolders, quarantine_file, safe_name
from pipeline.scans.inbox.intake_options import IntakeOptions, Scanner
from pipeline.scans.inbox.manifest import IntakeOutcome, IntakeRow
from pipeline.scans.inbox.pending_files import TAKEN_PREFIX, DeliveryKey, FileStamp, PendingFile
from pipeline.scans.inbox.separator_sheet import separator_codes
from pipeline.scans.intake import InspectedPage, ScanFile
from pipeline.scans.intake.isolated import scan_error
from pipeline.scans.workspace import MISSING, Workspace

log = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 20
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})
_TAKEN = re.compile(re.escape(TAKEN_PREFIX) + r"([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]+)")


class FileBusy(ScanError):
    """The file is locked, changes, or cannot be read now: it waits."""

    code = "waiting"


def copy_from_inbox(source: Path, target: Path, stamp: FileStamp) -> str:
    """Copy a file to disk and return the SHA-256 of its bytes.

    Args:
        source: The file in the inbox.
        target: The copy; it must not exist yet.
        stamp: The stamp that ``source`` must have before and after.

    Raises:
        FileBusy: The file is locked, cannot be read, or is not (or does not stay) the one of that stamp.
        StorageError: The copy cannot be written.
    """
    shown = printable(source.name)
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise FileBusy(
            f"Chưa mở được tệp «{shown}»: {os.strerror(error.errno or 0)}. Hãy đóng chương trình đang dùng tệp, "
            "hoặc cấp quyền đọc; lượt sau sẽ thử lại."
        ) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode) or FileStamp.of(os.fstat(descriptor)) != stamp:
            raise FileBusy(f"Tệp «{shown}» đang thay đổi; lượt sau sẽ thử lại.")
        if _is_locked(descriptor):
            raise FileBusy(f"Tệp «{shown}» đang bị chương trình khác khóa; lượt sau sẽ thử lại.")
        digest = _copy(descriptor, target, shown)
        if FileStamp.of(os.fstat(descriptor)) != stamp:
            raise FileBusy(f"Tệp «{shown}» thay đổi trong lúc chép; lượt sau sẽ thử lại.")
    finally:
        os.close(descriptor)
    return digest


def _copy(descriptor: int, target: Path, shown: str) -> str:
    digest = hashlib.sha256()
    with storage_errors(target.parent), target.open("xb") as copy:
        while True:
            try:
                block = os.read(descriptor, BLOCK_BYTES)
            except OSError as error:
                raise FileBusy(
                    f"Đọc dở tệp «{shown}» thì ổ báo lỗi: {os.strerror(error.errno or 0)}. Lượt sau sẽ thử lại."
                ) from None
            if not block:
                break
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _is_locked(descriptor: int) -> bool:
    """Whether another process holds a lock for writing, of either kind, where the file system knows locks."""
    for lock, unlock in (
        (
            lambda: fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB),
            lambda: fcntl.flock(descriptor, fcntl.LOCK_UN),
        ),
        (
            lambda: fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB),
            lambda: fcntl.lockf(descriptor, fcntl.LOCK_UN),
        ),
    ):
        try:
            lock()
        except OSError as error:
            if error.errno in _NO_LOCKS:
                continue
            return True
        unlock()
    return False


def remove_from_inbox(inbox: Path, name: str, stamp: FileStamp, key: DeliveryKey) -> bool:
    """Remove a file that is kept elsewhere; whether it is gone. It stays when it cannot be removed (a read-only share).

    It is renamed first and looked at again: a scanner that wrote a new file under the same name in the meantime
    gets that file back, under a name of its own.
    """
    source = inbox / name
    hidden = source.with_name(f"{TAKEN_PREFIX}{key[0]}-{key[1]}")
    try:
        if FileStamp.of(source.lstat()) != stamp:
            return True  # another file by now; the one that is kept is gone
        source.rename(hidden)
        if FileStamp.of(hidden.lstat()) == stamp:
            hidden.unlink()
        else:
            give_back(hidden, source.name)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def give_back(hidden: Path, name: str) -> None:
    """Put a file that is not kept back into the inbox under a free name, so that it is seen as new."""
    stem, dot, ending = name.rpartition(".")
    for number in range(2, 1000):
        free = hidden.with_name(f"{stem} ({number}){dot}{ending}" if dot else f"{name} ({number})")
        if not os.path.lexists(free):
            hidden.rename(free)
            return


def delivery_key_of(name: str) -> DeliveryKey | None:
    """Which delivery a file was that a run which died left half removed; ``None`` for a name of others."""
    found = _TAKEN.fullmatch(Path(name).name)
    return (found[1], int(found[2])) if found else None


def file_digest(path: Path) -> str:
    """The SHA-256 of a regular file; ``""`` when it cannot be read."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return sha256_of(file)
    return ""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What an attempt to take in a delivery came to.

    Attributes:
        sighting: The delivery.
        row: The outcome that was recorded; ``None`` while the delivery waits.
        left: Whether the file is kept but could not be removed from the inbox.
    """

    sighting: PendingFile
    row: IntakeRow | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Ingestor:
    """Takes in what one scanner delivers.

    Attributes:
        scanner: The scanner.
        options: What the office has set.
        workspace: Where scans and manifests are stored.
        inspector: Finds the pages of a scan.
        rows: Returns the outcomes that the manifest of a day records already, by serial number.
    """

    scanner: Scanner
    options: IntakeOptions
    workspace: Workspace
    inspector: ScanInspector
    rows: Callable[[str], dict[int, IntakeRow]]

    @property
    def folders(self) -> IntakeFolders:
        return IntakeFolders(self.workspace.intake)

    def take(self, sighting: PendingFile, now: float) -> IngestResult:
        """Try to take one delivery in.

        Args:
            sighting: The delivery.
            now: Seconds since 1970.

        Raises:
            StorageError: The workspace cannot be written; the delivery is then where it was.
        """
        row = self.rows(sighting.day).get(sighting.serial)
        if row is None:
            copy = self._staged(sighting.name)
            try:
                digest = copy_from_inbox(self.scanner.inbox / sighting.name, copy, sighting.stamp)
                row = self._kept(sighting, copy, digest, now)
            except ScanError as error:
                log.info("Delivery %s %s/%d waits: %s", self.scanner.name, *sighting.key, error.code)
                return IngestResult(replace(sighting, code=error.code, message=error.message))
            finally:
                copy.unlink(missing_ok=True)
            manifest.append_to_manifest(self.folders.manifest(self.scanner.name, sighting.day), row)
            self.rows(sighting.day)[row.serial] = row
            log.info(
                "Delivery %s %s/%d: %s as scan %s, %d pages%s",
                self.scanner.name,
                *sighting.key,
                row.outcome,
                scan_id(row.sha256),
                len(row.pages),
                f", refused for {row.code}" if row.code else "",
            )
        elif not os.access((self.scanner.inbox / sighting.name).parent, os.W_OK):
            return IngestResult(sighting, row, left=True)
        elif file_digest(self.scanner.inbox / sighting.name) != row.sha256:
            return IngestResult(sighting, row)  # another file by now, or gone: the next look finds it as new
        gone = remove_from_inbox(self.scanner.inbox, sighting.name, sighting.stamp, sighting.key)
        return IngestResult(sighting, row, left=not gone)

    def finish_removal(self, name: str) -> bool:
        """Finish the removal of a file that a crashed run left half done.

        The file is removed if it is kept, else given back to the inbox.

        Returns:
            Whether that could be done.
        """
        hidden = self.scanner.inbox / name
        key = delivery_key_of(name)
        row = self.rows(key[0]).get(key[1]) if key else None
        try:
            if row is not None and file_digest(hidden) == row.sha256:
                hidden.unlink(missing_ok=True)
            else:
                give_back(hidden, row.name.rpartition("/")[2] if row else "ban-quet")
        except OSError:
            return False
        return True

    def _kept(self, sighting: PendingFile, copy: Path, digest: str, now: float) -> IntakeRow:
        """The row of a copy that was stored or kept apart; raises the ``ScanError`` it is worth waiting for."""
        at, patient = iso_time(now), sighting.still_for(now) < self.options.patience_seconds
        row = IntakeRow(sighting.serial, sighting.name, IntakeOutcome.STORED, at, sighting.stamp.size, digest)
        try:
            pages = self._pages(ScanFile(copy, digest, sighting.stamp.size), sighting, patient)
        except ScanError as error:
            if patient:
                raise
            name = printable(sighting.name.rpartition("/")[2])
            told = scan_error(error.code, error.message.replace(copy.name, name))
            folder = self.folders.quarantine(self.scanner.name, sighting.day)
            file = quarantine_file(copy, folder, sighting.serial, sighting.name, told, at)
            return replace(
                row, outcome=IntakeOutcome.QUARANTINED, code=told.code, message=told.message, file=file
            )
        again = self.workspace.flaw_of(digest) != MISSING and self._is_told(digest)
        self.workspace.store(copy, digest)
        return replace(row, pages=pages, again=again)

    def _is_told(self, digest: str) -> bool:
        """Return whether some manifest lists those bytes: a run that died may have stored them without a word."""
        paths = (
            path
            for scanner in self.options.scanners
            for path in self.folders.manifests(scanner.name).glob("*.jsonl")
        )
        return any(
            row.sha256 == digest for path in paths for row in manifest.read_manifest(path).rows.values()
        )

    def _pages(self, scan: ScanFile, sighting: PendingFile, patient: bool) -> tuple[InspectedPage, ...]:
        """The pages of a scan that is worth reading: all of it, or what is sound of it when nothing better came."""
        if scan.size == 0:
            name = printable(sighting.name.rpartition("/")[2])
            raise EmptyScan(f"Tệp «{name}» rỗng (0 byte). Hãy chép lại tệp hoặc quét lại.")
        pages = self.inspector.pages(scan)
        faults = [page for page in pages if page.fault]
        if faults and (patient or len(faults) == len(pages)):
            raise scan_error(faults[0].fault, faults[0].message)
        # what codes of others say (identity cards bear one) is nobody's business
        return tuple(replace(page, codes=separator_codes(page.codes)) for page in pages)

    def _staged(self, name: str) -> Path:
        """A new name for a copy, with the ending of the file's own."""
        make_folder(self.folders.staging)
        return self.folders.staging / f"{secrets.token_hex(8)}{Path(safe_name(name)).suffix[:8]}"
