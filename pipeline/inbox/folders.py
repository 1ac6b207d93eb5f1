"""Where the intake keeps its own things, below ``Workspace.intake``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.files import TEMP_PREFIX, make_folder, remove_temporary_files, storage_errors, write_atomically


@dataclass(frozen=True, slots=True)
class IntakeFolders:
    """Nothing is made on disk before it is needed. ``day``: ``yyyy-mm-dd``."""

    root: Path

    @property
    def lock(self) -> Path:
        """Held by the one run that may take scans in."""
        return self.root / "lock"

    @property
    def staging(self) -> Path:
        """Copies that are being looked through; of no worth once nobody holds the lock. Its name keeps it out of
        backups."""
        return self.root / f"{TEMP_PREFIX}nhan"

    def sightings(self, scanner: str) -> Path:
        """What was seen in a scanner's inbox and is not taken yet."""
        return self.root / "sightings" / f"{scanner}.json"

    def manifests(self, scanner: str) -> Path:
        return self.root / "manifests" / scanner

    def manifest(self, scanner: str, day: str) -> Path:
        """What became of each delivery of a scanner and day."""
        return self.manifests(scanner) / f"{day}.jsonl"

    def looks(self, book: str) -> Path:
        """What the pages of a book look like."""
        return self.root / "looks" / f"{book}.jsonl"

    def quarantine(self, scanner: str, day: str) -> Path:
        """What was refused, each with its reason beside it."""
        return self.root / "quarantine" / scanner / day


def replace_text(path: Path, text: str) -> None:
    """Put a small text in the place of what was there, whole or not at all.

    Only one process at a time may do this in a folder: half-written files there are taken for those of dead processes.
    Raises ``StorageError``.
    """
    make_folder(path.parent)
    remove_temporary_files(path.parent)
    with storage_errors(path.parent):
        write_atomically(path, text)
