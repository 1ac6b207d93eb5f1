"""The processes that make the PDFs of entries, a page a job, in the order they were asked for.

A decoder may crash or loop on any scan, so pages are opened in worker processes under limits; only so many wait at a
time that memory stays flat however long the book is.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from pebble import ProcessExpired, ProcessPool

from pipeline.errors import ScanCrash, ScanError, ScanOutOfMemory, ScanTimeout
from pipeline.export.copies import EntryCopy, PagePart, entry_pdfs
from pipeline.export.picture import CopyOptions
from pipeline.intake import ScanFile, ScanLimits, limit_this_process, page_of
from pipeline.model import PageImage

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
        context.set_forkserver_preload(["pipeline.batch.copying"])
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
