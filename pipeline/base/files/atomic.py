"""Files that appear under their name whole or not at all.

A file is written under a temporary name in the folder of its target, put on disk (``fsync``), and renamed; the renaming
is put on disk too, so that the file outlives a power cut. Temporary names begin with ``TEMP_PREFIX``: the folder
watcher, the reader of book folders and the backup pass over them.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.base.errors import StorageError
from pipeline.base.files.names import printable

TEMP_PREFIX = ".dang-chep-"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def atomic_path(target: Path, *, durable: bool = True, overwrite: bool = True) -> Iterator[Path]:
    """Yield a temporary path next to ``target`` that becomes ``target`` when the block ends well.

    The block creates the file at that path; whatever it leaves there is removed when it fails.

    Args:
        target: The final path; its folder exists.
        durable: Wait until bytes and name are on disk.
        overwrite: Whether the new file takes the place of one that is there; otherwise that one stays.

    Raises:
        OSError: The disk refuses; ``target`` is as it was.
    """
    temporary = temporary_path(target.parent)
    try:
        yield temporary
        if durable:
            sync(temporary)
        if overwrite:
            temporary.replace(target)
        else:
            with suppress(FileExistsError):
                os.link(temporary, target)
        if durable:
            sync(target.parent)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_atomically(
    target: Path, content: bytes | str, *, mode: int = 0o666, durable: bool = True, overwrite: bool = True
) -> None:
    """Write a file whole or not at all, making its folder.

    Args:
        target: The final path.
        content: Its bytes, or text that is written in UTF-8.
        mode: Permission bits from the first byte on, less the umask.
        durable: Wait until bytes and name are on disk.
        overwrite: Whether the new file takes the place of one that is there; otherwise that one stays.

    Raises:
        OSError: The disk refuses; ``target`` is as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(target, durable=durable, overwrite=overwrite) as temporary:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)


def temporary_path(folder: Path) -> Path:
    """Return a path in ``folder`` that no other process uses and that readers of the folder ignore."""
    return folder / f"{TEMP_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"


def remove_temporary_files(folder: Path, older_than: float = 0.0) -> None:
    """Remove what dead processes left half-written in ``folder``.

    Args:
        folder: The folder; need not exist.
        older_than: Age in seconds below which a file is left alone, since a living process may still write it.
    """
    for left in folder.glob(f"{TEMP_PREFIX}*"):
        with suppress(OSError):
            if older_than and time.time() - left.stat().st_mtime <= older_than:
                continue
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def sync(path: Path) -> None:
    """Wait until a file's bytes, or the names in a folder, are on disk.

    Raises:
        OSError: The disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises:
        StorageError: The disk refuses; with advice.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn each ``OSError`` of writing to ``folder`` into a ``StorageError`` that says why and what to do."""
    try:
        yield
    except OSError as error:
        raise StorageError(_advice(folder, error)) from None


def _advice(folder: Path, error: OSError) -> str:
    shown = printable(folder)
    if error.errno in _FULL:
        return (
            f"Ổ đĩa chứa «{shown}» đã đầy. Hãy dọn bớt hoặc chuyển thư mục làm việc sang ổ khác rồi chạy lại."
        )
    if error.errno in _FORBIDDEN:
        return f"Không có quyền ghi vào «{shown}». Hãy cấp quyền ghi hoặc chọn thư mục làm việc khác."
    return f"Không ghi được vào «{shown}»: {os.strerror(error.errno or 0)}. Hãy kiểm tra ổ đĩa rồi chạy lại."
