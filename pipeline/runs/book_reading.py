"""Books of scans are read page by page into the registry; a failing page stops no other page."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pipeline.base.errors import BookBusy, HotichError, LedgerError, ReadingStopped, SchemaError, StorageError
from pipeline.base.files import printable
from pipeline.base.model import Ledger, PageRef
from pipeline.books.book_checks import check_books
from pipeline.books.book_identity import agreed_ledger
from pipeline.declarations.ledger import LEDGER_FILE, load_ledger
from pipeline.declarations.schema import Form
from pipeline.registry import RegistryPart, RowTampered, Withdrawn
from pipeline.run_context import RunContext
from pipeline.runs.book_run import BookReport, BookRun, ScanFailure, reading_fingerprint
from pipeline.runs.circuit_breaker import CircuitBreaker
from pipeline.runs.context_pass import weigh_delivered
from pipeline.runs.form_alarm import find_form_alarm
from pipeline.runs.handwriting_calibration import record_drift
from pipeline.runs.rescans import settle_tickets
from pipeline.runs.template_learning import read_in_rounds, template_of_book
from pipeline.runs.unseen_values import check_unseen
from pipeline.runs.worker_process import load_readers_ahead
from pipeline.runs.workers import PageFault, PageJob, PageWorkers, Workers, fault_message
from pipeline.scans.intake import folder_contents


@dataclass(frozen=True)
class Progress:
    """A page was read: the ``done``-th of ``total`` unread pages in book ``folder``."""

    folder: str
    done: int
    total: int
    page: PageRef


OnProgress = Callable[[Progress], None]

PoolOf = Callable[[RunContext, Form, Ledger], AbstractContextManager[PageWorkers]]
"""Makes the workers that read the pages of a book."""

WEIGHED_EVERY = 20
"""Number of pages between checks for an unusual hand; critical values of such a book must not be accepted for long."""

_logger = logging.getLogger(__name__)


def digitize_book(
    folder: Path,
    context: RunContext,
    *,
    workers: int | None = None,
    pool: PoolOf | None = None,
    on_progress: OnProgress | None = None,
    breaker: CircuitBreaker | None = None,
    again: bool = False,
) -> BookReport:
    """Read all unread pages of a book and save them, with a transaction for each page.

    Then the pages are weighed in the context of the book, and the whole book is checked. An unusable scan or page
    becomes a failure in the report and in the registry; one that failed alike before does not count towards stopping
    the run.

    Args:
        folder: Folder with the scans and ``ledger.toml``.
        workers: Number of processes; by default one a core.
        pool: Makes workers other than local processes.
        on_progress: Called after every page.
        breaker: Circuit breaker of a run over several books.
        again: Also try pages quarantined after repeated failures.

    Raises:
        LedgerError, SchemaError: Nothing was read; ``BookInQuestion`` where the ledger contradicts the registry.
        BookBusy: Another run reads the book.
        Withdrawn: The book is withdrawn.
        ReadingStopped: Too many pages failed.
        RegistryError, StorageError, SetupError: What was saved stays; a new run goes on from there.
    """
    started = time.perf_counter()
    ledger = load_ledger(folder)
    form = context.schemas.form(ledger.form)
    context.schemas.printings_of(form)
    engines = context.make_engines()
    listed = cache(lambda: folder_contents(folder, context.limits))
    with context.open_registry() as registry:
        ledger = agreed_ledger(registry, folder, ledger, lambda: [scan.sha256 for scan in listed().scans])
        book_id = registry.book_id(ledger, folder.name)
        registry.refuse_withdrawn(RegistryPart(book_id))
        for read_by in registry.forms_read_by(book_id) & context.schemas.form_flaws.keys():
            context.schemas.form(read_by)
        with registry.lock_book(book_id, silence_seconds(context)) as turn:
            run = BookRun(folder, context, registry, book_id, turn, breaker or CircuitBreaker(context.faults))
            contents = listed()
            to_read = run.without_withdrawn(contents.scans, contents.foreign)
            run.record_foreign(contents.foreign)
            scans = run.store_scans(to_read)
            run.fingerprints = {
                scan.sha256: reading_fingerprint(
                    scan.sha256, form, ledger, context.schemas, engines, context.options
                )
                for scan in scans
            }
            held = {} if again else run.set_aside()
            complete = run.complete_scans(scans, held)
            jobs = [
                job
                for scan in scans
                if scan.sha256 in complete
                for job in run.page_jobs(scan, complete[scan.sha256])
            ]
            countable = [
                run.proven(scan)
                for scan in scans
                if scan.sha256 not in complete and (scan.sha256, None) not in held
            ]
            unread: list[PageJob] = []
            if countable:
                with (pool or _local_pool(workers or _cores()))(context, form, ledger) as readers:
                    new = [
                        job
                        for scan, pages in readers.counted(countable)
                        for job in run.page_jobs(scan, pages)
                    ]
                    jobs += new
                    unread = run.unread([job for job in new if (job.scan.sha256, job.page_no) not in held])
                    _logger.info("book %d: %d scans, %d pages to read", book_id, len(scans), len(unread))
                    template = template_of_book(registry, context.workspace, book_id, form)
                    answers = read_in_rounds(readers.read, unread, form, template)
                    try:
                        for number, (job, answer) in enumerate(answers, start=1):
                            run.save(job, answer)
                            if number % WEIGHED_EVERY == 0:
                                record_drift(registry, context, book_id, engines.hand_fingerprint)
                            if on_progress:
                                on_progress(Progress(folder.name, number, len(unread), job.ref))
                    except ReadingStopped:
                        record_drift(registry, context, book_id, engines.hand_fingerprint)
                        raise
            if context.book_context:
                run.weigh(form, ledger)
                weigh_delivered(registry, context, book_id, silence_seconds(context), turn.beat)
            settle_tickets(registry, book_id)
            check_books(registry, context.schemas, [book_id])
            drift = record_drift(registry, context, book_id, engines.hand_fingerprint)
            check_unseen(registry, context, book_id)
            findings = Counter(across.finding.code for across in registry.cross_entry_findings([book_id]))
    report = replace(
        run.report(),
        form=ledger.form,
        volume=ledger.volume,
        scans=len(scans),
        pages=len(jobs),
        known=len(jobs) - len(unread) - sum(page_no is not None for _, page_no in held),
        book_findings=dict(findings.most_common()),
        drift=drift,
        form_alarm=find_form_alarm(
            form.id, (result for result, _ in run.saved.values()), context.schemas.forms
        ),
        seconds=time.perf_counter() - started,
    )
    _logger.info(
        "book %d: %d pages read, %d known, %d weighed anew, %d entries, %d accepted, failures %s, findings %s, %.0f s",
        book_id,
        report.read,
        report.known,
        report.weighed,
        report.entries,
        report.accepted,
        dict(Counter(report.failed)),
        dict(report.book_findings),
        report.seconds,
    )
    return report


def digitize_books(
    root: Path,
    context: RunContext,
    *,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
    again: bool = False,
) -> Iterator[BookReport]:
    """Read all books in a folder, half-read books first; yield a report of each.

    Args:
        workers: Number of processes; by default one a core.
        on_progress: Called after every page.
        again: Also try pages quarantined after repeated failures.

    Raises:
        ReadingStopped: Several books in a row were stopped by too many failing pages.
    """
    load_readers_ahead()
    breaker = CircuitBreaker(context.faults)
    for folder in folders_by_need(book_folders(root), context):
        yield book_report(
            folder, context, workers=workers, on_progress=on_progress, breaker=breaker, again=again
        )


def book_report(
    folder: Path,
    context: RunContext,
    *,
    workers: int | None = None,
    pool: PoolOf | None = None,
    on_progress: OnProgress | None = None,
    breaker: CircuitBreaker | None = None,
    again: bool = False,
) -> BookReport:
    """Read a book with ``digitize_book``, turning its errors into failures so that other books can be read.

    An unusable ``ledger.toml``, a link in place of the folder, another run over the book, rows changed outside the
    program, a stop over its pages and a fault of the program are failures in the report. A withdrawn book is not read,
    which is no failure.

    Raises:
        StorageError: The disk or share of the books is gone: no other book can be read, and it may come back.
        ReadingStopped: The whole run is to stop.
    """
    try:
        _refuse_link(folder)
        return digitize_book(
            folder, context, workers=workers, pool=pool, on_progress=on_progress, breaker=breaker, again=again
        )
    except (LedgerError, SchemaError) as error:
        if not folder.is_symlink() and _is_away(folder):
            raise StorageError(
                f"Ổ chứa «{printable(folder.parent)}» không còn nối vào máy hoặc trống không. Những trang đã đọc "
                "đã được lưu; hãy nối lại rồi chạy lại."
            ) from None
        failure = ScanFailure(error.code, LEDGER_FILE, None, error.message)
    except (BookBusy, RowTampered) as error:
        failure = ScanFailure(error.code, folder.name, None, error.message)
    except Withdrawn:
        _logger.info("a book was not read: it is withdrawn")
        return BookReport(folder.name, is_withdrawn=True)
    except ReadingStopped as error:
        if error.final:
            raise
        failure = ScanFailure(error.code, folder.name, None, error.message)
    except HotichError:
        raise
    except Exception as error:  # noqa: BLE001 (a fault in a book must not stop the others)
        failure = ScanFailure(PageFault.code, folder.name, None, fault_message(error))
        _logger.error("a fault of the program over one book: %s", failure.message)
    _logger.warning("a book was not read: %s", failure.code)
    return BookReport(folder.name, failures=(failure,))


def book_folders(root: Path) -> tuple[Path, ...]:
    """Return the books under ``root``: itself when it holds a ``ledger.toml``, else each non-empty folder in it.

    A folder without ``ledger.toml`` and a link in place of a folder count as books, so that the report names them.

    Raises:
        LedgerError: There is no book.
        StorageError: The folder cannot be listed.
    """
    try:
        return _book_folders(root)
    except OSError as error:
        raise StorageError(
            f"Không mở được thư mục «{printable(root)}»: {os.strerror(error.errno or 0)}. Hãy kiểm tra ổ đĩa, "
            "ổ mạng và quyền đọc."
        ) from None


def _book_folders(root: Path) -> tuple[Path, ...]:
    if (root / LEDGER_FILE).is_file() or (root / LEDGER_FILE).is_symlink():
        return (root,)
    if not root.is_dir():
        raise LedgerError(f"Không thấy thư mục {printable(root)}.")
    books = tuple(
        folder
        for folder in sorted(root.iterdir())
        if not folder.name.startswith(".") and (_is_link_of_folder(folder) or _is_filled(folder))
    )
    if not books:
        raise LedgerError(
            f"Thư mục {printable(root)} không có sổ nào. Mỗi sổ là một thư mục có các bản quét và tệp {LEDGER_FILE}."
        )
    return books


def _holds_anything(folder: Path) -> bool:
    """Return whether a folder is not empty; a folder without read permission counts, so that its report names it."""
    try:
        return any(folder.iterdir())
    except PermissionError:
        return True


def _is_filled(folder: Path) -> bool:
    return not folder.is_symlink() and folder.is_dir() and _holds_anything(folder)


def _is_link_of_folder(path: Path) -> bool:
    """Return whether the path is a link to a folder or to nothing, in place of a book."""
    return path.is_symlink() and not path.is_file()


def _refuse_link(folder: Path) -> None:
    """Raise ``LedgerError`` for a link in place of a book's folder: its target may belong to others."""
    if folder.is_symlink():
        raise LedgerError(
            f"«{printable(folder.name)}» là một liên kết, không phải thư mục. Hãy nêu hoặc chép chính thư mục của sổ."
        )


