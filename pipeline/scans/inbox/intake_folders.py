"""The intake's own files below ``Workspace.intake``, including the quarantine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.errors import ScanError
from pipeline.base.files import (
    TEMP_PREFIX,
    make_folder,
    make_read_only,
    printable,
    remove_temporary_files,
    storage_errors,
    sync,
    write_atomically,
)


@dataclass(frozen=True, slots=True)
class IntakeFolders:
    """The intake's folders and files below ``root``; each is created only when needed.

    A ``day`` is written ``yyyy-mm-dd``.
    """

    root: Path

    @property
    def lock(self) -> Path:
        """Held by the single run that may take in scans."""
        return self.root / "lock"

    @property
    def staging(self) -> Path:
        """Copies under inspection, disposable when the lock is free.

        The folder's name keeps it out of backups.
        """
        return self.root / f"{TEMP_PREFIX}nhan"

    def pending(self, scanner: str) -> Path:
        """The pending files of a scanner's inbox."""
        return self.root / "sightings" / f"{scanner}.json"

    @property
    def all_manifests(self) -> Path:
        """The manifests of all scanners, including former scanners."""
        return self.root / "manifests"

    def manifests(self, scanner: str) -> Path:
        return self.all_manifests / scanner

    def manifest(self, scanner: str, day: str) -> Path:
        """The outcome of each delivery of a scanner and day."""
        return self.manifests(scanner) / f"{day}.jsonl"

    def looks(self, book: str) -> Path:
        """The perceptual hashes of a book's pages."""
        return self.root / "looks" / f"{book}.jsonl"

    @property
    def uploads(self) -> Path:
        """Browser uploads: incomplete uploads, and the outcome of complete uploads."""
        return self.root / "uploads"

    def quarantine(self, scanner: str, day: str) -> Path:
        """Refused files, each with its reason beside it."""
        return self.root / "quarantine" / scanner / day


def replace_text(path: Path, text: str) -> None:
    """Replace the content of a small text file atomically.

    Only one process at a time may do this in a folder: incomplete files there count as left by dead processes.

    Raises:
        StorageError: The disk cannot be written.
    """
    make_folder(path.parent)
    remove_temporary_files(path.parent)
    with storage_errors(path.parent):
        write_atomically(path, text)


REASON_ENDING = ".ly-do.txt"
LONGEST_NAME = 100
_UNSAFE = re.compile(r"[^\w .()-]")


def quarantine_file(copy: Path, folder: Path, serial: int, name: str, error: ScanError, at: str) -> str:
    """Move a copy into the quarantine and write the reason beside it.

    A repetition after a crashed run gives the same result.

    Args:
        folder: The quarantine of the scanner and day.
        name: Its name in the inbox.

    Returns:
        The name of the file in the quarantine.

    Raises:
        StorageError: The disk cannot be written.
    """
    make_folder(folder)
    file = f"{serial:05d}-{safe_name(name)}"
    with storage_errors(folder):
        make_read_only(copy)
        copy.replace(folder / file)
        sync(folder)
    replace_text(folder / f"{file}{REASON_ENDING}", _reason(name, error, at))
    return file


def safe_name(name: str) -> str:
    """Return a non-empty name of bounded length without folders, control characters or problematic letters."""
    base = _UNSAFE.sub("_", name.rpartition("/")[2].encode("utf-8", "replace").decode()).strip(" .")
    while len(base.encode()) > LONGEST_NAME:
        base = base[1:]
    return base or "_"


def _reason(name: str, error: ScanError, at: str) -> str:
    return (
        f"Tệp «{printable(name)}» không được nhận lúc {at}.\n\n"
        f"Lý do [{error.code}]: {error.message}\n\n"
        "Tệp được giữ nguyên ở đây, không bị sửa và không bị xóa. Sau khi xử lý, hãy đưa tệp đúng "
        "vào thư mục tiếp nhận.\n"
    )
