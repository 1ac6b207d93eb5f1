"""A file in an inbox: whether somebody writes to it, its bytes copied out, and how it is removed when it is kept."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from pipeline.errors import ScanError
from pipeline.files import sha256_of, storage_errors
from pipeline.inbox.arrivals import TAKEN_PREFIX, Stamp, printable
from pipeline.inbox.sightings import Key

BLOCK_BYTES = 1 << 20
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})
_TAKEN = re.compile(re.escape(TAKEN_PREFIX) + r"([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]+)")


class NotYet(ScanError):
    """The file is locked, changes, or cannot be read now: it waits."""

    code = "waiting"


def copied(source: Path, target: Path, stamp: Stamp) -> str:
    """The SHA-256 of a file's bytes, after they were copied to the new file ``target`` and are on disk.

    Raises ``NotYet`` when the file is locked, cannot be read, or is not (or does not stay) the one of that ``stamp``;
    ``StorageError`` when the copy cannot be written.
    """
    shown = printable(source.name)
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise NotYet(
            f"Chưa mở được tệp «{shown}»: {os.strerror(error.errno or 0)}. Hãy đóng chương trình đang dùng tệp, "
            "hoặc cấp quyền đọc; lượt sau sẽ thử lại."
        ) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode) or Stamp.of(os.fstat(descriptor)) != stamp:
            raise NotYet(f"Tệp «{shown}» đang thay đổi; lượt sau sẽ thử lại.")
        if _is_locked(descriptor):
            raise NotYet(f"Tệp «{shown}» đang bị chương trình khác khóa; lượt sau sẽ thử lại.")
        digest = _copy(descriptor, target, shown)
        if Stamp.of(os.fstat(descriptor)) != stamp:
            raise NotYet(f"Tệp «{shown}» thay đổi trong lúc chép; lượt sau sẽ thử lại.")
    finally:
        os.close(descriptor)
    return digest


def _copy(descriptor: int, target: Path, shown: str) -> str:
    digest = hashlib.sha256()
    with storage_errors(target.parent), target.open("xb") as copy:
        while True:
            try:
                block = os.read(descriptor, BLOCK_BYTES)
            except OSError as error:
                raise NotYet(
                    f"Đọc dở tệp «{shown}» thì ổ báo lỗi: {os.strerror(error.errno or 0)}. Lượt sau sẽ thử lại."
                ) from None
            if not block:
                break
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _is_locked(descriptor: int) -> bool:
    """Whether another process holds a lock for writing, of either kind, where the file system knows locks."""
    for lock, unlock in (
        (
            lambda: fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB),
            lambda: fcntl.flock(descriptor, fcntl.LOCK_UN),
        ),
        (
            lambda: fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB),
            lambda: fcntl.lockf(descriptor, fcntl.LOCK_UN),
        ),
    ):
        try:
            lock()
        except OSError as error:
            if error.errno in _NO_LOCKS:
                continue
            return True
        unlock()
    return False


def removed(inbox: Path, name: str, stamp: Stamp, key: Key) -> bool:
    """Remove a file that is kept elsewhere; whether it is gone. It stays when it cannot be removed (a read-only share).

    It is renamed first and looked at again: a scanner that wrote a new file under the same name in the meantime
    gets that file back, under a name of its own.
    """
    source = inbox / name
    hidden = source.with_name(f"{TAKEN_PREFIX}{key[0]}-{key[1]}")
    try:
        if Stamp.of(source.lstat()) != stamp:
            return True  # another file by now; the one that is kept is gone
        source.rename(hidden)
        if Stamp.of(hidden.lstat()) == stamp:
            hidden.unlink()
        else:
            given_back(hidden, source.name)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def given_back(hidden: Path, name: str) -> None:
    """Put a file that is not kept back into the inbox under a free name, so that it is seen as new."""
    stem, dot, ending = name.rpartition(".")
    for number in range(2, 1000):
        free = hidden.with_name(f"{stem} ({number}){dot}{ending}" if dot else f"{name} ({number})")
        if not os.path.lexists(free):
            hidden.rename(free)
            return


def taken_key(name: str) -> Key | None:
    """Which delivery a file was that a run which died left half removed; ``None`` for a name of others."""
    found = _TAKEN.fullmatch(Path(name).name)
    return (found[1], int(found[2])) if found else None


def digest_of(path: Path) -> str:
    """The SHA-256 of a regular file; ``""`` when it cannot be read."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return sha256_of(file)
    return ""
