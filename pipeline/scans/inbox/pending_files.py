"""The pending files of an inbox: its listing, each file's time without change, and its number.

No file is opened, and no link is followed. Every file gets a serial number of its scanner and day at first sight,
before any other step. So numbers without an outcome are waiting deliveries, and none can be missing.
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
"""Depth limit of folders below an inbox; a scanner creates no deeper folders."""

MARKER = ".hotich-hop-quet"
"""Distinguishes a present inbox from the empty folder that an unmounted share leaves behind."""

TAKEN_PREFIX = ".hotich-da-nhan-"
"""Prefix of a file's name between archiving and removal."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """Attributes that change when a file changes.

    Attributes:
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
        stamp: Changes when the file does.
        unfinished: Whether its name marks it as incomplete.
    """

    name: str
    stamp: FileStamp
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class ForeignEntry:
    """An inbox entry that is not a file: it is reported and left in place."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class InboxListing:
    """The contents of an inbox.

    Attributes:
        files: The files, by modification time, then in natural order of their names.
        outsiders: The entries that are not files.
        taken: The names of files that a crashed run archived but did not remove.
    """

    files: tuple[InboxFile, ...]
    outsiders: tuple[ForeignEntry, ...]
    taken: tuple[str, ...]
    marked: bool


def list_inbox(inbox: Path) -> InboxListing:
    """List an inbox and the folders below it.

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
            continue  # renamed or removed during the listing
        except OSError as error:
            raise _unlistable(inbox, error) from None
        outside = _outside(status, name)
        if outside:
            outsiders.append(ForeignEntry(name, outside))
        elif base.startswith(TAKEN_PREFIX):
            taken.append(name)
        elif stat.S_ISREG(status.st_mode):
            files.append(InboxFile(name, FileStamp.of(status), is_unfinished(base)))
    files.sort(key=lambda file: (file.stamp.written, natural_key(file.name)))
    return InboxListing(tuple(files), tuple(outsiders), tuple(taken), marked)


def _entries(inbox: Path, below: str, depth: int) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield relevant entries, including too deep folders, with their names below the inbox."""
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
            continue  # recycle bins and snapshots of file servers
        elif depth < DEEPEST:
            yield from _entries(inbox, name, depth + 1)
        else:
            yield name, entry


def _outside(status: os.stat_result, name: str) -> str:
    """Return why an entry is no delivery; ``""`` if it is a delivery."""
    shown = printable(name)
    if stat.S_ISLNK(status.st_mode):
        return f"«{shown}» là một liên kết, không phải tệp. Hãy chép chính tệp ấy vào thư mục tiếp nhận."
    if stat.S_ISDIR(status.st_mode):
        return f"Thư mục «{shown}» nằm quá sâu trong thư mục tiếp nhận. Hãy chuyển các tệp trong đó lên trên."
    if not stat.S_ISREG(status.st_mode):
        return f"«{shown}» không phải là một tệp thường (ống dẫn hoặc thiết bị). Hãy bỏ nó khỏi thư mục tiếp nhận."
    return ""


def is_unfinished(name: str) -> bool:
    """Return whether a file's name marks it as incomplete."""
    folded = name.casefold()
    return folded.startswith((".", *TEMP_STARTS)) or folded.endswith(TEMP_ENDINGS)


def _unlistable(inbox: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Không mở được thư mục tiếp nhận {inbox}: {os.strerror(error.errno or 0)}. "
        "Hãy kiểm tra ổ mạng và quyền đọc; lượt sau sẽ nhận tiếp."
    )


DeliveryKey = tuple[str, int]
"""Day and number of a delivery; unique together with the scanner's name."""


