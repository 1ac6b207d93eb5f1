"""The nightly run: all books of a folder, a Prefect task for each book, from paths to counts.

The work is in ``pipeline.runs``; Prefect provides schedule, retries and tables. The state of the work is in the
registry, never in Prefect, so an interrupted run is simply started again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
from prefect import flow, get_run_logger, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.schemas.objects import State
from prefect.exceptions import PrefectException

from flows.learning import HandSummary, hand_sentences, learn_hands
from flows.morning import morning_report
from flows.order import list_books, order_books
from flows.summary import Summary, book_run_name, guarded, overview, summary_of, warned
from flows.trying import CHECKING, READING
from pipeline.base.errors import ReadingStopped
from pipeline.base.localtime import OFFICE_ZONE, iso_time
from pipeline.books.book_checks import check_registry, suggest_links
from pipeline.reports.own_files import unused_files
from pipeline.runs.book_reading import Progress, book_report
from pipeline.runs.circuit_breaker import CircuitBreaker
from pipeline.runs.worker_process import load_readers_ahead
from pipeline.scans.inbox.intake_folders import IntakeFolders
from pipeline.scans.inbox.manifest import manifest_scans
from pipeline.scans.store_check import check_share, store_sentence
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

WATCHER: ContextVar[Callable[[Progress], None] | None] = ContextVar("watcher", default=None)
"""Called for each finished page, besides Prefect: the terminal of a person who waits for the run."""

STEP = 5.0
"""Per cent between two progress updates; an update takes Prefect a tenth of a second."""
SILENT_SECONDS = 120.0
"""Seconds without updates after the server did not answer."""


def run_name() -> str:
    return f"doc-so-{datetime.now(OFFICE_ZONE):%Y-%m-%d-%H%M}"


@flow(name="nightly", flow_run_name=run_name, log_prints=False, persist_result=False)
def nightly(folder: str, workspace: str | None = None, workers: int | None = None) -> list[Summary]:
    """Read every unread book under ``folder``; check each book, then all books together.

    Then the hands of books with enough newly confirmed lines are learnt, and waiting pages are read again.

    Args:
        folder: Parent folder of the books.
        workspace: The workspace; by default as in the settings.
        workers: Number of processes; by default as in the settings.

    Returns:
        A summary for each book.

    Raises:
        ReadingStopped: Too many pages of several books fail; earlier pages are saved and reported.
    """
    settings, folders = read_settings(), list_books(folder, workspace)
    stopped: ReadingStopped | None = None
    summaries: list[Summary] = []
    if not folders:
        get_run_logger().info("Chưa có sổ nào để đọc.")
    elif settings.cluster:
        from flows.cluster import read_on_cluster  # an extra that one machine does without

        summaries, stopped = read_on_cluster(folders, workspace, settings)
    else:
        load_readers_ahead()
        bar = ProgressBar(len(folders))
        breaker = CircuitBreaker(settings.faults)
        try:
            for number, book in enumerate(order_books(folders, workspace)):
                summaries.append(read_book(str(book), workspace, workers, breaker, bar.of_book(number)))
                bar.show(number + 1)
        except ReadingStopped as error:
            stopped = error
    hands: list[HandSummary] = []
    if stopped is None:
        hands = learn_hands(folders, workspace, workers)
    summaries.sort(key=lambda summary: str(summary["book"]))
    counts = f"{check_people(workspace)} {suggested_links(workspace)} {check_stored(workspace)}"
    sealed = seal_audit(workspace)
    line = f"{overview(summaries)} {counts}"
    create_table_artifact(key="nightly-books", table=summaries, description=line)
    create_markdown_artifact(
        key="nightly-morning",
        markdown=morning_report(
            summaries,
            counts,
            stopped.message if stopped else "",
            sealed,
            unconfirmed_accounts(workspace),
            hand_sentences(hands),
            unused_declarations(workspace),
            unproven_entries(workspace),
            loosened_settings(workspace),
        ),
        description="Sáng nay",
    )
    get_run_logger().info(line)
    if stopped:
        raise stopped
    return summaries


def unconfirmed_accounts(workspace: str | None) -> list[str]:
    """Return the changes of privileged accounts without a second confirmation, as sentences."""
    context = read_settings().run_context(Path(workspace) if workspace else None)
    with context.open_registry() as registry:
        return [act.sentence for act in registry.accounts().open_acts()]


def loosened_settings(workspace: str | None) -> list[str]:
    """Return the loosened settings that nobody else has seen, as sentences."""
    context = read_settings().run_context(Path(workspace) if workspace else None)
    with context.open_registry() as registry:
        return [change.sentence for change in registry.open_policy_changes()]


def unproven_entries(workspace: str | None) -> list[str]:
    """Return the entries that are held back, and the notices, as a row of theirs is not the program's, as sentences."""
    context = read_settings().run_context(Path(workspace) if workspace else None)
    with context.open_registry() as registry:
        held_back = [entry.sentence for entry in registry.unproven_entries()]
        return [*(one.sentence for one in registry.publishing().forged_notices()), *held_back]


