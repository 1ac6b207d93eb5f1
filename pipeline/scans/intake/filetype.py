"""What a file is, by its first bytes, and whether it was written to its end; its name is never asked.

Copies over a network can have their full length before they have their bytes. Files are opened in a way that cannot
hang.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from pipeline.base.errors import BrokenScan, EmptyScan, OversizedScan, ScanError, UnknownFileType
from pipeline.base.files import printable
from pipeline.scans.intake.limits import ScanLimits

PDF_HEADER_WITHIN = 1024  # readers accept bytes before "%PDF-" up to here (PDF 1.7, appendix H.3.4.1)
_BMP_HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)


class FileType(StrEnum):
    """The formats that are read; the value is the name Pillow knows it by."""

    PDF = "PDF"
    TIFF = "TIFF"
    JPEG = "JPEG"
    PNG = "PNG"
    BMP = "BMP"
    WEBP = "WEBP"


def file_type(head: bytes) -> FileType | None:
    """The type that the first ``PDF_HEADER_WITHIN`` bytes show; ``None`` when it is none that is read."""
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return FileType.TIFF
    if head.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return FileType.WEBP
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return FileType.BMP
    if b"%PDF-" in head[:PDF_HEADER_WITHIN]:
        return FileType.PDF
    return None


def shown(path: Path) -> str:
    """Return the file's name in the form that messages may hold: no control characters, no bytes that are not text."""
    return printable(path.name)


def open_scan(path: Path) -> BinaryIO:
    """Open a file for reading.

    A pipe or a device named like a scan is refused without waiting for it; a link is not followed, wherever it leads,
    unless the program itself made it (``own_link``).

    Raises:
        ScanError: It is no regular file or cannot be read.
    """
    follow = 0 if path in _own_links else os.O_NOFOLLOW
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | follow | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            raise UnknownFileType(
                f"«{shown(path)}» là một liên kết, không phải tệp. Hãy chép chính tệp ấy vào thư mục."
            ) from None
        raise ScanError(_why_not_opened(path, error)) from None
    file = None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnknownFileType(
                f"«{shown(path)}» không phải là một tệp thường (thư mục, ống dẫn hoặc thiết bị)."
            )
        file = os.fdopen(descriptor, "rb")
    finally:
        if file is None:
            os.close(descriptor)
    return file


_own_links: set[Path] = set()


@contextmanager
def own_link(path: Path) -> Iterator[None]:
    """Let ``open_scan`` of this process follow a link that the program has made, until the block ends."""
    _own_links.add(path)
    try:
        yield
    finally:
        _own_links.discard(path)


def scan_type(path: Path, limits: ScanLimits) -> FileType:
    """Return the type of a scan.

    Raises:
        ScanError: The file is too large or no scan; says why.
    """
    with open_scan(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            raise EmptyScan(f"Tệp «{shown(path)}» rỗng (0 byte). Hãy chép lại tệp hoặc quét lại.")
        if size > limits.max_bytes:
            raise OversizedScan(
                f"Tệp «{shown(path)}» nặng {size / 1e6:.0f} MB, vượt giới hạn {limits.max_bytes / 1e6:.0f} MB. "
                "Hãy tách tệp thành nhiều phần hoặc quét lại ở 300 dpi."
            )
        try:
            head = file.read(PDF_HEADER_WITHIN)
        except OSError:
            raise BrokenScan(
                f"Không đọc được tệp «{shown(path)}». Hãy kiểm tra ổ đĩa rồi chép lại tệp."
            ) from None
    found = file_type(head)
    if found is None:
        raise UnknownFileType(
            f"Tệp «{shown(path)}» không phải PDF, TIFF, JPEG, PNG, BMP hay WebP (xét theo nội dung, không theo tên). "
            "Hãy xuất lại từ máy quét sang một trong các định dạng này."
        )
    return found


def _why_not_opened(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"Không thấy tệp «{shown(path)}» (đã bị xoá hoặc đổi tên)."
    if isinstance(error, PermissionError):
        return f"Không có quyền đọc tệp «{shown(path)}». Hãy cấp quyền đọc rồi chạy lại."
    return f"Không mở được tệp «{shown(path)}»: {os.strerror(error.errno or 0)}."


TAIL_BYTES = 1 << 16
EMPTY_TAIL = 64
"""Zero bytes at the end of a JPEG from which they are no accident."""

PDF_END_WITHIN = 1024
"""Readers look for ``%%EOF`` in so many bytes before the end (PDF 1.7, appendix H.3.4.4)."""

PDF_EMPTY_TAIL = 4096


def check_complete(path: Path, kind: FileType) -> None:
    """Check that a PDF or JPEG has its end; other formats show a missing end when they are decoded.

    Raises:
        BrokenScan: The end is missing.
    """
    if kind not in (FileType.PDF, FileType.JPEG):
        return
    with open_scan(path) as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - TAIL_BYTES))
        tail = file.read()
    written = tail.rstrip(b"\0")
    empty = len(tail) - len(written)
    if kind is FileType.PDF:
        missing = empty >= PDF_EMPTY_TAIL or b"%%EOF" not in written[-PDF_END_WITHIN:]
    else:
        missing = empty >= EMPTY_TAIL and not written.endswith(b"\xff\xd9")
    if missing:
        raise BrokenScan(
            f"Tệp «{shown(path)}» thiếu phần cuối (chép dở hoặc bị cắt cụt). Hãy chép lại tệp hoặc quét lại."
        )
