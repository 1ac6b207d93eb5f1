"""One delivery is taken in: copied, looked through, kept in the store or the quarantine, told in the manifest, and only
then removed from the inbox. Stopped between any two steps, it is done again and comes to the same."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import EmptyScan, ScanError
from pipeline.files import make_folder
from pipeline.inbox import manifest, source
from pipeline.inbox.arrivals import printable
from pipeline.inbox.assigning import Looker
from pipeline.inbox.folders import IntakeFolders
from pipeline.inbox.manifest import Outcome, Row
from pipeline.inbox.options import IntakeOptions, Scanner
from pipeline.inbox.quarantine import kept_apart, safe_name
from pipeline.inbox.sheet import sheet_codes
from pipeline.inbox.sightings import Sighting
from pipeline.intake import ScanFile, SeenPage
from pipeline.intake.decoder_process import error_of
from pipeline.localtime import iso_time
from pipeline.logs import scan_id
from pipeline.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a try came to: the ``row`` that was told, or ``None`` while the ``sighting`` waits on; ``left``: the file is
    kept but could not be removed from the inbox."""

    sighting: Sighting
    row: Row | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes in what one scanner delivers. ``rows``: what its manifests say already, by day and number."""

    scanner: Scanner
    options: IntakeOptions
    workspace: Workspace
    looker: Looker
    rows: Callable[[str], dict[int, Row]]

    @property
    def folders(self) -> IntakeFolders:
        return IntakeFolders(self.workspace.intake)

    def take(self, sighting: Sighting, now: float) -> Taken:
        """Try to take one delivery in. Raises ``StorageError`` when the workspace cannot be written; the delivery is
        where it was then."""
        row = self.rows(sighting.day).get(sighting.serial)
        if row is None:
            copy = self._staged(sighting.name)
            try:
                digest = source.copied(self.scanner.inbox / sighting.name, copy, sighting.stamp)
                row = self._kept(sighting, copy, digest, now)
            except ScanError as error:
                log.info("Delivery %s %s/%d waits: %s", self.scanner.name, *sighting.key, error.code)
                return Taken(replace(sighting, code=error.code, message=error.message))
            finally:
                copy.unlink(missing_ok=True)
            manifest.add(self.folders.manifest(self.scanner.name, sighting.day), row)
            self.rows(sighting.day)[row.serial] = row
            log.info(
                "Delivery %s %s/%d: %s as scan %s, %d pages%s",
                self.scanner.name,
                *sighting.key,
                row.outcome,
                scan_id(row.sha256),
                len(row.pages),
                f", refused for {row.code}" if row.code else "",
            )
        elif not os.access((self.scanner.inbox / sighting.name).parent, os.W_OK):
            return Taken(sighting, row, left=True)
        elif source.digest_of(self.scanner.inbox / sighting.name) != row.sha256:
            return Taken(sighting, row)  # another file by now, or gone: the next look finds it as new
        gone = source.removed(self.scanner.inbox, sighting.name, sighting.stamp, sighting.key)
        return Taken(sighting, row, left=not gone)

    def end_removal(self, name: str) -> bool:
        """A run that died left a file half removed: end it if the file is kept, else give the file back; whether that
        could be done."""
        hidden = self.scanner.inbox / name
        key = source.taken_key(name)
        row = self.rows(key[0]).get(key[1]) if key else None
        try:
            if row is not None and source.digest_of(hidden) == row.sha256:
                hidden.unlink(missing_ok=True)
            else:
                source.given_back(hidden, row.name.rpartition("/")[2] if row else "ban-quet")
        except OSError:
            return False
        return True

    def _kept(self, sighting: Sighting, copy: Path, digest: str, now: float) -> Row:
        """The row of a copy that was stored or kept apart; raises the ``ScanError`` it is worth waiting for."""
        at, patient = iso_time(now), sighting.still_for(now) < self.options.patience_seconds
        row = Row(sighting.serial, sighting.name, Outcome.STORED, at, sighting.stamp.size, digest)
        try:
            pages = self._pages(ScanFile(copy, digest, sighting.stamp.size), sighting, patient)
        except ScanError as error:
            if patient:
                raise
            name = printable(sighting.name.rpartition("/")[2])
            told = error_of(error.code, error.message.replace(copy.name, name))
            folder = self.folders.quarantine(self.scanner.name, sighting.day)
            file = kept_apart(copy, folder, sighting.serial, sighting.name, told, at)
            return replace(row, outcome=Outcome.QUARANTINED, code=told.code, message=told.message, file=file)
        again = self.workspace.stored(digest) is not None and self._is_told(digest)
        self.workspace.store(copy, digest)
        return replace(row, pages=pages, again=again)

    def _is_told(self, digest: str) -> bool:
        """Whether some manifest tells of those bytes: a run that died may have stored them without a word."""
        paths = (
            path
            for scanner in self.options.scanners
            for path in self.folders.manifests(scanner.name).glob("*.jsonl")
        )
        return any(row.sha256 == digest for path in paths for row in manifest.read(path).rows.values())

    def _pages(self, scan: ScanFile, sighting: Sighting, patient: bool) -> tuple[SeenPage, ...]:
        """The pages of a scan that is worth reading: all of it, or what is sound of it when nothing better came."""
        if scan.size == 0:
            name = printable(sighting.name.rpartition("/")[2])
            raise EmptyScan(f"Tệp «{name}» rỗng (0 byte). Hãy chép lại tệp hoặc quét lại.")
        pages = self.looker.pages(scan)
        faults = [page for page in pages if page.fault]
        if faults and (patient or len(faults) == len(pages)):
            raise error_of(faults[0].fault, faults[0].message)
        # what codes of others say (identity cards bear one) is nobody's business
        return tuple(replace(page, codes=sheet_codes(page.codes)) for page in pages)

    def _staged(self, name: str) -> Path:
        """A new name for a copy, with the ending of the file's own."""
        make_folder(self.folders.staging)
        return self.folders.staging / f"{secrets.token_hex(8)}{Path(safe_name(name)).suffix[:8]}"