def unused_declarations(workspace: str | None) -> list[str]:
    """Return the unusable files of the office's declarations, as sentences."""
    context = read_settings().run_context(Path(workspace) if workspace else None)
    with context.open_registry() as registry:
        return [file.message for file in unused_files(registry, context.schemas)]


class ProgressBar:
    """The progress of a run over ``books`` as a Prefect artifact; a lost server does not stop the reading."""

    def __init__(self, books: int) -> None:
        self._books = books
        self._shown = 0.0
        self._silent_until = 0.0
        artifact = create_progress_artifact(key="nightly-progress", progress=0.0, description="Đọc sổ")
        assert isinstance(artifact, UUID)
        self._artifact = artifact

    def show(self, done: float) -> None:
        """Show the number of finished books, with the fraction of the present book, if it grew by a step."""
        percent = 100.0 * done / self._books
        if time.monotonic() >= self._silent_until and (
            percent - self._shown >= STEP or percent >= 100.0 > self._shown
        ):
            self._shown = percent
            try:
                update_progress_artifact(artifact_id=self._artifact, progress=percent)
            except (httpx.HTTPError, PrefectException):
                self._silent_until = time.monotonic() + SILENT_SECONDS

    def of_book(self, number: int) -> Callable[[Progress], None]:
        """Return the callback for finished pages of a book."""
        watch = WATCHER.get()

        def on_page(page: Progress) -> None:
            if watch is not None:
                watch(page)
            self.show(number + page.done / page.total)

        return on_page


@task(name="read-book", task_run_name=book_run_name, **READING)
def read_book(
    folder: str,
    workspace: str | None,
    workers: int | None,
    breaker: CircuitBreaker | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Read a book with ``pipeline.runs.book_reading.book_report``.

    Args:
        folder: The book's folder.
        workspace: The workspace; by default as in the settings.
        workers: Number of processes; by default as in the settings.
        breaker: The circuit breaker of the whole run.
        on_progress: Called after each page.
    """

    def read() -> Summary:
        settings = read_settings()
        context = settings.run_context(Path(workspace) if workspace else None)
        report = book_report(
            Path(folder),
            context,
            workers=workers or settings.workers,
            breaker=breaker,
            on_progress=on_progress,
        )
        return summary_of(report, folder, context.workspace)

    return warned(guarded(read, folder))


@task(name="check-store", **CHECKING)
def check_stored(workspace: str | None) -> str:
    """Check the night's share of the scan store (``scans.store_check``); return the result as a sentence."""
    settings = read_settings()
    context = settings.run_context(Path(workspace) if workspace else None)
    folder = Workspace(context.workspace)
    with context.open_registry() as registry:
        known = {**manifest_scans(IntakeFolders(folder.intake).all_manifests), **registry.stored_scans()}
    report, state = check_share(folder, known, iso_time(time.time()), settings.store_nights)
    return store_sentence(report, state)


@task(name="check-registry", **CHECKING)
def check_people(workspace: str | None) -> str:
    """Check all books together with ``books.book_checks.check_registry``; return the findings as a sentence."""
    context = read_settings().run_context(Path(workspace) if workspace else None)
    with context.open_registry() as registry:
        report = check_registry(registry, context.schemas)
    counted = ", ".join(f"{times} {code}" for code, times in report.counts.items())
    return f"Đối chiếu giữa các sổ: {counted or 'không thấy gì'}."


def suggested_links(workspace: str | None) -> str:
    """Return the sentence of ``link_people``, or that it failed: suggestions must not stop the seal and the report."""
    state: State[str] = link_people(workspace, return_state=True)
    if state.is_completed():
        return state.result()
    return "Chưa tìm được gợi ý cùng một người đêm nay: xem nhật ký của lượt chạy."


@task(name="link-people", **CHECKING)
def link_people(workspace: str | None) -> str:
    """Find entries of the same person or event (``suggest_links``); return the new suggestions as a sentence."""
    context = read_settings().run_context(Path(workspace) if workspace else None)
    with context.open_registry() as registry:
        outcome = suggest_links(registry, context.schemas)
    return f"Sự kiện có thể cùng một người: {outcome.raised} gợi ý mới."


@task(name="seal-audit", **CHECKING)
def seal_audit(workspace: str | None) -> str:
    """Seal the audit for the workspace and the morning report; return a sentence, with contradictions in bold.

    Expired sessions are removed before.
    """
    context = read_settings().run_context(Path(workspace) if workspace else None)
    with context.open_registry() as registry:
        registry.accounts().clear_sessions()
        seal, contradicting = registry.audit().seal_into(Workspace(context.workspace).seals)
    sentence = f"Niêm phong nhật ký kiểm tra: {seal.in_words()}."
    if contradicting:
        sentence += (
            f" **Nhật ký không khớp {len(contradicting)} niêm phong trước: phần cuối bị cắt, hay một bản cũ được "
            "đặt lại. Hãy chạy `hotich audit verify`.**"
        )
    return sentence
