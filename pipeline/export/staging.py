"""A folder that gets its name when it is whole: what was broken off looks like nothing that is finished."""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import PackageRefused, StorageError

UNFINISHED = ".dang-ghi-"
"""How the name of a folder begins that is still being written; its machine and the number of its process follow."""


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder to write in, renamed to ``target`` when the block ends well and removed when it does not.

    Raises ``PackageRefused`` when ``target`` is there already (nothing is overwritten), ``StorageError`` when the disk
    refuses.
    """
    if target.exists():
        raise PackageRefused(
            f"Đã có {target}. Gói cũ không bị ghi đè: hãy chuyển nó đi, hoặc chọn thư mục khác bằng -o."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(target.parent)
        work = target.with_name(f"{UNFINISHED}{_machine()}-{os.getpid()}-{secrets.token_hex(4)}")
        work.mkdir()
        try:
            yield work
            for path in work.iterdir():
                _sync(path)
            _sync(work)
            work.rename(target)
            _sync(target.parent)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    except OSError as error:
        raise StorageError(
            f"Không ghi được {target}: {os.strerror(error.errno or 0)}. Hãy kiểm tra ổ đĩa rồi chạy lại."
        ) from None


def _remove_left_behind(folder: Path) -> None:
    """Take away what processes of this machine that were killed left unfinished. Other machines may write there too,
    and whether their processes live cannot be seen from here."""
    ours = f"{UNFINISHED}{_machine()}-"
    for left in folder.glob(f"{ours}*"):
        owner = left.name.removeprefix(ours).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _machine() -> str:
    """A short name of this machine."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
