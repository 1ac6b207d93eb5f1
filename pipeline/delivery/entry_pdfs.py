"""The PDFs of the entries of a book: choice and cropping of their pages, and the worker processes.

A decoder may crash or hang on any scan; pages are therefore opened in worker processes under limits. The number of
waiting jobs is bounded, so that memory stays constant for books of any length.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from pebble import ProcessExpired, ProcessPool

from pipeline.base.errors import PackageRefused, ScanCrash, ScanError, ScanOutOfMemory, ScanTimeout
from pipeline.base.model import PageImage, PageRef
from pipeline.declarations.schema import Schemas
from pipeline.delivery.export.compression import CopyOptions, JpegCompressor
from pipeline.delivery.export.export_options import CORRECTION, AttachedPage, BookNames, UniqueNames
from pipeline.delivery.export.package_values import SettledEntry
from pipeline.delivery.export.page_pictures import (
    EntryCopy,
    PagePart,
    PageRectification,
    entry_pdfs,
    facing_columns,
    row_bands,
)
from pipeline.delivery.export.pdfa_check import pdfa_flaws
from pipeline.delivery.signing.office_certificate import SigningFiles
from pipeline.scans.intake import ScanFile, ScanLimits, limit_this_process, page_of
from pipeline.scans.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.delivery.deliverable import DeliverableBook
    from pipeline.delivery.signing.pades import PdfSigner
    from pipeline.registry import Registry  # SQLAlchemy: not for the processes that copy pages

JOBS_AHEAD = 3
"""Jobs submitted ahead, per process."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGEST_KEPT_BLOCK, _KEPT_BYTES = 32 << 20, 512 << 20
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CopyJob:
    """The PDFs of the entries of one page.

    Attributes:
        copies: The files to make: entries and their corrections.
    """

    copies: tuple[EntryCopy, ...]
    entries: int


@dataclass(frozen=True, slots=True)
class CopySignature:
    """Where the certificate of the office lies, and the server of time stamps."""

    files: SigningFiles
    timestamp_url: str = ""


@cache
def _signer(signature: CopySignature) -> PdfSigner:
    """Return the signer of this process."""
    from pipeline.delivery.signing.pades import PdfSigner  # pyHanko: only where files are signed

    return PdfSigner(signature.files.load(), signature.timestamp_url)


@dataclass(frozen=True, slots=True)
class CopyRules:
    """Settings of all copies of a package.

    Attributes:
        seconds: Wall time allowed for a job.
        signature: The certificate that signs each copy, its password and the server of time stamps; ``None``: none.
    """

    options: CopyOptions
    limits: ScanLimits
    made_at: datetime
    seconds: float
    signature: CopySignature | None = None


class CopyWorkers:
    """A pool of processes that make PDFs, to be used as a context manager; leaving it stops all work."""

    def __init__(self, rules: CopyRules, processes: int) -> None:
        self._rules, self._ahead = rules, processes * JOBS_AHEAD
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pipeline.delivery.entry_pdfs"])
        self._pool = ProcessPool(
            max_workers=processes, initializer=_set_up, initargs=(rules.limits,), context=context
        )

    def __enter__(self) -> CopyWorkers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def files(self, jobs: Iterable[CopyJob]) -> Iterator[tuple[CopyJob, list[bytes] | ScanError]]:
        """Yield the files of each job, or the error of its page, in the order of the jobs."""
        waiting: deque[tuple[CopyJob, Future[list[bytes]]]] = deque()
        for job in jobs:
            future = self._pool.schedule(make_pdfs, args=(job, self._rules), timeout=self._rules.seconds)
            waiting.append((job, future))
            if len(waiting) >= self._ahead:
                yield self._answer(*waiting.popleft())
        while waiting:
            yield self._answer(*waiting.popleft())

    def _answer(self, job: CopyJob, future: Future[list[bytes]]) -> tuple[CopyJob, list[bytes] | ScanError]:
        try:
            return job, future.result()
        except ScanError as error:
            failure = error
        except TimeoutError:
            failure = ScanTimeout(f"Trang chưa chép xong sau {self._rules.seconds:.0f} giây.")
        except MemoryError:
            failure = ScanOutOfMemory("Trang cần quá nhiều bộ nhớ để chép.")
        except ProcessExpired as error:
            failure = ScanCrash(f"Tiến trình chép trang dừng đột ngột (mã {error.exitcode}).")
        _logger.warning("a page could not be copied: %s", failure.code)
        return job, failure


_compressor = JpegCompressor()
"""The compressor of this process; the pages of a book arrive in order."""


def make_pdfs(job: CopyJob, rules: CopyRules) -> list[bytes]:
    """Return the files of a job; runs in a worker process.

    Raises:
        ScanError: A scan cannot be read.
        SetupError: The certificate cannot sign.
        PackageRefused: A file is no PDF/A-2b.
    """

    def decode(part: PagePart) -> PageImage:
        scan = ScanFile(part.scan, part.scan_sha256, part.scan.stat().st_size)
        return page_of(scan, part.page_no, rules.limits, rules.options.dpi)

    files = entry_pdfs(job.copies, decode, rules.options, rules.made_at, _compressor)
    if rules.signature is not None:
        signer = _signer(rules.signature)
        files = [signer.sign(file) for file in files]
    for copy, file in zip(job.copies, files, strict=True):
        if flaws := pdfa_flaws(file):
            raise PackageRefused(
                f"“{copy.name}.pdf” không đúng PDF/A-2b ({flaws[0].sentence}). Chưa có gói nào được ghi."
            )
    return files