@dataclass(frozen=True, slots=True)
class PendingFile:
    """A waiting delivery; times are in seconds since 1970.

    Attributes:
        day: The day of its first sight (``yyyy-mm-dd``).
        serial: Its number (from 1) within its scanner and day.
        name: Its path below the inbox.
        first_seen: The time of its first sight.
        still_since: The time of its last change.
        unfinished: Whether its name marks it as incomplete.
        missing_since: The time of its disappearance from the inbox, if it is gone.
        code: The code of the error at its last attempt with this stamp.
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
        """Return the seconds since its last change."""
        return now - self.still_since


@dataclass(frozen=True, slots=True)
class PendingFiles:
    """All waiting deliveries of a scanner.

    Attributes:
        waiting: The deliveries, ordered by number.
        numbered: The highest number of each day.
        marked: Whether the inbox ever had its marker.
    """

    waiting: tuple[PendingFile, ...] = ()
    numbered: dict[str, int] = field(default_factory=dict)
    marked: bool = False


def load_pending(path: Path) -> PendingFiles:
    """Load the state of the last run; empty without an earlier run."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return PendingFiles()
    waiting = (
        PendingFile(**{**delivery, "stamp": FileStamp(**delivery["stamp"])}) for delivery in state["waiting"]
    )
    return PendingFiles(tuple(waiting), dict(state["numbered"]), bool(state["marked"]))


def save_pending(path: Path, pending: PendingFiles) -> None:
    """Save the waiting deliveries for the next run.

    Raises:
        StorageError: The disk cannot be written.
    """
    replace_text(path, json.dumps(dataclasses.asdict(pending)))


def update_pending(
    before: PendingFiles, files: Iterable[InboxFile], now: float, still_seconds: float
) -> tuple[PendingFiles, tuple[PendingFile, ...]]:
    """Return the waiting deliveries after an inbox listing, and the withdrawn deliveries.

    A delivery is withdrawn when it is missing for ``still_seconds`` under every name. A changed or renamed file counts
    as still from now on; so does every file after the clock went back.

    Args:
        before: The previously waiting deliveries.
        files: The present files of the inbox.
        now: Seconds since 1970.
        still_seconds: Required time without change, in seconds.
    """
    old = {delivery.name: delivery for delivery in before.waiting}
    by_file = {(delivery.stamp.device, delivery.stamp.inode): delivery for delivery in before.waiting}
    present = list(files)
    names = {file.name for file in present}
    waiting: list[PendingFile] = []
    new: list[InboxFile] = []
    for arrival in present:
        delivery = old.get(arrival.name)
        if delivery is None:
            renamed = by_file.pop((arrival.stamp.device, arrival.stamp.inode), None)
            delivery = renamed if renamed is not None and renamed.name not in names else None
        if delivery is None:
            new.append(arrival)
        else:
            waiting.append(_again(delivery, arrival, now))
    keys = {delivery.key for delivery in waiting}
    withdrawn: list[PendingFile] = []
    for delivery in before.waiting:
        if delivery.key not in keys:
            since = now if delivery.missing_since is None else min(delivery.missing_since, now)
            gone = now - since >= still_seconds and delivery.missing_since is not None
            (withdrawn if gone else waiting).append(replace(delivery, missing_since=since))
    day, numbered = iso_date(now), dict(before.numbered)
    for arrival in new:
        numbered[day] = numbered.get(day, 0) + 1
        waiting.append(
            PendingFile(day, numbered[day], arrival.name, arrival.stamp, now, now, arrival.unfinished)
        )
    waiting.sort(key=lambda delivery: delivery.key)
    return PendingFiles(tuple(waiting), numbered, before.marked), tuple(withdrawn)


def _again(delivery: PendingFile, arrival: InboxFile, now: float) -> PendingFile:
    as_it_was = (
        delivery.stamp == arrival.stamp and delivery.name == arrival.name and delivery.still_since <= now
    )
    if as_it_was and delivery.missing_since is None:
        return delivery
    if as_it_was:
        return replace(delivery, missing_since=None)
    return replace(
        delivery,
        name=arrival.name,
        stamp=arrival.stamp,
        unfinished=arrival.unfinished,
        still_since=now,
        missing_since=None,
        code="",
        message="",
    )
