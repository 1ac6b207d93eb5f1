"""The adapters of the books in the workspace: a folder a book, a file a version, and what the last attempt came to.

Versions are never overwritten; the newest that belongs to the reader in use is read with. A file that is damaged, or
belongs to another reader, counts as none: the book is then read as any other, until it is learnt again.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.files import storage_errors, write_atomically
from pipeline.ocr.adapters import Adapter, AdapterCard, AdapterRefused, pack_adapter, unpack_adapter

_logger = logging.getLogger(__name__)

ATTEMPT = "attempt.json"
ENDING = ".adapter"


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
        for path in sorted(self._files(), reverse=True):
            try:
                found = unpack_adapter(path.read_bytes())
            except (OSError, AdapterRefused) as error:
                _logger.warning("an adapter is left aside: %s, %s", path.name, type(error).__name__)
                continue
            if found.card.parent == parent:
                return found
        return None

    def cards(self) -> tuple[AdapterCard, ...]:
        """Return the cards of all versions that can be read, the newest first."""
        found = []
        for path in sorted(self._files(), reverse=True):
            try:
                found.append(unpack_adapter(path.read_bytes()).card)
            except (OSError, AdapterRefused):
                continue
        return tuple(found)

    def next_version(self) -> int:
        """Return the number of the next version."""
        numbers = [int(path.stem) for path in self._files()]
        return max(numbers, default=0) + 1

    def keep(self, adapter: Adapter) -> None:
        """Write an adapter beside its older versions.

        Raises:
            StorageError: The workspace cannot be written.
        """
        target = self.folder / f"{adapter.card.version:04d}{ENDING}"
        with storage_errors(self.folder):
            write_atomically(target, pack_adapter(adapter), mode=0o600)

    def forget(self) -> None:
        """Remove all versions and the note of the last attempt: they may have learnt what people removed since.

        Raises:
            StorageError: The workspace cannot be written.
        """
        with storage_errors(self.folder):
            for path in (*self._files(), self.folder / ATTEMPT):
                path.unlink(missing_ok=True)

    def last_attempt(self) -> LearningAttempt | None:
        """Return what the last attempt came to, None without one."""
        try:
            return LearningAttempt(**json.loads((self.folder / ATTEMPT).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def note(self, attempt: LearningAttempt) -> None:
        """Write down what an attempt came to.

        Raises:
            StorageError: The workspace cannot be written.
        """
        with storage_errors(self.folder):
            write_atomically(self.folder / ATTEMPT, json.dumps(asdict(attempt)).encode(), mode=0o600)

    def _files(self) -> list[Path]:
        return [path for path in self.folder.glob(f"*{ENDING}") if path.stem.isdigit()]
