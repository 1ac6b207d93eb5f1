"""What lies in the folder of a book: its scans as a person would count them, and what does not belong."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.errors import BrokenScan, ScanError, StorageError
from pipeline.base.files import BLOCK_BYTES, sha256_and_size
from pipeline.base.text.natural_order import natural_key
from pipeline.scans.intake.filetype import open_scan, scan_type, shown
from pipeline.scans.intake.limits import DEFAULT_LIMITS, ScanLimits

# Companions of a book and litter of file systems: neither scans nor worth a word.
COMPANIONS = frozenset({"ledger.toml", "truth.json"})
LITTER = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "lost+found", "$recycle.bin"})
TEMP_ENDINGS = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp", "~")
TEMP_STARTS = ("~",)


@dataclass(frozen=True, slots=True)
class ScanFile:
    """One file that a scanner delivered.

    Attributes:
        path: Where it lies.
        sha256: The SHA-256 of its bytes (lower-case hex), which identifies it; its name does not.
        size: Its size in bytes.
    """

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """Something in a folder that is not read as a scan, and why.

    Attributes:
        path: Where it lies.
        code: The code of the ``ScanError``.
        message: That error in Vietnamese.
        sha256: The SHA-256 of its bytes; ``""`` without any (a folder, a pipe, an unreadable or oversized
            file).
    """

    path: Path
    code: str
    message: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class FolderContents:
    """All that lies in a folder but companions, hidden files and litter."""

    scans: tuple[ScanFile, ...]
    foreign: tuple[ForeignFile, ...]


def list_scans(folder: Path, limits: ScanLimits = DEFAULT_LIMITS) -> tuple[ScanFile, ...]:
    """Return the scans of a book in natural order; ``folder_contents`` also reports the foreign files.

    Args:
        folder: The book's folder.
        limits: Bounds on one scan.
    """
    return folder_contents(folder, limits).scans


def folder_contents(folder: Path, limits: ScanLimits = DEFAULT_LIMITS) -> FolderContents:
    """Return the scans and the foreign files that lie directly in a folder, both in natural order.

    A scan is recognised by its content, not by its name. Sub-folders are not entered but reported as foreign.

    Args:
        folder: The folder.
        limits: Bounds on one scan.

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
        found = _scan_or_foreign(folder / name, limits)
        if isinstance(found, ScanFile):
            scans.append(found)
        else:
            foreign.append(found)
    return FolderContents(tuple(scans), tuple(foreign))


def scan_file(path: Path, limits: ScanLimits = DEFAULT_LIMITS) -> ScanFile:
    """Return one file as a scan, with its hash.

    Args:
        path: The file.
        limits: Bounds on one scan.

    Raises:
        ScanError: It is no scan.
    """
    scan_type(path, limits)
    sha256, size = _hash_of(path)
    return ScanFile(path, sha256, size)


def is_ignored(name: str) -> bool:
    """Whether a name is a companion of the book, hidden, litter, or a file still being written."""
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
    """Hash and size of the bytes, read as a stream."""
    with open_scan(path) as file:
        try:
            return sha256_and_size(iter(lambda: file.read(BLOCK_BYTES), b""))
        except OSError:
            raise BrokenScan(
                f"Không đọc được tệp «{shown(path)}». Hãy kiểm tra ổ đĩa rồi chép lại tệp."
            ) from None
