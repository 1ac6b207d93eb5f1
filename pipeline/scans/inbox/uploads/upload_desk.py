"""Receives browser uploads in ordered, verified pieces; a person's incomplete upload can be continued later.

An incomplete upload lies outside all folders with scans. A background thread inspects complete uploads one by one, and
continues after a restart of the server.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pipeline.base.errors import HotichError, ScanError, SetupError
from pipeline.base.files import make_folder, printable, storage_errors, sync
from pipeline.base.model import Ledger
from pipeline.base.text.natural_order import natural_key
from pipeline.scans.inbox.intake_folders import IntakeFolders, safe_name
from pipeline.scans.inbox.uploads.checking import UploadChecker, UploadInspector
from pipeline.scans.inbox.uploads.upload import (
    NOTE,
    PART,
    Upload,
    UploadRefused,
    UploadState,
    read_note,
    upload_id_of,
    write_note,
)
from pipeline.scans.intake import DEFAULT_LIMITS, Inspector, ScanLimits
from pipeline.scans.intake.folder import is_ignored, scan_file
from pipeline.scans.intake.isolated import page_count_isolated
from pipeline.scans.workspace import Workspace

log = logging.getLogger(__name__)

DISK_FULL = "Ổ đĩa của máy chủ sắp đầy nên chưa nhận thêm. Hãy báo người quản trị máy."

FAULT = "fault"
"""The code of an upload that failed through a fault of the program; its bytes stay."""


RETRY_SECONDS = 30.0
"""Time before a check that failed because of a disk is repeated."""


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """The limits of uploads.

    Attributes:
        piece_bytes: Size limit of a piece.
        open_by_person: Number of incomplete uploads that a person may have.
        missing_by_person: Number of bytes that the incomplete uploads of a person may lack; only those count of which
            a piece has arrived.
        half_days: Number of days before an incomplete upload is removed.
        empty_days: Number of days before an upload is removed of which nothing has arrived.
        kept_days: Number of days for which an upload's outcome is shown.
        free_bytes: Disk space that stays free.
    """

    piece_bytes: int = 1 << 20
    open_by_person: int = 100
    missing_by_person: int = 2_000_000_000
    half_days: float = 7.0
    empty_days: float = 1.0
    kept_days: float = 60.0
    free_bytes: int = 1_000_000_000
    limits: ScanLimits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The uploads of a book, for its page.

    Attributes:
        half: The incomplete uploads.
        checking: Number of uploads waiting for inspection.
        inspected: Number of inspected pages and of all pages of the upload under inspection, of whichever book.
        refused: The refused uploads, latest first.
        broken: The uploads with pages that cannot be decoded.
    """

    stored: int
    half: tuple[Upload, ...]
    checking: int
    inspected: tuple[int, int]
    refused: tuple[Upload, ...]
    broken: tuple[Upload, ...]


@dataclass(frozen=True, slots=True)
class NewScan:
    """A scan in the folder of a book that no run has noted; ``size`` in bytes."""

    sha256: str
    name: str
    size: int
    pages: int


def new_names(folder: Path, known: Collection[str]) -> tuple[str, ...]:
    """Return the names of the files in a book's folder that are not ``known``, in natural order."""
    try:
        names = [path.name for path in folder.iterdir() if path.is_file() and not is_ignored(path.name)]
    except OSError:
        return ()
    return tuple(sorted(set(names).difference(known), key=natural_key))


