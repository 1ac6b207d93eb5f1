"""Where the intake keeps its own things, below ``Workspace.intake``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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
        """Copies that are being looked through; of no worth once nobody holds the lock."""
        return self.root / "staging"

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
