"""The adapters of the books in the workspace: a folder a book, a file a version, and what the last attempt came to.

Versions are never overwritten, and no number is given twice; the newest that belongs to the reader in use is read with.
A file that is damaged, lies in the folder of another book, or belongs to another reader, counts as none: the book is
then read as any other, until it is learnt again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
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

ATTEMPT = "attempt.json"
ENDING = ".adapter"
GIVEN = "last-version"
"""The file that holds the highest number ever given; it stays when versions are removed."""


@dataclass(frozen=True, slots=True)
class LearningAttempt:
    """What the last attempt to learn a book came to.

    Attributes:
        outcome: As ``training.adaptation_of_book`` names it.
        mark: Of which confirmed lines it was.
        lines: How many there were.
        reader: Fingerprint of the reader that was to learn.
        at: When, ISO 8601.
        removed: What people had removed from all that is learnt from, as a hash.
    """

    outcome: str
    mark: str
    lines: int
    reader: str
    at: str
    removed: str = ""


@dataclass(frozen=True, slots=True)
class BookAdapters:
    """The adapters of one book.

    Attributes:
        folder: Where they lie (``Workspace.adapters``).
    """

    folder: Path

    def newest(self, parent: str) -> Adapter | None:
        """Return the newest adapter that belongs to a reader.

        Args:
            parent: The fingerprint of the reader.
        """
        return next((one for one in self._readable() if one.card.parent == parent), None)

    def fingerprints(self) -> frozenset[str]:
        """Return the fingerprints of all versions that can be read with or could be: those readings may rest on."""
        return frozenset(one.fingerprint for one in self._readable())

    def cards(self) -> tuple[AdapterCard, ...]:
        """Return the cards of all versions that can be read, the newest first."""
        return tuple(one.card for one in self._readable())

    def is_empty(self) -> bool:
        """Return whether there is no file of any version."""
        return not self._files()

    def next_version(self) -> int:
        """Return the number of the next version: one that no version ever had, also of those that were removed."""
        numbers = [int(path.stem) for path in self._files()]
        with suppress(OSError, ValueError):
            numbers.append(int((self.folder / GIVEN).read_text(encoding="ascii")))
        return max(numbers, default=0) + 1

    def keep(self, adapter: Adapter) -> None:
        """Write an adapter beside its older versions.

        Raises:
            StorageError: The workspace cannot be written.
        """
        target = self.folder / f"{adapter.card.version:04d}{ENDING}"
        with storage_errors(self.folder):
            write_atomically(self.folder / GIVEN, str(adapter.card.version), mode=0o600)
            write_atomically(target, pack_adapter(adapter), mode=0o600)

    def forget(self, *, relearn: bool = True) -> None:
        """Remove all versions: they may have learnt what people removed since, or people want none of them.

        Args:
            relearn: Whether the book is learnt again as soon as may be; else when enough more is confirmed.

        Raises:
            StorageError: The workspace cannot be written.
        """
        with storage_errors(self.folder):
            for path in self._files():
                path.unlink(missing_ok=True)
            if relearn:
                (self.folder / ATTEMPT).unlink(missing_ok=True)

    def last_attempt(self) -> LearningAttempt | None:
        """Return what the last attempt came to, None without one."""
        try:
            told = LearningAttempt(**json.loads((self.folder / ATTEMPT).read_text(encoding="utf-8")))
            return replace(told, lines=int(told.lines))
        except (OSError, ValueError, TypeError):
            return None

    def note(self, attempt: LearningAttempt) -> None:
        """Write down what an attempt came to.

        Raises:
            StorageError: The workspace cannot be written.
        """
        with storage_errors(self.folder):
            write_atomically(self.folder / ATTEMPT, json.dumps(asdict(attempt)).encode(), mode=0o600)

    def _readable(self) -> Iterator[Adapter]:
        """Yield the versions that can be read, the newest first; the log names the others."""
        for path in sorted(self._files(), reverse=True):
            try:
                found = unpack_adapter(read_regular_file(path, MOST_BYTES))
            except (OSError, FileRefused, AdapterRefused) as error:
                _logger.warning("an adapter is left aside: %s, %s", path.name, type(error).__name__)
                continue
            if (str(found.card.book), found.card.version) != (self.folder.name, int(path.stem)):
                _logger.warning("an adapter is left aside: %s, of another book or version", path.name)
                continue
            yield found

    def _files(self) -> list[Path]:
        return [
            path for path in self.folder.glob(f"*{ENDING}") if path.stem.isascii() and path.stem.isdigit()
        ]
