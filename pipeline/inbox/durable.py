"""Files that outlive a power cut: written beside their place, synced, named, and the name synced too."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.workspace import TEMP_PREFIX, make_folder, sync_folder, unwritable


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """What the disk refuses leaves as a ``StorageError`` with advice."""
    try:
        yield
    except OSError as error:
        raise StorageError(unwritable(folder, error)) from None


def clear(folder: Path) -> None:
    """Take away what a run that died left half-written there; only for one who alone writes there."""
    for left in folder.glob(f"{TEMP_PREFIX}*"):
        with suppress(OSError):
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def write(path: Path, text: str) -> None:
    """Put a small text in the place of what was there, whole or not at all. Only one process may do this in a folder at
    a time. Raises ``StorageError``."""
    make_folder(path.parent)
    clear(path.parent)
    temporary = path.with_name(f"{TEMP_PREFIX}{os.getpid()}-{secrets.token_hex(4)}")
    with writing(path.parent):
        try:
            with temporary.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def append(path: Path, line: str) -> None:
    """Add one line to a file and wait until it is on disk; what a run that died left of a line is cut off first.

    Only one process may do this at a time. Raises ``StorageError``.
    """
    make_folder(path.parent)
    with writing(path.parent):
        new = not path.exists()
        with path.open("ab+") as file:
            _cut_torn_line(file.fileno())
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if new:
            sync_folder(path.parent)


def whole_lines(path: Path) -> list[str]:
    """The lines of a file that ``append`` writes, without the torn one a run that died may have left at its end; none
    where there is no file."""
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
