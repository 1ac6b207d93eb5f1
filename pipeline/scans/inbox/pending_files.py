"""The files of an inbox that are not taken in yet: what lies there, since when each is still, and its number.

Nothing is opened, and no link is followed. Every file gets a running number of its scanner and day when it is first
seen, before anything is done with it. So numbers without an outcome are those that wait, and none can be missing.
"""

from __future__ import annotations

import dataclasses
import json
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.base.errors import StorageError
from pipeline.base.files import printable
from pipeline.base.localtime import iso_date
from pipeline.base.text.natural_order import natural_key
from pipeline.scans.inbox.intake_folders import replace_text
from pipeline.scans.intake.folder import COMPANIONS, LITTER, TEMP_ENDINGS, TEMP_STARTS

DEEPEST = 4
"""Folders below an inbox that are entered; a scanner makes no more."""

MARKER = ".hotich-hop-quet"
"""Tells an inbox that is there from the empty folder a share leaves behind when it is gone."""

TAKEN_PREFIX = ".hotich-da-nhan-"
"""What a file is called for the moment between being kept and being removed."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What changes when a file does.

    Attributes:
        device: The device it is on.
        inode: Its number on that device.
        size: Its size in bytes.
        written: Its modification time in ns.
    """

    device: int
    inode: int
    size: int
    written: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileStamp:
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A regular file in an inbox.

    Attributes:
        name: Its path below the inbox.
        stamp: Changes when the file does.
        unfinished: Whether its name says that it is still being written.
    """

    name: str
    stamp: FileStamp
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class ForeignEntry:
    """What lies in an inbox and is no file: it is reported and left where it is."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class InboxListing:
    """All that lies in an inbox.

    Attributes:
        files: The files by modification time, then in natural order of their names.
        outsiders: What is no file.
        taken: The names of files that a crashed run kept and did not remove.
        marked: Whether the inbox bears its marker.
    """

    files: tuple[InboxFile, ...]
    outsiders: tuple[ForeignEntry, ...]
    taken: tuple[str, ...]
    marked: bool


def list_inbox(inbox: Path) -> InboxListing:
    """Return what lies in an inbox and the folders below it.

    Raises:
        StorageError: The inbox cannot be listed.
    """
    files: list[InboxFile] = []
    outsiders: list[ForeignEntry] = []
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
            outsiders.append(ForeignEntry(name, outside))
        elif base.startswith(TAKEN_PREFIX):
            taken.append(name)
        elif stat.S_ISREG(status.st_mode):
            files.append(InboxFile(name, FileStamp.of(status), is_unfinished(base)))
    files.sort(key=lambda one: (one.stamp.written, natural_key(one.name)))
    return InboxListing(tuple(files), tuple(outsiders), tuple(taken), marked)


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
        return f"«{shown}» là một liên kết, không phải tệp. Hãy chép chính tệp ấy vào thư mục tiếp nhận."
    if stat.S_ISDIR(status.st_mode):
        return f"Thư mục «{shown}» nằm quá sâu trong thư mục tiếp nhận. Hãy chuyển các tệp trong đó lên trên."
    if not stat.S_ISREG(status.st_mode):
        return f"«{shown}» không phải là một tệp thường (ống dẫn hoặc thiết bị). Hãy bỏ nó khỏi thư mục tiếp nhận."
    return ""


def is_unfinished(name: str) -> bool:
    """Whether a file's name says that it is still being written."""
    folded = name.casefold()
    return folded.startswith((".", *TEMP_STARTS)) or folded.endswith(TEMP_ENDINGS)


def _unlistable(inbox: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Không mở được thư mục tiếp nhận {inbox}: {os.strerror(error.errno or 0)}. "
        "Hãy kiểm tra ổ mạng và quyền đọc; lượt sau sẽ nhận tiếp."
    )


DeliveryKey = tuple[str, int]
"""Day and number of a delivery; with the scanner's name it is unique."""


