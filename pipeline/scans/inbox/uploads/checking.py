"""A whole upload becomes a scan of its book: proven, looked through, stored, placed, and told in the manifest."""

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
"""What manifests and quarantine call the uploads of browsers; no scanner can be named so."""

NO_BOOK = 0
"""The id of no book: whoever asks for a scan besides it asks for those of all books."""

PLACING_TRIES = 3
"""How often a file is put into its book: the intake, which tidies the same folder, may be in the way."""


class UploadInspector(Protocol):
    """What is asked of ``pipeline.scans.intake.Inspector``."""

    def pages(self, scan: ScanFile) -> tuple[InspectedPage, ...]: ...


@dataclass(frozen=True, slots=True)
class UploadChecker:
    """Makes scans of whole uploads, one at a time.

    Attributes:
        workspace: Where scans and manifests are stored.
        books: The folder of all books.
        ledger_of: Returns what the registry holds of the cover of a book.
        elsewhere: Returns the folder of another book that has a scan of that SHA-256; ``""`` where none has.
        serials: The last number in the manifest of each day, as far as it was read; nobody else writes to it.
    """

    workspace: Workspace
    books: Path
    ledger_of: Callable[[int], Ledger]
    elsewhere: Callable[[str, int], str]
    serials: dict[str, int] = field(default_factory=dict)

    def finished(self, upload: Upload, part: Path, inspector: UploadInspector, now: float) -> Upload:
        """Return the upload as stored or refused. Of a stored one ``part`` is the caller's to remove.

        Args:
            upload: An upload of which all is here.
            part: Its bytes.
            inspector: Looks through scans.
            now: Seconds since 1970.

        Raises:
            StorageError: A disk cannot be written; nothing is told then, and it is done again later.
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
        """Refuse what is sent for a rescan ticket and would never close it: of several pages, or no new scan."""
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
        """Store a file and put it into the folder of its book; without a folder it is only kept and told."""
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
        """Keep what is no usable scan in the quarantine, with the reason beside it."""
        told = type(error)(error.message.replace(part.name, printable(upload.name)))
        path, serial = self._next(now)
        day = iso_date(now)
        kept = quarantine_file(
            part, self._folders.quarantine(BROWSERS, day), serial, upload.name, told, iso_time(now)
        )
        row = IntakeRow(
            serial,
            upload.name,
            IntakeOutcome.QUARANTINED,
            iso_time(now),
            upload.size,
            upload.digest,
            code=error.code,
            message=told.message,
            file=kept,
        )
        manifest.append_to_manifest(path, row)
        log.info("An upload for book %d was refused: %s", upload.book_id, error.code)
        return _refused(upload, error, told.message)

    def _next(self, now: float) -> tuple[Path, int]:
        """The manifest of the day and the next number in it."""
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
    """Put the stored scan into the book under a name that no other scan has; return the name."""
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
        if file_digest(there) == upload.digest:  # another may have taken the name meanwhile
            return name
    raise StorageError(f"Thư mục sổ «{printable(folder.name)}» có quá nhiều tệp cùng tên.")
