"""Bounds of a workbook from a browser, checked before it is unpacked.

An ``.xlsx`` is a ZIP archive with a directory of its parts and their sizes at the end. A directory that is too long, or
parts that unpack to too much, are refused before a parser sees them. No part is unpacked beyond its declared size.
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

from pipeline.base.errors import ReconcileError
from pipeline.base.files import open_regular_file
from pipeline.delivery.workbook_reading.workbook_reader import open_workbook

MOST_FILE_BYTES = 32 << 20
MOST_UNPACKED = 512 << 20
MOST_PARTS = 1000
MOST_LIST_BYTES = 1 << 20

NO_WORKBOOK = "Tệp không phải bảng tính .xlsx. Hãy mở bằng Excel, lưu lại thành .xlsx rồi gửi lại."

_END = b"PK\x05\x06"
_END_SIZE = 22
_LONG_END = b"PK\x06\x07"
_LONGEST_COMMENT = 1 << 16
_SPLIT = "Hãy tách tệp (theo năm, theo xã) rồi gửi từng tệp."


def check_sent_workbook(path: Path) -> None:
    """Refuse a file that is no workbook, or whose parts are too many or too large.

    Raises:
        ReconcileError: The message names the flaw and gives advice.
    """
    size = path.stat().st_size
    if size == 0:
        raise ReconcileError("Tệp rỗng (0 byte). Hãy xuất lại từ phần mềm dùng chung.")
    if size > MOST_FILE_BYTES:
        raise ReconcileError(f"Tệp lớn hơn {MOST_FILE_BYTES >> 20} MB. {_SPLIT}")
    with open_regular_file(path) as file:
        file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT - 20))
        tail = file.read()
    _refuse_long_list(tail)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        with open_workbook(path):  # raises a message about the file's real format
            raise ReconcileError(NO_WORKBOOK) from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise ReconcileError(f"Tệp quá lớn khi giải nén. {_SPLIT}")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise ReconcileError(NO_WORKBOOK)


def _refuse_long_list(tail: bytes) -> None:
    """Refuse an archive with a directory too long to read."""
    at = len(tail) - _END_SIZE
    if at < 0 or tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        return  # no archive; opening it raises the error
    parts, list_bytes = struct.unpack_from("<HL", tail, at + 10)
    if tail[max(0, at - 20) : at][:4] == _LONG_END or parts > MOST_PARTS or list_bytes > MOST_LIST_BYTES:
        raise ReconcileError(f"Tệp có quá nhiều phần nên không mở. {_SPLIT}")
