"""An audit that holds the hashes of files, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class FakeAudit:
    """Records files of subjects and answers as ``Registry.recorded_files``."""

    files: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def __call__(self, subject: str, made: str, _dropped: str | None = None, /) -> set[str]:
        return self.files.get((subject, made), set())

    def note(self, subject: str, made: str) -> Callable[[str], object]:
        """Return what records the SHA-256 of a file of a subject."""
        return self.files.setdefault((subject, made), set()).add
