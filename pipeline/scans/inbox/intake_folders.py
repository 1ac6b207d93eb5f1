"""Where the intake keeps its own files, below ``Workspace.intake``, and the quarantine among them."""

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
    """The folders and files of the intake below ``root``; none is made before it is needed.

    A ``day`` is written ``yyyy-mm-dd``.
    """

    root: Path

    @property
    def lock(self) -> Path:
        """Held by the one run that may take scans in."""
        return self.root / "lock"

    @property
    def staging(self) -> Path:
        """Copies that are being inspected, worthless once nobody holds the lock.

        The folder's name keeps it out of backups.
        """
        return self.root / f"{TEMP_PREFIX}nhan"

    def pending(self, scanner: str) -> Path:
        """What was seen in a scanner's inbox and is not taken yet."""
        return self.root / "sightings" / f"{scanner}.json"

    @property
    def all_manifests(self) -> Path:
        """The manifests of all scanners, those that deliver no longer among them."""
        return self.root / "manifests"

    def manifests(self, scanner: str) -> Path:
        return self.all_manifests / scanner

    def manifest(self, scanner: str, day: str) -> Path:
        """What became of each delivery of a scanner and day."""
        return self.manifests(scanner) / f"{day}.jsonl"

    def looks(self, book: str) -> Path:
        """What the pages of a book look like."""
        return self.root / "looks" / f"{book}.jsonl"

    @property
    def uploads(self) -> Path:
        """What browsers are sending: half uploads, and the outcome of whole ones."""
        return self.root / "uploads"

    def quarantine(self, scanner: str, day: str) -> Path:
        """What was refused, each with its reason next to it."""
        return self.root / "quarantine" / scanner / day


def replace_text(path: Path, text: str) -> None:
    """Replace the content of a small text file, whole or not at all.

    Only one process at a time may do this in a folder: half-written files there are taken for those of dead
    processes.

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
    """Move a copy that is on disk into the quarantine and write the reason next to it.

    Done again after a crashed run, it comes to the same.

    Args:
        copy: The copy.
        folder: The quarantine of the scanner and day.
        serial: The delivery's number.
        name: Its name in the inbox.
        error: Why it is refused.
        at: When, as text.

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
    """A name without folders, control letters or anything a file system could mind, of bounded length; not empty."""
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
