"""The adapters of the books in the workspace: a folder for each book, a file for each version, the last attempt.

Versions are never overwritten and numbers never reused; the newest version for the current reader is used. Files that
are damaged, from another book, for another reader or not in the audit are ignored: the book is then read without an
adapter until the next learning.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipeline.base.files import FileRefused, read_regular_file, storage_errors, write_atomically
from pipeline.recognition.ocr.adapters import (
    MOST_BYTES,
    Adapter,
    AdapterCard,
    AdapterRefused,
    pack_adapter,
    unpack_adapter,
)

_logger = logging.getLogger(__name__)

Proof = Callable[[str], bool]
"""Whether the audit holds a file with this SHA-256."""

ATTEMPT = "attempt.json"
ENDING = ".adapter"
GIVEN = "last-version"
"""File with the highest version number so far; it remains when versions are removed."""


@dataclass(frozen=True, slots=True)
class LearningAttempt:
    """The outcome of the last attempt to learn the hand of a book.

    Attributes:
        outcome: As named in ``training.adaptation_of_book``.
        mark: Identifies the confirmed lines.
        reader: Fingerprint of the reader to adapt.
        at: Time, ISO 8601.
        removed: Hash of all lines that people excluded from learning.
    """

    outcome: str
    mark: str
    lines: int
    reader: str
    at: str
    removed: str = ""


@dataclass(frozen=True, slots=True)
class BookAdapters:
    """The adapters of a book.

    Attributes:
        folder: Folder of the versions (``Workspace.adapters``).
        proof: Decides which files are read; without it none is.
    """

    folder: Path
    proof: Proof = lambda _: False

    def newest(self, parent: str) -> Adapter | None:
        """Return the newest adapter for a reader.

        Args:
            parent: Fingerprint of the reader.
        """
        return next((adapter for adapter in self._readable() if adapter.card.parent == parent), None)

    def fingerprints(self) -> frozenset[str]:
        """Return the fingerprints of all readable versions."""
        return frozenset(adapter.fingerprint for adapter in self._readable())

    def cards(self) -> tuple[AdapterCard, ...]:
        """Return the cards of all readable versions, newest first."""
        return tuple(adapter.card for adapter in self._readable())

    def is_empty(self) -> bool:
        """Return whether no file of any version exists."""
        return not self._files()

    def next_version(self) -> int:
        """Return the number of the next version; numbers of removed versions are not reused."""
        numbers = [int(path.stem) for path in self._files()]
        with suppress(OSError, ValueError):
            numbers.append(int((self.folder / GIVEN).read_text(encoding="ascii")))
        return max(numbers, default=0) + 1

    def keep(self, adapter: Adapter, note: Callable[[str], object]) -> None:
        """Write an adapter beside the older versions.

        Args:
            note: Records the SHA-256 of the file before it is written.

        Raises:
            StorageError: The workspace cannot be written.
        """
        target = self.folder / f"{adapter.card.version:04d}{ENDING}"
        packed = pack_adapter(adapter)
        note(hashlib.sha256(packed).hexdigest())
        with storage_errors(self.folder):
            write_atomically(self.folder / GIVEN, str(adapter.card.version), mode=0o600)
            write_atomically(target, packed, mode=0o600)

    def forget(self, *, relearn: bool = True) -> None:
        """Remove all versions, for example because they learnt from lines removed since.

        Args:
            relearn: Whether the book is learnt again soon; otherwise after enough further confirmations.

        Raises:
            StorageError: The workspace cannot be written.
        """
        with storage_errors(self.folder):
            for path in self._files():
                path.unlink(missing_ok=True)
            if relearn:
                (self.folder / ATTEMPT).unlink(missing_ok=True)

    def refuse_foreign(self) -> int:
        """Remove the files that the audit does not hold, so that the book is learnt again; return their number.

        Raises:
            StorageError: The workspace cannot be written.
        """
        own = {path for path, _ in self._proven()}
        foreign = [path for path in self._files() if path not in own]
        with storage_errors(self.folder):
            for path in [*foreign, self.folder / ATTEMPT] if foreign else []:
                path.unlink(missing_ok=True)
        return len(foreign)

    def last_attempt(self) -> LearningAttempt | None:
        """Return the outcome of the last attempt; ``None``: no attempt."""
        try:
            attempt = LearningAttempt(**json.loads((self.folder / ATTEMPT).read_text(encoding="utf-8")))
            return replace(attempt, lines=int(attempt.lines))
        except (OSError, ValueError, TypeError):
            return None

    def note(self, attempt: LearningAttempt) -> None:
        """Store the outcome of an attempt.

        Raises:
            StorageError: The workspace cannot be written.
        """
        with storage_errors(self.folder):
            write_atomically(self.folder / ATTEMPT, json.dumps(asdict(attempt)).encode(), mode=0o600)

    def _readable(self) -> Iterator[Adapter]:
        """Yield the readable versions, newest first; the log names the others."""
        for path, packed in self._proven():
            try:
                adapter = unpack_adapter(packed)
            except AdapterRefused as error:
                _logger.warning("an adapter is left aside: %s, %s", path.name, type(error).__name__)
                continue
            if (str(adapter.card.book), adapter.card.version) != (self.folder.name, int(path.stem)):
                _logger.warning("an adapter is left aside: %s, of another book or version", path.name)
                continue
            yield adapter

    def _proven(self) -> Iterator[tuple[Path, bytes]]:
        """Yield the files that the audit holds, newest first; the log names the others."""
        for path in sorted(self._files(), reverse=True):
            try:
                packed = read_regular_file(path, MOST_BYTES)
            except (OSError, FileRefused) as error:
                _logger.warning("an adapter is left aside: %s, %s", path.name, type(error).__name__)
                continue
            if self.proof(hashlib.sha256(packed).hexdigest()):
                yield path, packed
            else:
                _logger.warning("an adapter is left aside: %s, not in the audit", path.name)

    def _files(self) -> list[Path]:
        return [
            path for path in self.folder.glob(f"*{ENDING}") if path.stem.isascii() and path.stem.isdigit()
        ]