@dataclass(frozen=True, slots=True)
class PendingFile:
    """A delivery that waits; times are in seconds since 1970.

    Attributes:
        day: The day it was first seen (``yyyy-mm-dd``).
        serial: Its number (from 1) within its scanner and day.
        name: Its path below the inbox.
        stamp: Changes when the file does.
        first_seen: When it was first seen.
        still_since: Since when it has not changed.
        unfinished: Whether its name says that it is still being written.
        missing_since: Since when it is gone from the inbox, if it is.
        code: The code of the error for which it was not taken when it was last tried with this stamp.
        message: That error in Vietnamese.
    """

    day: str
    serial: int
    name: str
    stamp: FileStamp
    first_seen: float
    still_since: float
    unfinished: bool = False
    missing_since: float | None = None
    code: str = ""
    message: str = ""

    @property
    def key(self) -> DeliveryKey:
        return self.day, self.serial

    def still_for(self, now: float) -> float:
        """Seconds since it last changed."""
        return now - self.still_since


@dataclass(frozen=True, slots=True)
class PendingFiles:
    """All deliveries of a scanner that wait.

    Attributes:
        waiting: The deliveries in the order of their numbers.
        numbered: The highest number given on each day.
        marked: Whether the inbox once bore its marker.
    """

    waiting: tuple[PendingFile, ...] = ()
    numbered: dict[str, int] = field(default_factory=dict)
    marked: bool = False


def load_pending(path: Path) -> PendingFiles:
    """What the last run left; nothing where there was none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return PendingFiles()
    waiting = (PendingFile(**{**one, "stamp": FileStamp(**one["stamp"])}) for one in told["waiting"])
    return PendingFiles(tuple(waiting), dict(told["numbered"]), bool(told["marked"]))


def save_pending(path: Path, pending: PendingFiles) -> None:
    """Save the waiting deliveries for the next run.

    Raises:
        StorageError: The disk cannot be written.
    """
    replace_text(path, json.dumps(dataclasses.asdict(pending)))


def update_pending(
    before: PendingFiles, files: Iterable[InboxFile], now: float, still_seconds: float
) -> tuple[PendingFiles, tuple[PendingFile, ...]]:
    """Return the waiting deliveries after a look at the inbox, and those that were withdrawn.

    A delivery is withdrawn when it is gone for ``still_seconds`` under every name. A file that changed, or
    bears another name, is still from now on; so is everything after a clock that went back.

    Args:
        before: The deliveries that waited before.
        files: The files that lie in the inbox now.
        now: Seconds since 1970.
        still_seconds: For how long a file must not change, in seconds.
    """
    old = {one.name: one for one in before.waiting}
    by_file = {(one.stamp.device, one.stamp.inode): one for one in before.waiting}
    present = list(files)
    names = {one.name for one in present}
    waiting: list[PendingFile] = []
    new: list[InboxFile] = []
    for arrival in present:
        one = old.get(arrival.name)
        if one is None:
            renamed = by_file.pop((arrival.stamp.device, arrival.stamp.inode), None)
            one = renamed if renamed is not None and renamed.name not in names else None
        if one is None:
            new.append(arrival)
        else:
            waiting.append(_again(one, arrival, now))
    found = {one.key for one in waiting}
    withdrawn: list[PendingFile] = []
    for one in before.waiting:
        if one.key not in found:
            since = now if one.missing_since is None else min(one.missing_since, now)
            gone = now - since >= still_seconds and one.missing_since is not None
            (withdrawn if gone else waiting).append(replace(one, missing_since=since))
    day, numbered = iso_date(now), dict(before.numbered)
    for arrival in new:
        numbered[day] = numbered.get(day, 0) + 1
        waiting.append(
            PendingFile(day, numbered[day], arrival.name, arrival.stamp, now, now, arrival.unfinished)
        )
    waiting.sort(key=lambda one: one.key)
    return PendingFiles(tuple(waiting), numbered, before.marked), tuple(withdrawn)


def _again(one: PendingFile, arrival: InboxFile, now: float) -> PendingFile:
    as_it_was = one.stamp == arrival.stamp and one.name == arrival.name and one.still_since <= now
    if as_it_was and one.missing_since is None:
        return one
    if as_it_was:
        return replace(one, missing_since=None)
    return replace(
        one,
        name=arrival.name,
        stamp=arrival.stamp,
        unfinished=arrival.unfinished,
        still_since=now,
        missing_since=None,
        code="",
        message="",
    )
