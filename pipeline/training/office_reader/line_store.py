"""The decided lines that a workspace keeps to learn from: a file a book, for the owner's eyes alone.

The lines never leave the workspace. They are made anew from the registry whenever people have decided further, and what
was removed, all of one account or all of one entry, is not gathered again. Entries that are frozen test readers and are
never learnt from: a hash of the entry's place says which they are.
"""

from __future__ import annotations

import hashlib
import json
import logging
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fcntl import LOCK_EX, flock
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from pipeline.base.errors import SetupError
from pipeline.base.files import make_folder, storage_errors, write_atomically
from pipeline.base.model import PageRef
from pipeline.training.office_reader.decided_lines import DecidedLine, DecidedLines

log = logging.getLogger(__name__)

FORMAT = 1
REMOVED, LOCK = "removed.json", ".lock"

UNREADABLE = (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, BadZipFile, zlib.error)
"""What a file of lines that is damaged may raise, wherever the damage is."""


class LinePart(StrEnum):
    """What the lines of an entry are for: one thing, for good."""

    LEARNT = "learnt"
    CALIBRATION = "calibration"
    FROZEN = "frozen"


PARTS = (LinePart.FROZEN, LinePart.CALIBRATION, LinePart.LEARNT, LinePart.LEARNT, LinePart.LEARNT)
"""One entry in five tests readers, one calibrates them, the others teach them."""


def part_of(entry: str) -> LinePart:
    """Return what the lines of an entry are for; it follows from the place of the entry alone and never changes.

    Args:
        entry: The entry, as ``DecidedLine.entry``.
    """
    return PARTS[int.from_bytes(hashlib.sha256(entry.encode()).digest()[:4]) % len(PARTS)]


@dataclass(frozen=True, slots=True)
class RemovedLines:
    """What is not to be learnt from again.

    Attributes:
        logins: Accounts of whom no decision teaches.
        entries: Entries of which no line teaches, as ``DecidedLine.entry``.
    """

    logins: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()

    def covers(self, line: DecidedLine) -> bool:
        """Return whether a line is among it."""
        return line.entry in self.entries or not self.logins.isdisjoint(line.deciders)


