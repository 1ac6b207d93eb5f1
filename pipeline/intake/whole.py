"""Whether a file was written to its end: copies over a network can have their full length before they have their
bytes."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.errors import BrokenScan
from pipeline.intake.filetype import FileType, opened, shown

TAIL_BYTES = 1 << 16
EMPTY_TAIL = 64
"""Zero bytes at the end of a JPEG from which they are no accident."""

PDF_END_WITHIN = 1024
"""Readers look for ``%%EOF`` in so many bytes before the end (PDF 1.7, appendix H.3.4.4)."""

PDF_EMPTY_TAIL = 4096


def check_whole(path: Path, kind: FileType) -> None:
    """Raises ``BrokenScan`` where the end of a PDF or JPEG is missing. Other formats say so when they are decoded."""
    if kind not in (FileType.PDF, FileType.JPEG):
        return
    with opened(path) as file:
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