class UploadDesk:
    """Receives uploads for books. Use it as a context manager; on exit it finishes the running inspection.

    Args:
        books: The folder of all books; None: this server takes no uploads.
        ledger_of: Returns a book's cover according to the registry.
        elsewhere: Returns the folder of another book with a scan of the given SHA-256; ``""`` if there is none.
        inspector: Creates an inspector of scans.
        now: Returns the time in seconds since 1970.
    """

    def __init__(
        self,
        workspace: Workspace,
        books: Path | None,
        ledger_of: Callable[[int], Ledger],
        elsewhere: Callable[[str, int], str] = lambda *_: "",
        *,
        options: UploadOptions = UploadOptions(),
        inspector: Callable[[], UploadInspector] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.books, self.options = books, options
        self._folder = IntakeFolders(workspace.intake).uploads
        self._checker = UploadChecker(workspace, books or Path(os.devnull), ledger_of, self._other_book)
        self._elsewhere, self._now = elsewhere, now
        self._inspector = inspector() if inspector else Inspector(options.limits, self._note_page)
        self._inspected = (0, 0)
        self._uploads: dict[str, Upload] = {}
        self._later: dict[str, float] = {}
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="uploads")

    def __enter__(self) -> Self:
        if self.books is not None:
            self._tidy()
            for upload in list(self._uploads.values()):
                if upload.state is UploadState.CHECKING:
                    self._worker.submit(self._check, upload.upload_id)
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown(cancel_futures=True)
        if isinstance(self._inspector, Inspector):
            self._inspector.__exit__(None, None, None)

    @property
    def is_open(self) -> bool:
        """Whether this server accepts uploads."""
        return self.books is not None

    # --- what browsers ask ----------------------------------------------------------------------------------------

    def begin(
        self,
        book_id: int,
        folder: str,
        login: str,
        name: str,
        size: int,
        modified: int,
        ticket_id: int | None = None,
        prefix: str = "",
        *,
        is_original: bool = False,
    ) -> tuple[Upload, int]:
        """Begin or continue the upload of a file; also return the number of bytes received so far.

        Args:
            size: Its size in bytes.
            modified: The file's modification time, in milliseconds since 1970.
            ticket_id: The rescan ticket that it answers.
            prefix: The prefix of its name in the book.
            is_original: Whether it is the photograph from which a page was cut: stored, but no scan of the book.

        Raises:
            UploadRefused: The file is empty or too large, too many uploads are incomplete, or the disk is full.
            SetupError: This server accepts no uploads.
            StorageError: The disk cannot be written.
        """
        if self.books is None:
            raise SetupError("Máy chủ này không nhận bản quét.")
        upload_id = upload_id_of(book_id, login, name, size, modified, ticket_id)
        with self._lock:
            known = self._uploads.get(upload_id)
            if known is not None and self._goes_on(known):
                return known, self._received(known)
            self._forget_old()
            half = [upload for upload in self._uploads.values() if upload.state is UploadState.RECEIVING]
            missing = [
                (upload.login, upload.size - here) for upload in half if (here := self._received(upload))
            ]
            self._refuse_size(name, size, sum(lacking for _, lacking in missing))
            if sum(upload.login == login for upload in half) >= self.options.open_by_person:
                raise UploadRefused(
                    f"Bạn có quá {self.options.open_by_person} tệp gửi dở. Hãy gửi nốt các tệp ấy trước."
                )
            of_person = sum(lacking for whose, lacking in missing if whose == login)
            if of_person > self.options.missing_by_person:
                raise UploadRefused(
                    f"Các tệp gửi dở của bạn còn thiếu hơn {self.options.missing_by_person // 1_000_000} MB. "
                    "Hãy gửi nốt các tệp ấy trước."
                )
            upload = Upload(
                upload_id,
                book_id,
                folder,
                login,
                name,
                size,
                self._now(),
                ticket_id=ticket_id,
                prefix=prefix,
                is_original=is_original,
            )
            place = self._place(upload)
            make_folder(place)
            with storage_errors(place):
                self._part(upload).write_bytes(b"")
            write_note(place, upload)
            self._uploads[upload_id] = upload
            return upload, 0

    def append(self, book_id: int, upload_id: str, login: str, offset: int, piece: bytes, digest: str) -> int:
        """Append the piece at ``offset``; return the number of bytes received so far.

        A piece that does not begin at the end of the received bytes is ignored: the browser continues from there.

        Raises:
            UploadRefused: The upload does not exist, or the piece does not match its SHA-256.
            StorageError: The disk cannot be written.
        """
        with self._lock:
            upload = self._mine(book_id, upload_id, login)
            here = self._received(upload)
            if upload.state is not UploadState.RECEIVING or offset != here:
                return here
            if hashlib.sha256(piece).hexdigest() != digest or here + len(piece) > upload.size:
                raise UploadRefused(
                    f"Một phần của tệp «{printable(upload.name)}» bị hỏng trên đường truyền. Đang gửi lại."
                )
            part = self._part(upload)
            if shutil.disk_usage(self._folder).free < self.options.free_bytes:
                raise UploadRefused(DISK_FULL)
            with storage_errors(part.parent), part.open("ab") as file:
                try:
                    file.write(piece)
                    file.flush()
                except OSError:
                    with suppress(OSError):
                        file.truncate(here)
                    raise
            return here + len(piece)

    def end(self, book_id: int, upload_id: str, login: str, digest: str, folder: str = "") -> Upload:
        """Complete an upload with the SHA-256 of the whole file; verification and inspection follow in the background.

        Its bytes are on disk when this returns, so the sender may delete the file. ``folder``: the present name of the
        book's folder; ``""``: as at the upload's beginning.

        Raises:
            UploadRefused: The upload does not exist, or pieces are missing.
            StorageError: The disk cannot be written.
        """
        with self._lock:
            upload = self._mine(book_id, upload_id, login)
            if upload.state is UploadState.RECEIVING and self._received(upload) != upload.size:
                raise UploadRefused(f"Tệp «{printable(upload.name)}» chưa gửi hết. Hãy gửi tiếp.")
        if upload.state is UploadState.RECEIVING:
            with storage_errors(self._place(upload)):
                sync(self._part(upload))
        with self._lock:
            upload = self._mine(book_id, upload_id, login)
            if upload.is_over:
                return upload
            if upload.state is UploadState.RECEIVING:
                folder = folder or upload.folder
                upload = replace(upload, state=UploadState.CHECKING, digest=digest, folder=folder)
                self._keep(upload)
        self._worker.submit(self._check, upload_id)
        return upload

    def of_book(self, book_id: int) -> tuple[Upload, ...]:
        """Return the known uploads of a book, oldest first.

        Checks that failed because of a disk are repeated from time to time when this is called.
        """
        with self._lock:
            for upload_id in [waiting_id for waiting_id, at in self._later.items() if at <= self._now()]:
                del self._later[upload_id]
                self._worker.submit(self._check, upload_id)
            return tuple(
                sorted(
                    (upload for upload in self._uploads.values() if upload.book_id == book_id),
                    key=lambda upload: upload.began,
                )
            )

    def page_of(self, book_id: int) -> UploadPage:
        """Return the uploads of a book for its page."""
        known = self.of_book(book_id)
        refused = tuple(upload for upload in reversed(known) if upload.state is UploadState.REFUSED)
        return UploadPage(
            stored=_count((upload for upload in known if not upload.is_original), UploadState.STORED),
            half=tuple(upload for upload in known if upload.state is UploadState.RECEIVING),
            checking=_count(known, UploadState.CHECKING),
            inspected=self._inspected,
            refused=refused,
            broken=tuple(upload for upload in known if upload.broken),
        )

    def add_made(self, book_id: int, folder: str, login: str, name: str, content: bytes) -> Upload:
        """Add a page that the program made of another page of its book; return it as stored.

        Args:
            folder: The folder of the book.
            login: The person for whom the page is made.
            name: Its name in the book.

        Raises:
            SetupError: This server accepts no uploads.
            LedgerError: The folder of the book is missing or belongs to another book.
            StorageError: A disk cannot be written.
        """
        if self.books is None:
            raise SetupError("Máy chủ này không nhận bản quét.")
        digest = hashlib.sha256(content).hexdigest()
        upload = Upload(
            upload_id_of(book_id, login, name, len(content), 0, None),
            book_id,
            folder,
            login,
            name,
            len(content),
            self._now(),
            digest=digest,
        )
        make_folder(self._place(upload))
        try:
            part = self._part(upload)
            with storage_errors(part.parent):
                part.write_bytes(content)
            return self._worker.submit(self._checker.made, upload, part, self._now()).result()
        finally:
            shutil.rmtree(self._place(upload), ignore_errors=True)

    def new_scans(self, book_id: int, folder: str, known: Collection[str]) -> Iterator[NewScan]:
        """Yield the readable scans in a book's folder whose names are not ``known``, stored in the workspace.

        Uploads were inspected before; of other files the pages are counted now. Unreadable files are left to a run.
        """
        if self.books is None:
            return
        inspected = {
            upload.file: NewScan(upload.digest, upload.file, upload.size, upload.pages)
            for upload in self.of_book(book_id)
            if upload.state is UploadState.STORED and upload.file
        }
        for name in new_names(self.books / folder, known):
            try:
                yield inspected.get(name) or self._counted(self.books / folder / name)
            except ScanError as error:
                log.info("A file of book %d is not noted: %s", book_id, error.code)

    def _counted(self, path: Path) -> NewScan:
        scan = scan_file(path, self.options.limits)
        pages = page_count_isolated(scan, self.options.limits)
        self._checker.workspace.store(path, scan.sha256)
        return NewScan(scan.sha256, path.name, scan.size, pages)

    def wait(self) -> None:
        """Wait until no inspection is running."""
        self._worker.submit(lambda: None).result()

    # --- behind it ------------------------------------------------------------------------------------------------

    def _note_page(self, done: int, total: int) -> None:
        self._inspected = (done, total)

    def _check(self, upload_id: str) -> None:
        self._inspected = (0, 0)
        with self._lock:
            upload = self._uploads[upload_id]
        if upload.state is not UploadState.CHECKING:
            return
        part = self._part(upload)
        try:
            done = self._checker.finished(upload, part, self._inspector, self._now())
        except HotichError as error:
            self._check_later(upload_id, error)
            return
        except Exception as error:  # noqa: BLE001 (whatever a file sets off, the others go on)
            log.error("A fault of the program over an upload: %s", type(error).__name__)
            done = replace(
                upload,
                state=UploadState.REFUSED,
                code=FAULT,
                message="Chương trình gặp lỗi với tệp này. Tệp còn ở máy chủ; hãy báo người quản trị.",
            )
        try:
            with self._lock:
                self._keep(done)
        except HotichError as error:
            self._check_later(upload_id, error)
            return
        if done.code != FAULT:
            part.unlink(missing_ok=True)

    def _check_later(self, upload_id: str, error: HotichError) -> None:
        """Schedule another check of an upload after a disk error: later, and at the server's start."""
        log.error("An upload waits: %s", error.code)
        with self._lock:
            self._later[upload_id] = self._now() + RETRY_SECONDS

    def _refuse_size(self, name: str, size: int, promised: int) -> None:
        """Refuse a file that is empty, too large, or leaves too little disk space for the incomplete uploads."""
        shown, most = printable(name), self.options.limits.max_bytes
        if size == 0:
            raise UploadRefused(f"Tệp «{shown}» rỗng (0 byte). Hãy quét lại rồi gửi lại.")
        if size > most:
            raise UploadRefused(
                f"Tệp «{shown}» lớn hơn {most // 1_000_000} MB. Hãy quét thành nhiều tệp nhỏ hơn."
            )
        make_folder(self._folder)
        if shutil.disk_usage(self._folder).free < self.options.free_bytes + 2 * size + promised:
            raise UploadRefused(DISK_FULL)

    def _goes_on(self, known: Upload) -> bool:
        """Return whether an upload can continue; a refused upload, or one with a missing file, begins again."""
        if known.state is UploadState.STORED and self.books is not None and not known.is_original:
            return (self.books / known.folder / known.file).exists()
        return known.state is not UploadState.REFUSED

    def _mine(self, book_id: int, upload_id: str, login: str) -> Upload:
        upload = self._uploads.get(upload_id)
        if upload is None or upload.book_id != book_id or upload.login != login:
            raise UploadRefused("Không còn lần gửi này ở máy chủ. Hãy chọn lại tệp để gửi.")
        return upload

    def _other_book(self, digest: str, book_id: int) -> str:
        with self._lock:
            for upload in self._uploads.values():
                if (
                    upload.digest == digest
                    and upload.book_id != book_id
                    and upload.state is UploadState.STORED
                ):
                    return upload.folder
        return self._elsewhere(digest, book_id)

    def _received(self, upload: Upload) -> int:
        if upload.state is not UploadState.RECEIVING:
            return upload.size
        with suppress(OSError):
            return self._part(upload).stat().st_size
        return 0

    def _keep(self, upload: Upload) -> None:
        write_note(self._place(upload), upload)
        self._uploads[upload.upload_id] = upload

    def _place(self, upload: Upload) -> Path:
        return self._folder / str(upload.book_id) / upload.upload_id

    def _part(self, upload: Upload) -> Path:
        ending = Path(safe_name(upload.name)).suffix[:6].lower()
        return self._place(upload) / f"{PART}{ending}"

    def _tidy(self) -> None:
        """Load the known uploads and remove old ones. Bytes with an unreadable note expire at the same age."""
        for note in self._folder.glob(f"*/*/{NOTE}"):
            upload = read_note(note.parent)
            if upload is not None:
                self._uploads[upload.upload_id] = upload
            elif self._now() - note.stat().st_mtime > self.options.kept_days * 86400:
                shutil.rmtree(note.parent, ignore_errors=True)
        self._forget_old()

    def _forget_old(self) -> None:
        """Remove abandoned incomplete uploads, and outcomes past their display time."""
        now = self._now()
        for upload in list(self._uploads.values()):
            is_empty = upload.state is UploadState.RECEIVING and not self._received(upload)
            half_days = self.options.empty_days if is_empty else self.options.half_days
            days = self.options.kept_days if upload.is_over else half_days
            if upload.state is not UploadState.CHECKING and now - upload.began > days * 86400:
                shutil.rmtree(self._place(upload), ignore_errors=True)
                del self._uploads[upload.upload_id]


def _count(uploads: Iterable[Upload], state: UploadState) -> int:
    return sum(upload.state is state for upload in uploads)


NO_UPLOADS = UploadDesk(Workspace(Path(os.devnull)), None, lambda _: Ledger("", "", "", ""))
"""For an application without uploads."""