@dataclass(frozen=True, slots=True)
class LineStore:
    """The kept lines of a workspace.

    Attributes:
        folder: Where they lie (``Workspace.learning``).
    """

    folder: Path

    def keep(self, book_id: int, found: DecidedLines) -> int:
        """Put the lines of a book in place of those kept of it; a book without any has no file.

        Args:
            book_id: The book.
            found: What it teaches.

        Returns:
            How many lines are kept: those that were removed are not.

        Raises:
            StorageError: The workspace cannot be written.
        """
        removed = self.removed
        lines = [line for line in found.lines if not removed.covers(line)]
        path = self._path(book_id)
        with storage_errors(self.folder):
            if not lines:
                path.unlink(missing_ok=True)
                return 0
            self._make_folder(path.parent)
            write_atomically(path, pack_lines(lines, found.mark), mode=0o600)
            now = self.removed
            if now != removed:  # meanwhile: what is removed is not to lie on the disk either
                return len(lines) - self._without(path, now)
        return len(lines)

    def mark(self, book_id: int) -> str:
        """Return of which decisions the kept lines of a book were made; ``""`` where there are none to go by."""
        try:
            with np.load(self._path(book_id), allow_pickle=False) as held:
                return str(held["mark"])
        except UNREADABLE:
            return ""

    def keep_only(self, book_ids: Iterable[int]) -> None:
        """Remove the lines of all other books: they were withdrawn."""
        kept = {self._path(book_id) for book_id in book_ids}
        for path in self._files():
            if path not in kept:
                path.unlink(missing_ok=True)

    def lines(self) -> tuple[DecidedLine, ...]:
        """Return all kept lines, by book, but those that were removed since they were written.

        A file that cannot be read counts as none and is made again.

        Raises:
            SetupError: What was removed cannot be read.
        """
        removed = self.removed
        found: list[DecidedLine] = []
        for path in self._files():
            try:
                found += (line for line in unpack_lines(path) if not removed.covers(line))
            except UNREADABLE as error:
                log.warning("kept lines %s cannot be read: %s", path.name, type(error).__name__)
        return tuple(found)

    @property
    def removed(self) -> RemovedLines:
        """What was removed for good.

        Raises:
            SetupError: The file that says so cannot be read: nothing may be learnt until it can.
        """
        path = self.folder / REMOVED
        if not path.exists():
            return RemovedLines()
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return RemovedLines(frozenset(map(str, told["logins"])), frozenset(map(str, told["entries"])))
        except (OSError, ValueError, KeyError, TypeError):
            raise SetupError(
                f"Không đọc được {path}, nơi ghi những dòng không được đem dạy nữa. Hãy lấy lại tệp này từ bản sao lưu."
            ) from None

    def remove(self, *, login: str = "", entry: str = "") -> int:
        """Remove all lines that an account had a word in, or all of an entry, and never keep them again.

        Args:
            login: The account.
            entry: The entry, as ``DecidedLine.entry``.

        Returns:
            How many lines were kept of it.

        Raises:
            StorageError: The workspace cannot be written.
            SetupError: What was removed before cannot be read.
        """
        gone = 0
        with storage_errors(self.folder):
            self._make_folder(self.folder)
            now = self._note_removed(login, entry)
            for path in self._files():
                gone += self._without(path, now)
        return gone

    def _note_removed(self, login: str, entry: str) -> RemovedLines:
        """Add to what was removed and return all of it; one process after the other, so that nothing is forgotten."""
        with (self.folder / LOCK).open("w") as lock:
            flock(lock, LOCK_EX)
            before = self.removed
            now = RemovedLines(
                before.logins | ({login} if login else frozenset()),
                before.entries | ({entry} if entry else frozenset()),
            )
            told = {"logins": sorted(now.logins), "entries": sorted(now.entries)}
            text = json.dumps(told, ensure_ascii=False)
            write_atomically(self.folder / REMOVED, text.encode(), mode=0o600)
            return now

    def _without(self, path: Path, removed: RemovedLines) -> int:
        """Rewrite a file without what is removed; one that cannot be read goes as a whole."""
        try:
            lines = unpack_lines(path)
            with np.load(path, allow_pickle=False) as held:
                mark = str(held["mark"])
        except UNREADABLE:
            path.unlink(missing_ok=True)
            return 0
        left = [line for line in lines if not removed.covers(line)]
        if not left:
            path.unlink()
        elif len(left) < len(lines):
            write_atomically(path, pack_lines(left, mark), mode=0o600)
        return len(lines) - len(left)

    def _files(self) -> Iterator[Path]:
        yield from sorted((self.folder / "lines").glob("*.npz"))

    def _path(self, book_id: int) -> Path:
        return self.folder / "lines" / f"{book_id}.npz"

    def _make_folder(self, folder: Path) -> None:
        make_folder(folder)
        self.folder.chmod(0o700)


def pack_lines(lines: Sequence[DecidedLine], mark: str) -> bytes:
    """Return lines as the bytes of a file.

    Args:
        lines: One or more lines.
        mark: Of which decisions they are (``DecidedLines.mark``).
    """
    told = [
        {
            "text": line.text,
            "book": line.book_id,
            "scan": line.ref.scan_sha256,
            "page": line.ref.page_no,
            "row": line.row,
            "field": line.field,
            "number": line.number,
            "kind": line.kind,
            "form": line.form,
            "deciders": line.deciders,
            "at": line.decided_at.isoformat(),
            "cost": line.cost,
        }
        for line in lines
    ]
    file = BytesIO()
    np.savez_compressed(
        file,
        format=np.int64(FORMAT),
        mark=np.array(mark),
        told=np.frombuffer(json.dumps(told, ensure_ascii=False).encode(), np.uint8),
        shapes=np.array([line.pixels.shape for line in lines], np.int64),
        ink=np.concatenate([line.pixels.ravel() for line in lines]),
    )
    return file.getvalue()


def unpack_lines(path: Path) -> list[DecidedLine]:
    """Return the lines of a file.

    Raises:
        Exception: One of ``UNREADABLE``; it is no such file.
    """
    with np.load(path, allow_pickle=False) as held:
        if int(held["format"]) != FORMAT:
            raise ValueError("lines of another format")
        told = json.loads(held["told"].tobytes())
        shapes, ink = held["shapes"], held["ink"]
    ends = np.cumsum(shapes[:, 0] * shapes[:, 1])
    return [
        DecidedLine(
            pixels=ink[end - height * width : end].reshape(height, width),
            text=one["text"],
            book_id=one["book"],
            ref=PageRef(one["scan"], one["page"]),
            row=one["row"],
            field=one["field"],
            number=one["number"],
            kind=one["kind"],
            form=one["form"],
            deciders=tuple(one["deciders"]),
            decided_at=datetime.fromisoformat(one["at"]),
            cost=one["cost"],
        )
        for one, end, (height, width) in zip(told, ends, shapes, strict=True)
    ]