def folders_by_need(folders: Sequence[Path], context: RunContext) -> tuple[Path, ...]:
    """Return the books in the order of their need to be read.

    Half-read books come first, then books with missing pages, then new books, last the finished books, longest ago
    first: a new model may read them again. A restarted run thus continues at once, however many books are done.

    Raises:
        RegistryError, StorageError: The registry cannot be read.
    """
    with context.open_registry() as registry:
        progress = registry.book_progress()

    def need(folder: Path) -> tuple[int, float]:
        book = progress.get(folder.name)
        if book is None or book.read_at is None:
            return 2, 0.0
        return 0 if book.in_hand else 1 if book.missing else 3, book.read_at.timestamp()

    return tuple(sorted(folders, key=need))


def _is_away(folder: Path) -> bool:
    """Return whether all books around this book are gone too: an unmounted share leaves an empty folder or none."""
    try:
        return not folder.is_dir() and not any(folder.parent.iterdir())
    except OSError:
        return True


def silence_seconds(context: RunContext) -> float:
    """Return the longest silence of a healthy run in seconds: twice the longest page, and a slow disk."""
    return 2 * context.page_seconds + 60.0


def _local_pool(processes: int) -> PoolOf:
    return lambda context, form, ledger: Workers(context, form, ledger, processes)


def _cores() -> int:
    return len(os.sched_getaffinity(0))
