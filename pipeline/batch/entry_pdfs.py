"""X"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from types import TracebackType

import numpy as np
from pebble import ProcessExpired, ProcessPool

from pipeline.batch.deliverable import DeliverableBook
from pipeline.errors import PackageRefused, ScanCrash, ScanError, ScanOutOfMemory, ScanTimeout
from pipeline.export.options import CORRECTION, AttachedPage, BookNames, UniqueNames
from pipeline.export.package_values import SettledEntry
from pipeline.export.page_pictures import (
    CopyOptions,
    EntryCopy,
    PagePart,
    PageRectification,
    bands_of,
    columns_of,
    entry_pdfs,
)
from pipeline.intake import ScanFile, ScanLimits, limit_this_process, page_of
from pipeline.model import PageImage, PageRef
from pipeline.registry import Registry
from pipeline.schema import Schemas
from pipeline.workspace import Workspace

WAITING_A_PROCESS = 3
"""Jobs that are handed out ahead, a process."""


@dataclass(frozen=True, slots=True)
class CopyJob:
    """The PDFs of the entries of one page; ``entries``: how many those are (some may have a correction besides)."""

    copies: tuple[EntryCopy, ...]
    entries: int


@dataclass(frozen=True, slots=True)
class CopyRules:
    """What all copies of a package have in common."""

    options: CopyOptions
    limits: ScanLimits
    made_at: datetime
    seconds: float


class Copiers:
    """A pool of processes; use it as a context manager. Leaving it stops all work at once."""

    def __init__(self, rules: CopyRules, processes: int) -> None:
        self._rules, self._ahead = rules, processes * WAITING_A_PROCESS
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pipeline.batch.entry_pdfs"])
        self._pool = ProcessPool(
            max_workers=processes, initializer=limit_this_process, initargs=(rules.limits,), context=context
        )

    def __enter__(self) -> Copiers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def files(self, jobs: Iterable[CopyJob]) -> Iterator[tuple[CopyJob, list[bytes] | ScanError]]:
        """The files of each job, in the order of the jobs."""
        waiting: deque[tuple[CopyJob, Future[list[bytes]]]] = deque()
        for job in jobs:
            waiting.append(
                (job, self._pool.schedule(made, args=(job, self._rules), timeout=self._rules.seconds))
            )
            if len(waiting) >= self._ahead:
                yield self._answer(*waiting.popleft())
        while waiting:
            yield self._answer(*waiting.popleft())

    def _answer(self, job: CopyJob, future: Future[list[bytes]]) -> tuple[CopyJob, list[bytes] | ScanError]:
        try:
            return job, future.result()
        except ScanError as error:
            return job, error
        except TimeoutError:
            return job, ScanTimeout(f"Trang chưa chép xong sau {self._rules.seconds:.0f} giây.")
        except MemoryError:
            return job, ScanOutOfMemory("Trang cần quá nhiều bộ nhớ để chép.")
        except ProcessExpired as error:
            return job, ScanCrash(f"Tiến trình chép trang dừng đột ngột (mã {error.exitcode}).")


def made(job: CopyJob, rules: CopyRules) -> list[bytes]:
    """The files of a job, made in this process. Raises ``ScanError``."""

    def decode(part: PagePart) -> PageImage:
        scan = ScanFile(part.scan, part.scan_sha256, part.scan.stat().st_size)
        return page_of(scan, part.page_no, rules.limits)

    return entry_pdfs(job.copies, decode, rules.options, rules.made_at)


class CopyPlan:
    """The copies of one book. ``attached``: pages that people say belong to entries of it; raises ``PackageRefused``
    for one that names a scan or an entry that is not there."""

    def __init__(
        self,
        registry: Registry,
        workspace: Workspace,
        schemas: Schemas,
        found: DeliverableBook,
        names: BookNames,
        attached: tuple[AttachedPage, ...],
    ) -> None:
        self._registry, self._workspace, self._schemas = registry, workspace, schemas
        self._found, self._names, self._unique = found, names, UniqueNames()
        self._scans = {name: sha256 for sha256, name in found.book.scans.items()}
        self._attached = [one for one in attached if one.book == found.book.folder_name]
        self._forms = {page.ref: page.form for page in found.book.pages}
        numbers = {entry.number for entry in found.entries} | {one.number for one in found.held}
        for one in self._attached:
            if one.scan not in self._scans or one.number not in numbers:
                what = f"bản quét “{one.scan}”" if one.scan not in self._scans else f"việc số “{one.number}”"
                raise PackageRefused(
                    f"package.toml: sổ “{one.book}” không có {what}. Hãy sửa mục [[page]] ấy."
                )

    def jobs(self) -> Iterator[CopyJob]:
        """A job a page, in the order of the entries."""
        for ref, entries in groupby(self._found.entries, lambda e: PageRef(e.scan_sha256, e.page_no)):
            rows = self._found.rows.get(ref)
            columns = columns_of(rows) if rows else {}
            bands = bands_of(rows) if rows and not columns else {}
            straight = self._straight(ref)
            here = tuple(entries)
            copies = [copy for entry in here for copy in self._copies(entry, ref, straight, bands, columns)]
            yield CopyJob(tuple(copies), len(here))

    def _copies(
        self,
        entry: SettledEntry,
        ref: PageRef,
        straight: PageRectification,
        bands: Mapping[int, tuple[float, float]],
        columns: Mapping[int, tuple[float, float]],
    ) -> Iterator[EntryCopy]:
        """The entry itself, and the corrections attached to it. Of one whose place on the page is not known the whole
        page is shown: rather too much than not its own row."""
        cuts: tuple[tuple[float, float], ...] = ()
        if entry.row in bands:
            heading = (0.0, min(top for top, _ in bands.values()))
            cuts = (heading, bands[entry.row])
        first = PagePart(
            self._scan(ref), ref.scan_sha256, ref.page_no, straight, entry.texts, cuts, columns.get(entry.row)
        )
        more = [self._whole(self._ref(one)) for one in self._of(entry, "continued")]
        name = self._names.entry(entry.number, entry.registered_year)
        yield EntryCopy(self._unique.of(name), (first, *more))
        for page in self._corrections(entry):
            yield EntryCopy(self._unique.of(f"{name}{CORRECTION}"), (self._whole(page),))

    def _corrections(self, entry: SettledEntry) -> list[PageRef]:
        """The pages of corrections: those that people attached, and those that amendments rest on, each once."""
        pages = [self._ref(one) for one in self._of(entry, "correction")]
        pages += [one.paper for one in entry.amended if one.paper is not None]
        return list(dict.fromkeys(pages))

    def _of(self, entry: SettledEntry, use: str) -> list[AttachedPage]:
        return [one for one in self._attached if one.number == entry.number and one.use == use]

    def _ref(self, one: AttachedPage) -> PageRef:
        return PageRef(self._scans[one.scan], one.page)

    def _whole(self, ref: PageRef) -> PagePart:
        return PagePart(self._scan(ref), ref.scan_sha256, ref.page_no, self._straight(ref))

    def _straight(self, ref: PageRef) -> PageRectification:
        """How a page is set straight; one that nothing was read on stays as it was scanned."""
        known = self._registry.straightening(self._found.book.book_id, ref)
        form = self._schemas.forms.get(self._forms.get(ref, self._found.book.ledger.form))
        paper = form.paper_mm if form else (210.0, 297.0)
        if known is None:
            return PageRectification(np.eye(3), (0, 0), paper)
        return PageRectification(known.matrix, known.size, paper)

    def _scan(self, ref: PageRef) -> Path:
        path = self._workspace.stored(ref.scan_sha256)
        if path is None:
            name = self._found.book.scans.get(ref.scan_sha256, ref.scan_sha256[:12])
            raise PackageRefused(
                f"Kho bản quét không còn tệp “{name}” của sổ “{self._found.book.folder_name}”. "
                "Hãy lấy lại từ bản sao lưu rồi chạy lại."
            )
        return path
