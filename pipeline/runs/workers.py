"""The processes that decode and read pages, one a core.

A hostile page may hang, crash or exhaust memory in native code; no page is therefore opened in the process that writes
the registry. Each worker makes its readers once, has a memory limit, and is killed with its children when a page takes
too long. Failures return as ``ScanError`` values; of the pixels, only a page's contribution to the form template
returns.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import FrameType, TracebackType
from typing import Protocol, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from pipeline.base.errors import HotichError, ScanCrash, ScanError, ScanOutOfMemory, ScanTimeout
from pipeline.base.logs import LogOptions, configure_worker_logs, current_log_options
from pipeline.base.model import Ledger, PageRef, PageResult
from pipeline.declarations.schema import Form
from pipeline.layout.imaging.form_template import FormTemplate
from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.adapters import Adapter, adapted_reader, unpack_adapter
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.tesseract import read_in_process
from pipeline.run_context import RunContext
from pipeline.runs.worker_process import allow_cpu, end_with, reader_context
from pipeline.scans.intake import ScanFile, limit_this_process, page_count, page_of
from pipeline.scans.workspace import Workspace

SCRATCH = "hotich-pages-"
"""Prefix of the scratch folder of a run's readers; the process number follows."""

_logger = logging.getLogger(__name__)

T = TypeVar("T")
Item = TypeVar("Item")


class PageFault(ScanError):
    """An error of this program while reading a page; the rest of the book goes on."""

    code = "fault"


class WorkersLost(HotichError):
    """The pool of processes cannot go on; saved pages stay, and a new run continues."""

    code = "workers"


@dataclass(frozen=True)
class WorkerSetup:
    """The setup of a worker.

    Attributes:
        scratch: The folder for the worker's temporary files.
        run: The process that it works for.
    """

    context: RunContext
    scratch: Path
    run: int
    log: LogOptions


@dataclass(frozen=True)
class BookJob:
    """The book of a page."""

    form: Form
    ledger: Ledger


@dataclass(frozen=True)
class PageJob:
    """A page to read.

    Attributes:
        page_no: Page number in the scan, from 1.
        template: The packed form template of the book, if there is one.
        teach: Whether the page contributes to the template.
        adapter: The packed adapter of the book's hand, if it is to be used.
    """

    scan: ScanFile
    page_no: int
    template: bytes | None = None
    teach: bool = False
    adapter: bytes | None = None

    @property
    def ref(self) -> PageRef:
        return PageRef(self.scan.sha256, self.page_no)


@dataclass(frozen=True)
class WorkerDied:
    """The process that read a page died; ``error``: the failure to report if the page was the cause."""

    error: ScanError


# --- in a worker process ------------------------------------------------------------------------------------------

_state: tuple[WorkerSetup, Engines] | None = None


def _set_up(assignment: WorkerSetup) -> None:
    """Set up this process: process group (its children die with it), scratch folder, readers, memory limit."""
    global _state
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, _die_with_children)
    tempfile.tempdir = os.environ["TMPDIR"] = str(assignment.scratch)
    end_with(assignment.run)
    _state = (assignment, read_in_process(assignment.context.make_engines()))
    limit_this_process(assignment.context.limits)
    configure_worker_logs(assignment.log)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders write their complaints there


def _die_with_children(_signal: int, _frame: FrameType | None) -> None:
    os.killpg(os.getpgid(0), signal.SIGKILL)


def own_setup() -> tuple[WorkerSetup, Engines]:
    if _state is None:
        raise RuntimeError("not in a worker process")
    return _state


def count_here(_book: BookJob, scan: ScanFile) -> int | ScanError:
    """Return the page count of a scan, or the error."""
    assignment, _ = own_setup()
    allow_cpu(assignment.context.page_seconds)
    return scan_error_as_value(lambda: page_count(scan_at_hand(scan), assignment.context.limits))


def read_here(book: BookJob, job: PageJob) -> PageResult | ScanError:
    """Return the result of a page, or the error."""
    assignment, engines = own_setup()
    context = assignment.context
    allow_cpu(context.page_seconds)

    def read() -> PageResult:
        page = page_of(scan_at_hand(job.scan), job.page_no, context.limits)
        readers = readers_of(job, engines)
        options = replace(context.options, teach=True) if job.teach else context.options
        return context.read_page(page, book.form, book.ledger, context.schemas, readers, options)

    return scan_error_as_value(read)


def readers_of(job: PageJob, engines: Engines) -> Engines:
    """Return the readers with the form template and the adapter of the page's book.

    Raises:
        AdapterRefused: The adapter belongs to another reader or is damaged.
    """
    if job.template:
        engines = replace(engines, template=_form_template(job.template))
    if job.adapter is not None and isinstance(engines.hand, HandwritingReader):
        engines = replace(engines, hand=adapted_reader(engines.hand, _adapter(job.adapter)))
    return engines


@lru_cache(maxsize=2)
def _form_template(packed: bytes) -> FormTemplate:
    return FormTemplate.from_bytes(packed)


@lru_cache(maxsize=2)
def _adapter(packed: bytes) -> Adapter:
    return unpack_adapter(packed)


def scan_at_hand(scan: ScanFile) -> ScanFile:
    """Return the scan at its path on this machine: the leading process's path, else the local workspace's."""
    if scan.path.exists():
        return scan
    assignment, _ = own_setup()
    here = Workspace(assignment.context.workspace).stored(scan.sha256)
    return scan if here is None else replace(scan, path=here)


