"""Text files that grow by whole lines and outlive a power cut. One process at a time may write to a file."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.base.files.atomic import make_folder, storage_errors, sync


def append_line(path: Path, line: str) -> None:
    """Add a line and wait until it is on disk; cut off first what a crashed process left of a line.

    Args:
        path: The file; it and its folder are created.
        line: The text, without its line break.

    Raises:
        StorageError: The disk refuses.
    """
    make_folder(path.parent)
    with storage_errors(path.parent):
        new = not path.exists()
        with path.open("ab+") as file:
            _cut_torn_line(file.fileno())
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if new:
            sync(path.parent)


def complete_lines(path: Path) -> list[str]:
    """Return the lines of a file, without a torn line at its end; none where there is no file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    return data[: data.rfind(b"\n") + 1].decode().splitlines()


def _cut_torn_line(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    keep = size
    while keep:
        start = max(0, keep - 4096)
        at = os.pread(descriptor, keep - start, start).rfind(b"\n")
        if at >= 0:
            keep = start + at + 1
            break
        keep = start
    if keep < size:
        os.ftruncate(descriptor, keep)
