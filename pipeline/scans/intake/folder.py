"""The contents of a book's folder: its scans as a person would count them, and foreign files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.errors import BrokenScan, ScanError, StorageError
from pipeline.base.files import BLOCK_BYTES, sha256_and_size
from pipeline.base.text.natural_order import natural_key
from pipeline.scans.intake.filetype import open_scan, scan_type, shown
from pipeline.scans.intake.limits import DEFAULT_LIMITS, ScanLimits

# companions of a book and litter of file systems: neither scans nor reported
COMPANIONS = frozenset({"ledger.toml", "truth.json"})
LITTER = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "lost+found", "$recycle.bin"})
TEMP_ENDINGS = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp", "~")
TEMP_STARTS = ("~",)


@dataclass(frozen=True, slots=True)
class ScanFile:
    """A file delivered by a scanner.

    Attributes:
        sha256: The SHA-256 of its bytes (lower-case hex), its identity; its name is not.
        size: Its size in bytes.
    """

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A folder entry that is not read as a scan, with the reason.

    Attributes:
        code: The code of the ``ScanError``.
        message: That error in Vietnamese.
        sha256: The SHA-256 of its bytes; ``""`` for an entry without bytes (a folder, a pipe, an unreadable or
            oversized file).
    """

    path: Path
    code: str
    message: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class FolderContents:
    """The contents of a folder without companions, hidden files and litter."""

    scans: tuple[ScanFile, ...]
    foreign: tuple[ForeignFile, ...]


def list_scans(folder: Path, limits: ScanLimits = DEFAULT_LIMITS) -> tuple[ScanFile, ...]:
    """Return the scans of a book in natural order; ``folder_contents`` also reports the foreign files."""
    return folder_contents(folder, limits).scans


def folder_contents(folder: Path, limits: ScanLimits = DEFAULT_LIMITS) -> FolderContents:
    """Return the scans and the foreign files directly in a folder, both in natural order.

    A scan is recognised by its content, not by its name. Sub-folders are not entered but reported as foreign.

    Raises:
        StorageError: The folder cannot be listed.
    """
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError as error:
        raise StorageError(
            f"Không mở được thư mục «{shown(folder)}»: {os.strerror(error.errno or 0)}. "
            "Hãy kiểm tra đường dẫn và quyền đọc."
        ) from None
    scans: list[ScanFile] = []
    foreign: list[ForeignFile] = []
    for name in sorted((name for name in names if not is_ignored(name)), key=natural_key):
        entry = _scan_or_foreign(folder / name, limits)
        if isinstance(entry, ScanFile):
            scans.append(entry)
        else:
            foreign.append(entry)
    return FolderContents(tuple(scans), tuple(foreign))


def scan_file(path: Path, limits: ScanLimits = DEFAULT_LIMITS) -> ScanFile:
    """Return a file as a scan, with its hash.

    Raises:
        ScanError: The file is not a scan.
    """
    scan_type(path, limits)
    sha256, size = _hash_of(path)
    return ScanFile(path, sha256, size)


def is_ignored(name: str) -> bool:
    """Return whether a name belongs to a companion of the book, a hidden file, litter, or an incomplete file."""
    folded = name.casefold()
    return (
        folded in COMPANIONS
        or folded in LITTER
        or folded.startswith((".", *TEMP_STARTS))
        or folded.endswith(TEMP_ENDINGS)
    )


def _scan_or_foreign(path: Path, limits: ScanLimits) -> ScanFile | ForeignFile:
    try:
        return scan_file(path, limits)
    except ScanError as error:
        return ForeignFile(path, error.code, error.message, _hash_if_small(path, limits))


def _hash_if_small(path: Path, limits: ScanLimits) -> str:
    try:
        with open_scan(path) as file:
            small = os.fstat(file.fileno()).st_size <= limits.max_bytes
        return _hash_of(path)[0] if small else ""
    except ScanError:
        return ""


def _hash_of(path: Path) -> tuple[str, int]:
    """Return hash and size of the bytes, read as a stream."""
    with open_scan(path) as file:
        try:
            return sha256_and_size(iter(lambda: file.read(BLOCK_BYTES), b""))
        except OSError:
            raise BrokenScan(
                f"Không đọc được tệp «{shown(path)}». Hãy kiểm tra ổ đĩa rồi chép lại tệp."
            ) from None
