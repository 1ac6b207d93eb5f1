"""Stored scans are put into the folders of their books, where the nightly run reads them, or wait for a person.

Separator sheets say which pages belong to which book, else the ``ledger.toml`` of the folder they came to. Nothing here
is remembered: it follows from the manifest, so it comes out the same after any interruption. Deliveries of one folder
of an inbox are in the order of their numbers. A sheet holds until the next one, the end of the day, or a file that
could have been a sheet and cannot be read: rather no book than the wrong one.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.base.errors import LedgerError, ScanError, SetupError, UnknownFileType
from pipeline.base.files import make_folder, printable
from pipeline.base.localtime import iso_time
from pipeline.declarations.ledger import LEDGER_FILE, load_ledger
from pipeline.scans.inbox import book_folder, manifest
from pipeline.scans.inbox.intake_folders import IntakeFolders, safe_name
from pipeline.scans.inbox.intake_options import IntakeOptions, Scanner
from pipeline.scans.inbox.manifest import BookAssignment, BookPart, IntakeManifest, IntakeOutcome, IntakeRow
from pipeline.scans.inbox.pending_files import is_unfinished
from pipeline.scans.inbox.separator_sheet import SeparatorSheet, separator_sheet_on
from pipeline.scans.intake import InspectedPage, ScanFile
from pipeline.scans.workspace import MISSING, Workspace

log = logging.getLogger(__name__)

NOBODY = "chưa có tờ phân cách và thư mục không có ledger.toml"


@dataclass(frozen=True, slots=True)
class PageShare:
    """Pages of one delivery that go to the book of ``sheet``; without one they wait, for the ``reason``."""

    pages: tuple[int, ...]
    sheet: SeparatorSheet | None = None
    reason: str = ""


LedgerOf = Callable[[str], SeparatorSheet | None]
"""The book whose ``ledger.toml`` lies in a folder of the inbox, if there is one. Raises ``LedgerError``."""


def pages_by_book(
    rows: Mapping[int, IntakeRow], waiting: Mapping[int, str], ledger_of: LedgerOf
) -> Iterator[tuple[IntakeRow, tuple[PageShare, ...]]]:
    """Yield the stored deliveries of a scanner and day in order, with the book of each of their pages.

    What came to the same folder after a delivery without an outcome is not yielded yet.

    Args:
        rows: The outcomes of the day by serial number.
        waiting: The names of deliveries without an outcome, by serial number.
        ledger_of: Returns the book whose ``ledger.toml`` lies in a folder of the inbox.
    """
    folders: dict[str, _Folder] = {}
    for serial in sorted({*rows, *waiting}):
        name = waiting[serial] if serial not in rows else rows[serial].name
        folder = folders.setdefault(_folder_of(name), _Folder(_folder_of(name), ledger_of))
        if serial not in rows:
            folder.waits = True
        elif not folder.waits:
            row = rows[serial]
            if row.outcome is IntakeOutcome.STORED:
                yield row, folder.shares(row)
            else:
                folder.lost(row)


@dataclass
class _Folder:
    """One folder of an inbox while its deliveries are gone through."""

    name: str
    ledger_of: LedgerOf
    sheet: SeparatorSheet | None = None
    doubt: str = ""
    waits: bool = False

    def lost(self, row: IntakeRow) -> None:
        """A delivery that was refused or taken away could have been a sheet."""
        is_scan = row.code != UnknownFileType.code and not is_unfinished(row.name.rpartition("/")[2])
        if self.sheet is not None and is_scan:
            self.doubt = f"tệp «{printable(row.name)}» ngay trước đó không đọc được, có thể là tờ phân cách"

    def shares(self, row: IntakeRow) -> tuple[PageShare, ...]:
        """Whose the pages of a delivery are; sheets are nobody's."""
        found: list[tuple[list[int], SeparatorSheet | None, str]] = []
        for page in row.pages:
            try:
                sheet = separator_sheet_on(page.codes)
            except LedgerError as error:
                self.sheet, self.doubt = None, error.message
                found.append(([page.page_no], None, error.message))
                continue
            if sheet is not None:
                self.sheet, self.doubt = sheet, ""
                continue
            if page.fault and self.sheet is not None:
                self.doubt = f"trang {page.page_no} không mở được, có thể là tờ phân cách"
            whose, reason = self._whose()
            if found and found[-1][1:] == (whose, reason) and found[-1][0][-1] == page.page_no - 1:
                found[-1][0].append(page.page_no)
            else:
                found.append(([page.page_no], whose, reason))
        return tuple(PageShare(tuple(pages), whose, reason) for pages, whose, reason in found)

    def _whose(self) -> tuple[SeparatorSheet | None, str]:
        if self.doubt:
            return None, self.doubt
        if self.sheet is not None:
            return self.sheet, ""
        try:
            book = self.ledger_of(self.name)
        except LedgerError as error:
            return None, error.message
        return book, "" if book else NOBODY