def scan_error_as_value(work: Callable[[], T]) -> T | ScanError:
    """Return the result of ``work``, or the error of the scan; errors of the machine (a missing program) are raised."""
    try:
        return work()
    except ScanError as error:
        return error
    except HotichError:
        raise
    except MemoryError:
        return ScanOutOfMemory(MEMORY_MESSAGE)
    except Exception as error:
        if "nsufficient memory" in str(error):
            return ScanOutOfMemory(MEMORY_MESSAGE)
        return PageFault(fault_message(error))


def fault_message(error: Exception) -> str:
    """Return type and place of a program error, without its message, which may contain values."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"Lỗi của chính chương trình ({type(error).__name__} tại {Path(where.filename).name}:{where.lineno}). "
        "Xin báo lỗi này; các trang khác vẫn được đọc."
    )


MEMORY_MESSAGE = "Trang cần nhiều bộ nhớ hơn mức cho phép; hãy quét lại với độ phân giải thấp hơn (300 dpi)."


# --- in the process that started them -----------------------------------------------------------------------------


class PageWorkers(Protocol):
    """Reads the pages of a book, on this machine or on many."""

    def counted(self, scans: Iterable[ScanFile]) -> Iterator[tuple[ScanFile, int | ScanError]]:
        """Yield the page count of each scan as the answers arrive."""
        ...

    def read(self, jobs: Iterable[PageJob]) -> Iterator[tuple[PageJob, PageResult | ScanError]]:
        """Yield the result of each page as the answers arrive."""
        ...


class Pool:
    """Worker processes of this machine; a context manager. Leaving it stops all work."""

    def __init__(self, context: RunContext, processes: int) -> None:
        self._seconds = context.page_seconds
        scratch = _quick_folder() or tempfile.gettempdir()
        _remove_left_behind(Path(scratch))
        self._scratch = tempfile.TemporaryDirectory(prefix=f"{SCRATCH}{os.getpid()}-", dir=scratch)
        self._pool = ProcessPool(
            max_workers=processes,
            initializer=_set_up,
            initargs=(WorkerSetup(context, Path(self._scratch.name), os.getpid(), current_log_options()),),
            context=reader_context(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop all work."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        self._scratch.cleanup()

    def answers(
        self, work: Callable[[BookJob, Item], T | ScanError], book: BookJob, items: Iterable[Item]
    ) -> Iterator[tuple[Item, T | ScanError]]:
        """Yield the answer of ``work`` to each item as the answers arrive.

        An item whose process died is tried again after all others: the system may have killed the process for another
        process's memory, or a person may have ended it.

        Raises:
            WorkersLost: The pool cannot go on.
        """
        died: list[Item] = []
        for item, answer in self._attempted(work, book, items):
            if isinstance(answer, WorkerDied):
                _logger.warning("a worker died (%s); its page is tried again", answer.error.code)
                died.append(item)
            else:
                yield item, answer
        for item, answer in self._attempted(work, book, died):
            yield item, answer.error if isinstance(answer, WorkerDied) else answer

    def _attempted(
        self, work: Callable[[BookJob, Item], T | ScanError], book: BookJob, items: Iterable[Item]
    ) -> Iterator[tuple[Item, T | ScanError | WorkerDied]]:
        waiting: dict[Future[T | ScanError], Item] = {
            self._pool.schedule(work, args=(book, item), timeout=self._seconds): item for item in items
        }
        for future in as_completed(waiting):
            answer = self._answer(future)
            yield waiting.pop(future), answer

    def _answer(self, future: Future[T]) -> T | ScanError | WorkerDied:
        try:
            return future.result()
        except TimeoutError:
            return ScanTimeout(
                f"Trang chưa đọc xong sau {self._seconds:.0f} giây nên được bỏ lại; hãy xem và quét lại trang này."
            )
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGKILL:
                return WorkerDied(ScanOutOfMemory(MEMORY_MESSAGE))
            return WorkerDied(
                ScanCrash(
                    f"Tiến trình đọc trang dừng đột ngột (mã {error.exitcode}); tệp có thể hỏng, hãy quét lại "
                    "trang này."
                )
            )
        except BrokenProcessPool:
            _logger.error("the pool of workers is broken")
            raise WorkersLost(
                "Các tiến trình đọc trang không chạy tiếp được. Những trang đã đọc đã được lưu; "
                "hãy chạy “hotich doctor” rồi chạy lại lệnh này để đọc tiếp."
            ) from None


class Workers(Pool):
    """A pool of worker processes for one book."""

    def __init__(self, context: RunContext, form: Form, ledger: Ledger, processes: int) -> None:
        super().__init__(context, processes)
        self._book = BookJob(form, ledger)

    def counted(self, scans: Iterable[ScanFile]) -> Iterator[tuple[ScanFile, int | ScanError]]:
        """Yield the page count of each scan as the answers arrive."""
        return self.answers(count_here, self._book, scans)

    def read(self, jobs: Iterable[PageJob]) -> Iterator[tuple[PageJob, PageResult | ScanError]]:
        """Yield the result of each page as the answers arrive."""
        return self.answers(read_here, self._book, jobs)


def _quick_folder() -> str | None:
    """Return a folder in memory for the readers' temporary files, if the system has one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _remove_left_behind(folder: Path) -> None:
    """Remove the scratch folders of killed runs: they contain cutouts of pages."""
    for left in folder.glob(f"{SCRATCH}*"):
        owner = left.name.removeprefix(SCRATCH).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)
