"""The decided lines of a workspace for learning: a file for each book, readable only by the owner.

The lines never leave the workspace. They are rebuilt from the registry after new decisions; removed lines (of an
account or of an entry) are not gathered again. Frozen entries test readers and are never learnt; a hash of the entry's
place selects them.
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
"""Errors of reading a damaged file."""


class LinePart(StrEnum):
    """The use of an entry's lines: fixed, and only one."""

    LEARNT = "learnt"
    CALIBRATION = "calibration"
    FROZEN = "frozen"


PARTS = (LinePart.FROZEN, LinePart.CALIBRATION, LinePart.LEARNT, LinePart.LEARNT, LinePart.LEARNT)
"""One entry in five tests readers, one calibrates them, the others are learnt."""


def part_of(entry: str) -> LinePart:
    """Return the use of an entry's lines; it depends only on the place of the entry and never changes.

    Args:
        entry: ``DecidedLine.entry``.
    """
    return PARTS[int.from_bytes(hashlib.sha256(entry.encode()).digest()[:4]) % len(PARTS)]


@dataclass(frozen=True, slots=True)
class RemovedLines:
    """The lines excluded from learning.

    Attributes:
        logins: Accounts whose decisions are excluded.
        entries: Excluded entries, as in ``DecidedLine.entry``.
    """

    logins: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()

    def covers(self, line: DecidedLine) -> bool:
        """Return whether a line is excluded."""
        return line.entry in self.entries or not self.logins.isdisjoint(line.deciders)


@dataclass(frozen=True, slots=True)
class LineStore:
    """The stored lines of a workspace.

    Attributes:
        folder: Folder of the files (``Workspace.learning``).
    """

    folder: Path

    def keep(self, book_id: int, decided: DecidedLines) -> int:
        """Replace the stored lines of a book; a book without lines has no file.

        Returns:
            Number of stored lines, without removed lines.

        Raises:
            StorageError: The workspace cannot be written.
        """
        removed = self.removed
        lines = [line for line in decided.lines if not removed.covers(line)]
        path = self._path(book_id)
        with storage_errors(self.folder):
            if not lines:
                path.unlink(missing_ok=True)
                return 0
            self._make_folder(path.parent)
            write_atomically(path, pack_lines(lines, decided.mark), mode=0o600)
            removed_now = self.removed
            if removed_now != removed:  # lines removed meanwhile must not stay on disk either
                return len(lines) - self._without(path, removed_now)
        return len(lines)

    def mark(self, book_id: int) -> str:
        """Return the mark of the decisions behind a book's stored lines; ``""`` without usable lines."""
        try:
            with np.load(self._path(book_id), allow_pickle=False) as held:
                return str(held["mark"])
        except UNREADABLE:
            return ""

    def keep_only(self, book_ids: Iterable[int]) -> None:
        """Remove the lines of all other books, which were withdrawn."""
        kept = {self._path(book_id) for book_id in book_ids}
        for path in self._files():
            if path not in kept:
                path.unlink(missing_ok=True)

    def lines(self) -> tuple[DecidedLine, ...]:
        """Return all stored lines by book, without lines removed since.

        An unreadable file is skipped and later made again.

        Raises:
            SetupError: The list of removed lines cannot be read.
        """
        removed = self.removed
        lines: list[DecidedLine] = []
        for path in self._files():
            try:
                lines += (line for line in unpack_lines(path) if not removed.covers(line))
            except UNREADABLE as error:
                log.warning("kept lines %s cannot be read: %s", path.name, type(error).__name__)
        return tuple(lines)

    @property
    def removed(self) -> RemovedLines:
        """The lines removed for good.

        Raises:
            SetupError: The list cannot be read: no line may be learnt until it can.
        """
        path = self.folder / REMOVED
        if not path.exists():
            return RemovedLines()
        try:
            listed = json.loads(path.read_text(encoding="utf-8"))
            return RemovedLines(frozenset(map(str, listed["logins"])), frozenset(map(str, listed["entries"])))
        except (OSError, ValueError, KeyError, TypeError):
            raise SetupError(
                f"Không đọc được {path}, nơi ghi những dòng không được đem dạy nữa. Hãy lấy lại tệp này từ bản sao lưu."
            ) from None

    def remove(self, *, login: str = "", entry: str = "") -> int:
        """Remove all lines decided with an account, or all lines of an entry, and never store them again.

        Args:
            entry: ``DecidedLine.entry``.

        Returns:
            Number of removed stored lines.

        Raises:
            StorageError: The workspace cannot be written.
            SetupError: The list of removed lines cannot be read.
        """
        count = 0
        with storage_errors(self.folder):
            self._make_folder(self.folder)
            excluded = self._note_removed(login, entry)
            for path in self._files():
                count += self._without(path, excluded)
        return count

    def _note_removed(self, login: str, entry: str) -> RemovedLines:
        """Add to the removed lines and return all of them, under a lock, so that no removal is lost."""
        with (self.folder / LOCK).open("w") as lock:
            flock(lock, LOCK_EX)
            before = self.removed
            all_removed = RemovedLines(
                before.logins | ({login} if login else frozenset()),
                before.entries | ({entry} if entry else frozenset()),
            )
            listed = {"logins": sorted(all_removed.logins), "entries": sorted(all_removed.entries)}
            text = json.dumps(listed, ensure_ascii=False)
            write_atomically(self.folder / REMOVED, text.encode(), mode=0o600)
            return all_removed

    def _without(self, path: Path, removed: RemovedLines) -> int:
        """Rewrite a file without removed lines; an unreadable file is deleted."""
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
    """Return lines in the bytes of a file.

    Args:
        lines: At least one line.
        mark: Mark of the decisions (``DecidedLines.mark``).
    """
    rows = [
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
        told=np.frombuffer(json.dumps(rows, ensure_ascii=False).encode(), np.uint8),
        shapes=np.array([line.pixels.shape for line in lines], np.int64),
        ink=np.concatenate([line.pixels.ravel() for line in lines]),
    )
    return file.getvalue()


def unpack_lines(path: Path) -> list[DecidedLine]:
    """Return the lines in a file.

    Raises:
        Exception: One of ``UNREADABLE``: the file is unusable.
    """
    with np.load(path, allow_pickle=False) as held:
        if int(held["format"]) != FORMAT:
            raise ValueError("lines of another format")
        rows = json.loads(held["told"].tobytes())
        shapes, ink = held["shapes"], held["ink"]
    ends = np.cumsum(shapes[:, 0] * shapes[:, 1])
    return [
        DecidedLine(
            pixels=ink[end - height * width : end].reshape(height, width),
            text=row["text"],
            book_id=row["book"],
            ref=PageRef(row["scan"], row["page"]),
            row=row["row"],
            field=row["field"],
            number=row["number"],
            kind=row["kind"],
            form=row["form"],
            deciders=tuple(row["deciders"]),
            decided_at=datetime.fromisoformat(row["at"]),
            cost=row["cost"],
        )
        for row, end, (height, width) in zip(rows, ends, shapes, strict=True)
    ]
