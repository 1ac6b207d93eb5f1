"""A scanning desk with a clock of its own: scanners, their inboxes, and rounds of the intake."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from benchmarks.intake.made_scans import picture
from pipeline.base.errors import ScanError
from pipeline.base.localtime import iso_date
from pipeline.layout.imaging.ink.binarization import small_ink_layer
from pipeline.layout.imaging.perceptual_hash import perceptual_hash
from pipeline.layout.imaging.qr_codes import read_qr_codes
from pipeline.scans.inbox import IntakeOptions, Scanner, ScannerRound, intake_round, manifest
from pipeline.scans.inbox.assignment import ScanInspector
from pipeline.scans.inbox.intake_folders import IntakeFolders
from pipeline.scans.intake import InspectedPage, ScanFile, ScanLimits, page_count, page_of
from pipeline.scans.intake.pages import split
from pipeline.scans.workspace import Workspace

STARTED = 1_790_000_000.0


@dataclass
class Desk:
    """``root`` holds everything; ``now`` moves only when it is told to."""

    root: Path
    inspector: ScanInspector = field(default_factory=lambda: TameLooker())  # noqa: PLW0108  # it stands below
    names: tuple[str, ...] = ("may-1",)
    now: float = STARTED

    def __post_init__(self) -> None:
        for name in self.names:
            self.inbox(name).mkdir(parents=True, exist_ok=True)

    def inbox(self, name: str = "may-1") -> Path:
        return self.root / "inboxes" / name

    @property
    def options(self) -> IntakeOptions:
        scanners = tuple(Scanner(name, self.inbox(name)) for name in self.names)
        return IntakeOptions(self.root / "books", scanners, still_seconds=10, patience_seconds=100)

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root / "workspace")

    @property
    def folders(self) -> IntakeFolders:
        return IntakeFolders(self.workspace.intake)

    def round(self, later: float = 0) -> ScannerRound:
        """A round of the first scanner, so many seconds later."""
        self.now += later
        done = intake_round(self.options, self.workspace, self.inspector, self.now)
        assert done is not None
        return done[0]

    def settled(self) -> ScannerRound:
        """What is there is seen, and taken when it is still."""
        self.round()
        return self.round(11)

    def manifest(self, name: str = "may-1") -> manifest.IntakeManifest:
        return manifest.read_manifest(self.folders.manifest(name, iso_date(self.now)))

    def outcomes(self) -> dict[str, str]:
        return {row.name: str(row.outcome) for row in self.manifest().rows.values()}

    def stored(self) -> list[str]:
        """Hashes of all that is in the store, computed from the bytes."""
        files = sorted(path for path in self.workspace.objects.rglob("[!.]*") if path.is_file())
        return sorted(digest(path) for path in files)

    def quarantined(self) -> list[Path]:
        files = (path for path in (self.folders.root / "quarantine").rglob("[!.]*") if path.is_file())
        return sorted(path for path in files if not path.name.endswith(".ly-do.txt"))


_looked_at: dict[str, tuple[InspectedPage, ...]] = {}
"""What was seen in files, by their hash."""


class TameLooker:
    """``Inspector`` without a process of its own, for files that are known to be tame; looks once at each."""

    def pages(self, scan: ScanFile) -> tuple[InspectedPage, ...]:
        contents = digest(scan.path)
        if contents not in _looked_at:
            _looked_at[contents] = tuple(_look(scan, number) for number in range(1, page_count(scan) + 1))
        return _looked_at[contents]

    def split(self, scan: ScanFile, pages: Sequence[int], target: Path) -> None:
        split(scan, pages, target, ScanLimits())


def _look(scan: ScanFile, number: int) -> InspectedPage:
    try:
        grey = small_ink_layer(page_of(scan, number).pixels, 1.0)
    except ScanError as error:
        return InspectedPage(number, error.code, error.message)
    return InspectedPage(number, likeness=perceptual_hash(grey), codes=read_qr_codes(grey))


def scan(path: Path, mark: int = 0) -> Path:
    """A small JPEG that differs from others by its mark."""
    pixels = picture()
    pixels[:8, :8] = mark
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "JPEG")
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
