"""What lies in an inbox right now. Nothing is opened, and no link is followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.intake.folder import COMPANIONS, LITTER, TEMP_ENDINGS, TEMP_STARTS, natural_key

DEEPEST = 4
"""Folders below an inbox that are entered; a scanner makes no more."""

MARKER = ".hotich-hop-quet"
"""Tells an inbox that is there from the empty folder a share leaves behind when it is gone."""

TAKEN_PREFIX = ".hotich-da-nhan-"
"""What a file is called for the moment between being kept and being removed."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file does: which file it is (``device``, ``inode``), ``size`` in bytes, and when it was
    written, in ns."""

    device: int
    inode: int
    size: int
    written: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A regular file in an inbox. ``name``: its path below the inbox; ``unfinished``: its name says that it is still
    being written."""

    name: str
    stamp: Stamp
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Outsider:
    """What lies in an inbox and is no file: it is told and left where it is."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """All that lies in an inbox: ``arrivals`` as they were written (time, then natural order of names); ``taken``:
    names of files that a run that died kept and did not remove; ``marked``: whether the inbox bears its marker."""

    arrivals: tuple[Arrival, ...]
    outsiders: tuple[Outsider, ...]
    taken: tuple[str, ...]
    marked: bool


def look(inbox: Path) -> Inbox:
    """What lies in an inbox and the folders below it. Raises ``StorageError`` when it cannot be listed."""
    arrivals: list[Arrival] = []
    outsiders: list[Outsider] = []
    taken: list[str] = []
    marked = False
    for name, entry in _entries(inbox, "", 0):
        base = entry.name
        if base == MARKER:
            marked = True
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue  # renamed or taken away while we looked
        except OSError as error:
            raise _unlistable(inbox, error) from None
        outside = _outside(status, name)
        if outside:
            outsiders.append(Outsider(name, outside))
        elif base.startswith(TAKEN_PREFIX):
            taken.append(name)
        elif stat.S_ISREG(status.st_mode):
            arrivals.append(Arrival(name, Stamp.of(status), is_unfinished(base)))
    arrivals.sort(key=lambda one: (one.stamp.written, natural_key(one.name)))
    return Inbox(tuple(arrivals), tuple(outsiders), tuple(taken), marked)


def _entries(inbox: Path, below: str, depth: int) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Entries that are worth a word, folders that are too deep among them, with their names below the inbox."""
    try:
        entries = list(os.scandir(inbox / below))
    except FileNotFoundError as error:
        if below:
            return
        raise _unlistable(inbox, error) from None
    except OSError as error:
        raise _unlistable(inbox, error) from None
    for entry in entries:
        folded = entry.name.casefold()
        if folded in LITTER or folded in COMPANIONS or folded == ".ds_store" or folded.startswith("._"):
            continue
        name = f"{below}/{entry.name}" if below else entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield name, entry
        elif entry.name.startswith("."):
            continue  # the dustbins and snapshots of file servers
        elif depth < DEEPEST:
            yield from _entries(inbox, name, depth + 1)
        else:
            yield name, entry


def _outside(status: os.stat_result, name: str) -> str:
    """Why a thing is no delivery; ``""`` when it is one."""
    shown = printable(name)
    if stat.S_ISLNK(status.st_mode):
        return f"«{shown}» là một liên kết, không phải tệp. Hãy chép chính tệp ấy vào hộp quét."
    if stat.S_ISDIR(status.st_mode):
        return f"Thư mục «{shown}» nằm quá sâu trong hộp quét. Hãy chuyển các tệp trong đó lên trên."
    if not stat.S_ISREG(status.st_mode):
        return f"«{shown}» không phải là một tệp thường (ống dẫn hoặc thiết bị). Hãy bỏ nó khỏi hộp quét."
    return ""


def is_unfinished(name: str) -> bool:
    """Whether a file's name says that it is still being written."""
    folded = name.casefold()
    return folded.startswith((".", *TEMP_STARTS)) or folded.endswith(TEMP_ENDINGS)


def printable(name: str) -> str:
    """A name as it may stand in a message."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def _unlistable(inbox: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Không mở được hộp quét {inbox}: {os.strerror(error.errno or 0)}. "
        "Hãy kiểm tra ổ mạng và quyền đọc; lượt sau sẽ nhận tiếp."
    )
