"""Stored scans are put into the folders of their books, where the nightly run reads them; or wait for a person."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.errors import LedgerError, ScanError, SetupError
from pipeline.files import make_folder
from pipeline.inbox import alike, book_folder, manifest
from pipeline.inbox.dividing import Share, divided
from pipeline.inbox.folders import IntakeFolders
from pipeline.inbox.manifest import Assignment, Manifest, Outcome, Part, Row
from pipeline.inbox.options import IntakeOptions, Scanner
from pipeline.inbox.quarantine import safe_name
from pipeline.inbox.sheet import Sheet, sheet_on
from pipeline.intake import ScanFile, SeenPage
from pipeline.ledger import LEDGER_FILE, load_ledger
from pipeline.localtime import iso_time
from pipeline.workspace import Workspace

log = logging.getLogger(__name__)


class Looker(Protocol):
    """What the intake asks of ``pipeline.intake.Inspector``."""

    def pages(self, scan: ScanFile) -> tuple[SeenPage, ...]: ...

    def split(self, scan: ScanFile, pages: Sequence[int], target: Path) -> None: ...


@dataclass(frozen=True, slots=True)
class Assigner:
    """Assigns what one scanner delivered on one day."""

    scanner: Scanner
    day: str
    options: IntakeOptions
    workspace: Workspace
    looker: Looker

    def assign(self, known: Manifest, waiting: dict[int, str], now: float) -> tuple[Assignment, ...]:
        """Put whatever belongs to a book there, and tell it in the manifest; what was told before and still holds is
        left alone, and so is what a person said. ``waiting``: deliveries without an outcome, by number.

        Raises ``StorageError``; what was not told then is done again.
        """
        told = []
        for row, shares in divided(known.rows, waiting, self._ledger_of):
            before = known.assignments.get(row.serial)
            if before is not None and (before.by or _is_done(before, shares)):
                continue
            parts = tuple(self._part(row, share) for share in shares)
            if before is not None and before.parts == parts:
                continue
            assignment = Assignment(row.serial, iso_time(now), parts)
            manifest.add(self._manifest, assignment)
            placed = sum(len(part.pages) for part in parts if part.book)
            log.info(
                "Delivery %s %s/%d: %d of %d pages are in books",
                self.scanner.name,
                self.day,
                row.serial,
                placed,
                sum(len(part.pages) for part in parts),
            )
            told.append(assignment)
        return tuple(told)

    def assign_to(self, row: Row, before: Assignment | None, folder: str, by: str, now: float) -> Assignment:
        """Put the pages of a delivery that wait for a person into the book of ``folder``, as that person says.

        Raises ``LedgerError`` when there is no such book, ``SetupError`` when nothing of the delivery waits.
        """
        kept = tuple(part for part in before.parts if part.book) if before else ()
        open_pages = [part.pages for part in before.parts if not part.book] if before else []
        if before is None and row.outcome is Outcome.STORED:
            open_pages = [tuple(page.page_no for page in row.pages if not _is_sheet(page))]
        if not any(open_pages):
            raise SetupError(f"Bản quét số {row.serial} không có trang nào chờ gán sổ.")
        sheet = Sheet(folder, load_ledger(self.options.books / folder))
        parts = (*kept, *(self._part(row, Share(pages, sheet)) for pages in open_pages))
        assignment = Assignment(row.serial, iso_time(now), parts, by)
        manifest.add(self._manifest, assignment)
        return assignment

    def _part(self, row: Row, share: Share) -> Part:
        """Where those pages are now: in their book, or waiting with the reason."""
        if share.sheet is None:
            return Part(share.pages, reason=share.reason)
        try:
            folder = book_folder.opened(self.options.books, share.sheet)
            elsewhere = self._elsewhere(row, share.sheet.folder) if row.again else ""
            if elsewhere:
                return Part(share.pages, reason=f"giống hệt một bản quét đã vào sổ «{elsewhere}»")
            file = self._placed(row, share.pages, folder)
        except (LedgerError, ScanError) as error:
            return Part(share.pages, reason=error.message)
        return Part(share.pages, folder.name, file, like=self._like(row, share.pages, folder.name, file))

    def _placed(self, row: Row, pages: tuple[int, ...], folder: Path) -> str:
        """The name of those pages in the folder of the book, where they are now; the registry's count of pages to be
        scanned again takes the scanner from it."""
        copy = self.workspace.stored(row.sha256)
        if copy is None:
            raise ScanError("kho bản quét không còn tệp này; hãy lấy lại từ bản sao lưu")
        name = f"{self.day}-{self.scanner.name}-{row.serial:05d}"
        if len(pages) == len(row.pages):
            file = f"{name}{copy.suffix}"
            book_folder.placed(copy, folder, file)
            return file
        file = f"{name}-{pages[0]:04d}{copy.suffix}"
        if not (folder / file).exists():
            make_folder(self._folders.staging)
            part = self._folders.staging / f"{secrets.token_hex(8)}{copy.suffix}"
            try:
                self.looker.split(ScanFile(copy, row.sha256, row.size), pages, part)
                book_folder.placed(self.workspace.store(part).path, folder, file)
            finally:
                part.unlink(missing_ok=True)
        return file

    def _like(
        self, row: Row, pages: tuple[int, ...], book: str, file: str
    ) -> tuple[tuple[int, str, int], ...]:
        """Pages that may be in the book already; remembers these for the next."""
        path = self._folders.looks(book)
        known = alike.known(path)
        looks = {page.page_no: page.likeness for page in row.pages}
        numbered = [(at, looks[page]) for at, page in enumerate(pages, 1) if looks[page]]
        found = alike.alike(known, file, numbered)
        if numbered and file not in known:
            alike.remember(path, file, numbered)
        return found

    def _elsewhere(self, row: Row, folder: str) -> str:
        """Another book that the same bytes went to before; ``""`` when there is none."""
        for one in self._all_manifests():
            for serial, other in one.rows.items():
                if other.sha256 == row.sha256 and serial in one.assignments:
                    books = [part.book for part in one.assignments[serial].parts if part.book]
                    if books and folder not in books:
                        return books[0]
        return ""

    def _all_manifests(self) -> Iterator[Manifest]:
        for scanner in self.options.scanners:
            for path in self._folders.manifests(scanner.name).glob("*.jsonl"):
                yield manifest.read(path)

    def _ledger_of(self, folder: str) -> Sheet | None:
        """The book whose ``ledger.toml`` lies in that folder of the inbox."""
        place = self.scanner.inbox / folder
        if not (place / LEDGER_FILE).is_file():
            return None
        ledger = load_ledger(place)
        number, year = ledger.volume.split("/")
        name = folder.rpartition("/")[2] or f"{ledger.form}.{year}.{ledger.place_code}.{number}"
        return Sheet(safe_name(name), ledger)

    @property
    def _folders(self) -> IntakeFolders:
        return IntakeFolders(self.workspace.intake)

    @property
    def _manifest(self) -> Path:
        return self._folders.manifest(self.scanner.name, self.day)


def _is_done(before: Assignment, shares: tuple[Share, ...]) -> bool:
    """Whether all pages of a delivery are where they belong."""
    there = [(part.pages, part.book) for part in before.parts if part.book]
    return there == [(share.pages, share.sheet.folder if share.sheet else "") for share in shares]


def _is_sheet(page: SeenPage) -> bool:
    try:
        return sheet_on(page.codes) is not None
    except LedgerError:
        return False


def waits(row: Row, assignment: Assignment | None) -> bool:
    """Whether pages of a stored delivery are in no book yet."""
    if row.outcome is not Outcome.STORED:
        return False
    return assignment is None or any(not part.book for part in assignment.parts)