def _folder_of(name: str) -> str:
    return name.rpartition("/")[0]


class ScanInspector(Protocol):
    """What the intake asks of ``pipeline.scans.intake.Inspector``."""

    def pages(self, scan: ScanFile) -> tuple[InspectedPage, ...]: ...

    def split(self, scan: ScanFile, pages: Sequence[int], target: Path) -> None: ...


@dataclass(frozen=True, slots=True)
class Assigner:
    """Assigns to books what one scanner delivered on one day.

    Attributes:
        scanner: The scanner.
        day: The day (``yyyy-mm-dd``).
        options: What the office has set.
        workspace: Where stored scans and manifests lie.
        inspector: Finds the pages of a scan and takes some out of it.
    """

    scanner: Scanner
    day: str
    options: IntakeOptions
    workspace: Workspace
    inspector: ScanInspector

    def assign(
        self, known: IntakeManifest, waiting: dict[int, str], now: float
    ) -> tuple[BookAssignment, ...]:
        """Put the pages of known books into their folders and record that in the manifest.

        An assignment that is recorded and still holds stays as it is, and so does a person's.

        Args:
            known: The manifest of the day.
            waiting: The file names of deliveries without an outcome, by serial number.
            now: Seconds since 1970.

        Raises:
            StorageError: A disk cannot be read or written; what is not recorded then is done again in the
                next round.
        """
        told = []
        for row, shares in pages_by_book(known.rows, waiting, self._ledger_of):
            before = known.assignments.get(row.serial)
            if before is not None and (before.by or _is_done(before, shares)):
                continue
            parts = tuple(self._part(row, share) for share in shares)
            if before is not None and before.parts == parts:
                continue
            assignment = BookAssignment(row.serial, iso_time(now), parts)
            manifest.append_to_manifest(self._manifest, assignment)
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

    def assign_to(
        self, row: IntakeRow, before: BookAssignment | None, folder: str, by: str, now: float
    ) -> BookAssignment:
        """Put the pages of a delivery that wait for a person into a book, as that person says.

        Args:
            row: The delivery.
            before: Its last assignment, if there is one.
            folder: The name of the book's folder.
            by: The person.
            now: Seconds since 1970.

        Raises:
            LedgerError: There is no such book.
            SetupError: No page of the delivery waits.
        """
        kept = tuple(part for part in before.parts if part.book) if before else ()
        open_pages = [part.pages for part in before.parts if not part.book] if before else []
        if before is None and row.outcome is IntakeOutcome.STORED:
            open_pages = [tuple(page.page_no for page in row.pages if not _is_sheet(page))]
        if not any(open_pages):
            raise SetupError(f"Bản quét số {row.serial} không có trang nào chờ gán sổ.")
        sheet = SeparatorSheet(folder, load_ledger(self.options.books / folder))
        parts = (*kept, *(self._part(row, PageShare(pages, sheet)) for pages in open_pages))
        assignment = BookAssignment(row.serial, iso_time(now), parts, by)
        manifest.append_to_manifest(self._manifest, assignment)
        return assignment

    def _part(self, row: IntakeRow, share: PageShare) -> BookPart:
        """Where those pages are now: in their book, or waiting with the reason."""
        if share.sheet is None:
            return BookPart(share.pages, reason=share.reason)
        try:
            folder = book_folder.open_book_folder(self.options.books, share.sheet)
            elsewhere = self._elsewhere(row, share.sheet.folder) if row.again else ""
            if elsewhere:
                return BookPart(share.pages, reason=f"giống hệt một bản quét đã vào sổ «{elsewhere}»")
            file = self._placed(row, share.pages, folder)
        except (LedgerError, ScanError) as error:
            return BookPart(share.pages, reason=error.message)
        return BookPart(share.pages, folder.name, file, like=self._like(row, share.pages, folder.name, file))

    def _placed(self, row: IntakeRow, pages: tuple[int, ...], folder: Path) -> str:
        """Return the name of those pages' file in the folder of the book, where they now lie.

        The registry takes the scanner from it to count the pages that must be scanned again.
        """
        flaw = self.workspace.flaw_of(row.sha256)
        copy = self.workspace.stored(row.sha256) if not flaw else None
        if copy is None:
            what = "không còn tệp này" if flaw == MISSING else "không còn đúng tệp này"
            raise ScanError(f"kho bản quét {what}; hãy lấy lại từ bản sao lưu")
        name = f"{self.day}-{self.scanner.name}-{row.serial:05d}"
        if len(pages) == len(row.pages):
            file = f"{name}{copy.suffix}"
            book_folder.place_in_book(copy, folder, file)
            return file
        file = f"{name}-{pages[0]:04d}{copy.suffix}"
        if not (folder / file).exists():
            make_folder(self._folders.staging)
            part = self._folders.staging / f"{secrets.token_hex(8)}{copy.suffix}"
            try:
                self.inspector.split(ScanFile(copy, row.sha256, row.size), pages, part)
                book_folder.place_in_book(self.workspace.store(part).path, folder, file)
            finally:
                part.unlink(missing_ok=True)
        return file

    def _like(
        self, row: IntakeRow, pages: tuple[int, ...], book: str, file: str
    ) -> tuple[tuple[int, str, int], ...]:
        """Pages that may be in the book already; remembers these for the next."""
        path = self._folders.looks(book)
        known = book_folder.known_pages(path)
        looks = {page.page_no: page.likeness for page in row.pages}
        numbered = [(at, looks[page]) for at, page in enumerate(pages, 1) if looks[page]]
        found = book_folder.similar_pages(known, file, numbered)
        if numbered and file not in known:
            book_folder.remember_pages(path, file, numbered)
        return found

    def _elsewhere(self, row: IntakeRow, folder: str) -> str:
        """Another book that the same bytes went to before; ``""`` when there is none."""
        for one in self._all_manifests():
            for serial, other in one.rows.items():
                if other.sha256 == row.sha256 and serial in one.assignments:
                    books = [part.book for part in one.assignments[serial].parts if part.book]
                    if books and folder not in books:
                        return books[0]
        return ""

    def _all_manifests(self) -> Iterator[IntakeManifest]:
        for scanner in self.options.scanners:
            for path in self._folders.manifests(scanner.name).glob("*.jsonl"):
                yield manifest.read_manifest(path)

    def _ledger_of(self, folder: str) -> SeparatorSheet | None:
        """The book whose ``ledger.toml`` lies in that folder of the inbox."""
        place = self.scanner.inbox / folder
        if not (place / LEDGER_FILE).is_file():
            return None
        ledger = load_ledger(place)
        name = folder.rpartition("/")[2]
        return SeparatorSheet(safe_name(name) if name else book_folder.folder_name_of(ledger), ledger)

    @property
    def _folders(self) -> IntakeFolders:
        return IntakeFolders(self.workspace.intake)

    @property
    def _manifest(self) -> Path:
        return self._folders.manifest(self.scanner.name, self.day)


def _is_done(before: BookAssignment, shares: tuple[PageShare, ...]) -> bool:
    """Whether all pages of a delivery are where they belong."""
    there = [(part.pages, part.book) for part in before.parts if part.book]
    return there == [(share.pages, share.sheet.folder if share.sheet else "") for share in shares]


def _is_sheet(page: InspectedPage) -> bool:
    try:
        return separator_sheet_on(page.codes) is not None
    except LedgerError:
        return False


def has_waiting_pages(row: IntakeRow, assignment: BookAssignment | None) -> bool:
    """Whether pages of a stored delivery are in no book yet."""
    if row.outcome is not IntakeOutcome.STORED:
        return False
    return assignment is None or any(not part.book for part in assignment.parts)
