"""An audit that holds the hashes of files, in memory; and the act of a file in a registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.base.files import sha256_of_file
from pipeline.recognition import calibration
from pipeline.recognition.calibration import Calibration
from pipeline.registry import Registry
from pipeline.registry.audit.recorded_files import FILE
from pipeline.scans.workspace import Workspace


@dataclass
class FakeAudit:
    """Records files of subjects and answers as ``Registry.recorded_files``."""

    files: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def __call__(self, subject: str, made: str, _dropped: str | None = None, /) -> set[str]:
        return self.files.get((subject, made), set())

    def note(self, subject: str, made: str) -> Callable[[str], object]:
        """Return what records the SHA-256 of a file of a subject."""
        return self.files.setdefault((subject, made), set()).add


def save_own_calibration(made: Calibration, root: Path) -> None:
    """Save a calibration as the office's own, as ``hotich calibrate`` does."""
    place = Workspace(root)
    calibration.save(made, place.calibration)
    with Registry.open(place.registry_url, audit_key=place.audit_key) as registry:
        detail: dict[str, str | int] = {FILE: sha256_of_file(place.calibration)}
        registry.note_learning("an", calibration.FITTED, calibration.SUBJECT, detail)