def _set_up(limits: ScanLimits) -> None:
    """Apply the limits to this process, and keep freed memory in it.

    Every page needs the same large blocks; clearing fresh blocks took a quarter of the time (measured on pages of 300
    dpi).
    """
    limit_this_process(limits)
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT_BLOCK)
        libc.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
    except (OSError, AttributeError):  # another C library than glibc
        return


class CopyPlan:
    """The copies of a book: for each entry its own pages, its continuation pages and its corrections.

    Args:
        attached: Pages that people attached to entries of the book.

    Raises:
        PackageRefused: An attached page names a scan or an entry that does not exist.
    """

    def __init__(
        self,
        registry: Registry,
        workspace: Workspace,
        schemas: Schemas,
        book: DeliverableBook,
        names: BookNames,
        attached: tuple[AttachedPage, ...],
    ) -> None:
        self._workspace, self._schemas = workspace, schemas
        self._rectifications = registry.rectifications(book.book.book_id)
        self._book, self._names, self._unique = book, names, UniqueNames()
        self._scans = {name: sha256 for sha256, name in book.book.scans.items()}
        self._ends_above = {ref for ref, _ in book.goes_on.values()}
        self._attached = [page for page in attached if page.book == book.book.folder_name]
        self._forms = {page.ref: page.form for page in book.book.pages}
        numbers = {entry.number for entry in book.entries} | {blocker.number for blocker in book.blockers}
        for page in self._attached:
            if page.scan not in self._scans or page.number not in numbers:
                missing = (
                    f"bản quét “{page.scan}”"
                    if page.scan not in self._scans
                    else f"sự kiện số “{page.number}”"
                )
                raise PackageRefused(
                    f"package.toml: sổ “{page.book}” không có {missing}. Hãy sửa mục [[page]] ấy."
                )

    def jobs(self) -> Iterator[CopyJob]:
        """Yield a job for each page, in the order of the entries."""
        for ref, entries in groupby(self._book.entries, lambda entry: entry.ref):
            rows = self._book.rows.get(ref)
            columns = facing_columns(rows) if rows else {}
            bands = row_bands(rows) if rows else {}
            page = self._whole_page(ref)
            here = tuple(entries)
            copies = [copy for entry in here for copy in self._copies(entry, page, bands, columns)]
            yield CopyJob(tuple(copies), len(here))

    def _copies(
        self,
        entry: SettledEntry,
        page: PagePart,
        bands: Mapping[int, tuple[float, float]],
        columns: Mapping[int, tuple[float, float]],
    ) -> Iterator[EntryCopy]:
        """Yield the copy of an entry and the copies of its corrections.

        An entry without a known place on the page gets the whole page rather than a wrong row.
        """
        cuts: tuple[tuple[float, float], ...] = ()
        if entry.row in bands:
            heading = (0.0, min(top for top, _ in bands.values()))
            cuts = (bands[entry.row],) if entry.ref in self._ends_above else (heading, bands[entry.row])
        first = PagePart(
            scan=page.scan,
            scan_sha256=page.scan_sha256,
            page_no=page.page_no,
            rectification=page.rectification,
            texts=entry.texts,
            bands=cuts,
            column=columns.get(entry.row),
        )
        more = []
        if (entry.ref, entry.row) in self._book.goes_on:
            ref, end = self._book.goes_on[entry.ref, entry.row]
            more.append(replace(self._whole_page(ref), bands=((0.0, end),)))
        more += [self._whole_page(self._ref(attached)) for attached in self._attached_to(entry, "continued")]
        name = self._names.entry(entry.number, entry.registered_year)
        yield EntryCopy(self._unique.unique(name), (first, *more))
        for ref in self._corrections(entry):
            yield EntryCopy(self._unique.unique(f"{name}{CORRECTION}"), (self._whole_page(ref),))

    def _corrections(self, entry: SettledEntry) -> list[PageRef]:
        """Return the correction pages of an entry, attached by people or named by amendments, without duplicates."""
        pages = [self._ref(attached) for attached in self._attached_to(entry, "correction")]
        pages += [column.paper for column in entry.amended if column.paper is not None]
        return list(dict.fromkeys(pages))

    def _attached_to(self, entry: SettledEntry, use: str) -> list[AttachedPage]:
        return [page for page in self._attached if page.number == entry.number and page.use == use]

    def _ref(self, attached: AttachedPage) -> PageRef:
        return PageRef(self._scans[attached.scan], attached.page)

    def _whole_page(self, ref: PageRef) -> PagePart:
        return PagePart(
            scan=self._scan(ref),
            scan_sha256=ref.scan_sha256,
            page_no=ref.page_no,
            rectification=self._rectification(ref),
        )

    def _rectification(self, ref: PageRef) -> PageRectification:
        """Return the rectification of a page; a page without readings stays as scanned."""
        known = self._rectifications.get(ref)
        form = self._schemas.forms.get(self._forms.get(ref, self._book.book.ledger.form))
        paper = form.paper_mm if form else (210.0, 297.0)
        if known is None:
            return PageRectification(np.eye(3), (0, 0), paper)
        return PageRectification(known.matrix, known.size, paper)

    def _scan(self, ref: PageRef) -> Path:
        path = self._workspace.stored(ref.scan_sha256)
        if path is None:
            name = self._book.book.scans.get(ref.scan_sha256, ref.scan_sha256[:12])
            raise PackageRefused(
                f"Kho bản quét không còn tệp “{name}” của sổ “{self._book.book.folder_name}”. "
                "Hãy lấy lại từ bản sao lưu rồi chạy lại."
            )
        return path
