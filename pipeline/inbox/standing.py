"""How things stand for each scanner and day: everything that was delivered is stored, kept apart, or waits.

Deliveries are numbered when they are first seen, so they are counted without asking what became of them; that the sum
is right, and that the bytes are where the manifest says, is proven by ``flaws_of``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.inbox import manifest, sightings, source
from pipeline.inbox.arrivals import Outsider, look
from pipeline.inbox.assigning import waits
from pipeline.inbox.folders import IntakeFolders
from pipeline.inbox.manifest import Assignment, Manifest, Outcome, Row
from pipeline.inbox.options import IntakeOptions, Scanner
from pipeline.inbox.quarantine import REASON_ENDING
from pipeline.inbox.sightings import Sighting, Sightings
from pipeline.workspace import Workspace


@dataclass(frozen=True)
class DayStanding:
    """A scanner and day. ``numbered``: how many deliveries were seen; ``waiting``: those without an outcome; the
    manifest tells of all others, and in ``assignments`` by number, which books they went to."""

    scanner: str
    day: str
    numbered: int
    rows: tuple[Row, ...]
    waiting: tuple[Sighting, ...]
    assignments: Mapping[int, Assignment] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def delivered(self) -> int:
        """What was seen, without what others took away before it was taken in."""
        return self.numbered - self.count(Outcome.WITHDRAWN)

    @property
    def unassigned(self) -> tuple[Row, ...]:
        """Stored deliveries with pages that are in no book yet."""
        return tuple(row for row in self.rows if waits(row, self.assignments.get(row.serial)))

    @property
    def balanced(self) -> bool:
        """Whether every delivery is stored, kept apart, or waits, and only one of these."""
        told = {row.serial for row in self.rows} | {one.serial for one in self.waiting}
        parts = self.count(Outcome.STORED) + self.count(Outcome.QUARANTINED) + len(self.waiting)
        return self.delivered == parts and told == set(range(1, self.numbered + 1))


def days_of(options: IntakeOptions, workspace: Workspace) -> tuple[DayStanding, ...]:
    """Every scanner and day that anything was delivered on, days in order. Raises ``StorageError`` for a manifest that
    is damaged."""
    folders = IntakeFolders(workspace.intake)
    found = []
    for scanner in options.scanners:
        state = sightings.load(folders.sightings(scanner.name))
        told = {path.stem for path in folders.manifests(scanner.name).glob("*.jsonl")}
        for day in told | state.numbered.keys():
            read = manifest.read(folders.manifest(scanner.name, day))
            found.append(_standing(scanner.name, day, read, state))
    return tuple(sorted(found, key=lambda one: (one.day, one.scanner)))


def outsiders_of(scanner: Scanner) -> tuple[Outsider, ...]:
    """What lies in an inbox now and is no file."""
    return look(scanner.inbox).outsiders


def flaws_of(day: DayStanding, scanner: Scanner, workspace: Workspace) -> Iterator[str]:
    """What does not agree with the bytes on disk, in Vietnamese; nothing when all is proven."""
    if not day.balanced:
        yield f"{day.scanner} {day.day}: các số thứ tự không khớp với bản kê."
    folder = IntakeFolders(workspace.intake).quarantine(day.scanner, day.day)
    for row in day.rows:
        what = f"{day.scanner} {day.day} số {row.serial}"
        if row.outcome is Outcome.STORED:
            stored = workspace.stored(row.sha256)
            if stored is None or source.digest_of(stored) != row.sha256:
                yield f"{what}: kho bản quét không còn đúng tệp ấy."
        elif row.outcome is Outcome.QUARANTINED:
            kept = folder / row.file
            if source.digest_of(kept) != row.sha256:
                yield f"{what}: khu cách ly không còn đúng tệp ấy."
            elif not kept.with_name(f"{kept.name}{REASON_ENDING}").exists():
                yield f"{what}: tệp cách ly không còn lý do bên cạnh."
    for one in day.waiting:
        if one.missing_since is None and not (scanner.inbox / one.name).exists():
            yield f"{day.scanner} {day.day} số {one.serial}: tệp đang chờ không còn trong hộp quét."


def _standing(scanner: str, day: str, read: Manifest, state: Sightings) -> DayStanding:
    waiting = tuple(one for one in state.waiting if one.day == day and one.serial not in read.rows)
    highest = max([state.numbered.get(day, 0), *read.rows])
    return DayStanding(scanner, day, highest, tuple(read.rows.values()), waiting, read.assignments)
