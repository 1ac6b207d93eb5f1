"""Turn a complete upload into a scan of its book: verify, inspect, store, place, and record it in the manifest."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from pipeline.base.errors import EmptyScan, LedgerError, ScanError, StorageError
from pipeline.base.files import printable
from pipeline.base.localtime import iso_date, iso_time
from pipeline.base.logs import scan_id
from pipeline.base.model import Ledger
from pipeline.scans.inbox import manifest
from pipeline.scans.inbox.book_folder import open_book_folder, place_in_book
from pipeline.scans.inbox.ingest import file_digest
from pipeline.scans.inbox.intake_folders import IntakeFolders, quarantine_file
from pipeline.scans.inbox.manifest import BookAssignment, BookPart, IntakeOutcome, IntakeRow
from pipeline.scans.inbox.separator_sheet import SeparatorSheet, separator_codes
from pipeline.scans.inbox.uploads.upload import Upload, UploadRefused, UploadState, name_in_book
from pipeline.scans.intake import InspectedPage, ScanFile
from pipeline.scans.intake.isolated import scan_error
from pipeline.scans.workspace import Workspace

log = logging.getLogger(__name__)

BROWSERS = "_trinh-duyet"
"""The name of browser uploads in manifests and quarantine; no scanner can have this name."""

NO_BOOK = 0
"""The id of no book, for searching a scan in all books."""

PLACING_TRIES = 3
"""Number of attempts to put a file into its book: the intake, which tidies the same folder, may interfere."""


class UploadInspector(Protocol):
    """The part of ``pipeline.scans.intake.Inspector`` that uploads use."""

    def pages(self, scan: ScanFile) -> tuple[InspectedPage, ...]: ...


@dataclass(frozen=True, slots=True)
class UploadChecker:
    """Turns complete uploads into scans, one at a time.

    Attributes:
        books: The folder of all books.
        ledger_of: Returns a book's cover according to the registry.
        elsewhere: Returns the folder of another book with a scan of the given SHA-256; ``""`` if there is none.
        serials: The last number in each day's manifest, as far as read; nobody else writes to it.
    """

    workspace: Workspace
    books: Path
    ledger_of: Callable[[int], Ledger]
    elsewhere: Callable[[str, int], str]
    serials: dict[str, int] = field(default_factory=dict)

    def finished(self, upload: Upload, part: Path, inspector: UploadInspector, now: float) -> Upload:
        """Return the upload as stored or refused. The caller removes ``part`` of a stored upload.

        Args:
            upload: A complete upload.
            part: Its bytes.
            now: Seconds since 1970.

        Raises:
            StorageError: A disk cannot be written; nothing is recorded, and the check is repeated later.
        """
        digest = file_digest(part)
        if not digest and part.exists():
            raise StorageError("Một tệp đã gửi chưa đọc lại được từ ổ đĩa. Hãy kiểm tra ổ đĩa của máy chủ.")
        if digest != upload.digest:
            part.unlink(missing_ok=True)
            return _refused(
                upload,
                UploadRefused(
                    f"Tệp «{printable(upload.name)}» nhận được không đúng như tệp đã gửi. Hãy gửi lại tệp."
                ),
            )
        try:
            pages = self._pages(upload, part, inspector)
            folder = open_book_folder(
                self.books, SeparatorSheet(upload.folder, self.ledger_of(upload.book_id))
            )
            self._refuse_elsewhere(upload)
            self._refuse_answer(upload, pages)
        except LedgerError as error:
            return self._set_apart(
                upload, part, UploadRefused(error.message.replace(f"{self.books}/", "")), now
            )
        except ScanError as error:
            return self._set_apart(upload, part, error, now)
        return self._placed(upload, part, None if upload.is_original else folder, pages, now)

    def made(self, upload: Upload, part: Path, now: float) -> Upload:
        """Return the upload of a page that the program made of another page of its book as stored.

        Args:
            upload: A complete upload of one page.
            part: Its bytes.
            now: Seconds since 1970.

        Raises:
            LedgerError: The folder of the book is missing or belongs to another book.
            StorageError: A disk cannot be written.
        """
        folder = open_book_folder(self.books, SeparatorSheet(upload.folder, self.ledger_of(upload.book_id)))
        return self._placed(upload, part, folder, (InspectedPage(1),), now)

    def _pages(self, upload: Upload, part: Path, inspector: UploadInspector) -> tuple[InspectedPage, ...]:
        if upload.size == 0:
            raise EmptyScan(f"Tệp «{printable(upload.name)}» rỗng (0 byte). Hãy quét lại rồi gửi lại.")
        pages = inspector.pages(ScanFile(part, upload.digest, upload.size))
        faults = [page for page in pages if page.fault]
        if len(faults) == len(pages):
            raise scan_error(faults[0].fault, faults[0].message)
        return tuple(replace(page, codes=separator_codes(page.codes)) for page in pages)

    def _refuse_elsewhere(self, upload: Upload) -> None:
        other = self.elsewhere(upload.digest, upload.book_id)
        if other:
            raise UploadRefused(
                f"Tệp «{printable(upload.name)}» giống hệt một bản quét đã có trong sổ «{printable(other)}». Hãy kiểm "
                "tra có chọn nhầm sổ không."
            )

    def _refuse_answer(self, upload: Upload, pages: tuple[InspectedPage, ...]) -> None:
        """Refuse an answer that cannot close its rescan ticket: several pages, or no new scan."""
        if upload.ticket_id is None:
            return
        name = printable(upload.name)
        if len(pages) != 1:
            raise UploadRefused(
                f"Tệp «{name}» có {len(pages)} trang; phiếu quét lại cần tệp có đúng một trang. Hãy quét riêng trang "
                "của phiếu rồi gửi lại."
            )
        if self.elsewhere(upload.digest, NO_BOOK):
            raise UploadRefused(
                f"Tệp «{name}» giống hệt một bản quét đã có của sổ này. Hãy quét lại trang rồi gửi ảnh mới."
            )

    def _placed(
        self, upload: Upload, part: Path, folder: Path | None, pages: tuple[InspectedPage, ...], now: float
    ) -> Upload:
        """Store a file and put it into its book's folder; without a folder it is only stored and recorded."""
        again = self.workspace.stored(upload.digest) is not None
        stored = self.workspace.store(part, upload.digest)
        file = "" if folder is None else _placed_name(stored.path, folder, upload)
        broken = tuple(page.page_no for page in pages if page.fault)
        path, serial = self._next(now)
        row = IntakeRow(
            serial,
            upload.name,
            IntakeOutcome.STORED,
            iso_time(now),
            upload.size,
            upload.digest,
            pages,
            again,
        )
        manifest.append_to_manifest(path, row)
        whole = BookPart(tuple(page.page_no for page in pages), upload.folder, file)
        parts = () if folder is None else (whole,)
        manifest.append_to_manifest(path, BookAssignment(serial, iso_time(now), parts, upload.login))
        log.info(
            "An upload is scan %s of book %d: %d pages", scan_id(upload.digest), upload.book_id, len(pages)
        )
        return replace(
            upload, state=UploadState.STORED, file=file, pages=len(pages), broken=broken, again=again
        )

    def _set_apart(self, upload: Upload, part: Path, error: ScanError, now: float) -> Upload:
        """Quarantine an unusable scan, with the reason beside it."""
        shown_error = type(error)(error.message.replace(part.name, printable(upload.name)))
        path, serial = self._next(now)
        day = iso_date(now)
        kept = quarantine_file(
            part, self._folders.quarantine(BROWSERS, day), serial, upload.name, shown_error, iso_time(now)
        )
        row = IntakeRow(
            serial,
            upload.name,
            IntakeOutcome.QUARANTINED,
            iso_time(now),
            upload.size,
            upload.digest,
            code=error.code,
            message=shown_error.message,
            file=kept,
        )
        manifest.append_to_manifest(path, row)
        log.info("An upload for book %d was refused: %s", upload.book_id, error.code)
        return _refused(upload, error, shown_error.message)

    def _next(self, now: float) -> tuple[Path, int]:
        """Return the day's manifest and its next number."""
        day = iso_date(now)
        path = self._folders.manifest(BROWSERS, day)
        if day not in self.serials:
            self.serials[day] = max(manifest.read_manifest(path).rows, default=0)
        self.serials[day] += 1
        return path, self.serials[day]

    @property
    def _folders(self) -> IntakeFolders:
        return IntakeFolders(self.workspace.intake)


def _refused(upload: Upload, error: ScanError, message: str = "") -> Upload:
    return replace(upload, state=UploadState.REFUSED, code=error.code, message=message or error.message)


def _placed_name(copy: Path, folder: Path, upload: Upload) -> str:
    """Put the stored scan into the book under a unique name; return the name."""
    wanted = Path(name_in_book(upload))
    for number in range(1, 10_000):
        name = wanted.name if number == 1 else f"{wanted.stem} ({number}){wanted.suffix}"
        there = folder / name
        if there.exists() and file_digest(there) != upload.digest:
            continue
        for left in reversed(range(PLACING_TRIES)):
            try:
                place_in_book(copy, folder, name)
            except StorageError:
                if not left:
                    raise
        if file_digest(there) == upload.digest:  # another scan may have taken the name meanwhile
            return name
    raise StorageError(f"Thư mục sổ «{printable(folder.name)}» có quá nhiều tệp cùng tên.")
