"""The nightly run on a Dask cluster: books are tasks of Prefect, their pages tasks of Dask.

A book's task yields its place while it waits for its pages, so that every worker reads. Only this task writes the
results of its book to the registry; if it dies with its worker, another worker gets it and continues with the unread
pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from distributed import Client, worker_client
from prefect import flow, task
from prefect.futures import PrefectFuture, as_completed
from prefect.settings import get_current_settings
from prefect_dask.task_runners import DaskTaskRunner

from flows.order import order_books
from flows.summary import Summary, book_run_name, guarded, summary_of, warned
from flows.trying import READING
from pipeline.base.errors import ReadingStopped, SetupError
from pipeline.base.files import sha256_of_file
from pipeline.runs.book_reading import book_report
from pipeline.runs.circuit_breaker import CircuitBreaker
from pipeline.runs.cluster import ClusterWorkers, connected, require_cluster
from pipeline.runs.prefect_access import CLIENT_SECRET, basic_authorization
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings, read_settings

Outcome = tuple[Summary, tuple[str, ...], bool]
"""The outcome of a book: its summary, the codes of its failures, and whether its own breaker stopped it."""

WORKERS_A_BOOK = 8
"""Number of workers for each book read at once: few enough to finish books in a night, enough to keep workers busy."""


def read_on_cluster(
    folders: Iterable[Path], workspace: str | None, settings: Settings
) -> tuple[list[Summary], ReadingStopped | None]:
    """Read books on the cluster of the settings.

    Args:
        workspace: The workspace; by default as in the settings.
        settings: The settings with the cluster's address.

    Returns:
        A summary for each book read, and the error that stopped the run early, if any.

    Raises:
        SetupError: The cluster cannot be used; lists every reason.
    """
    context = settings.run_context(Path(workspace) if workspace else None)
    require_server()
    with connected(settings.cluster) as client:
        workers = require_cluster(client, context)
        require_settings(client)
    runner: Any = DaskTaskRunner(address=settings.cluster)
    run = books_on_cluster.with_options(task_runner=runner)
    ordered = order_books(tuple(folders), workspace)
    summaries, stopped = run(
        [str(folder) for folder in ordered], workspace, max(2, workers // WORKERS_A_BOOK)
    )
    return summaries, ReadingStopped(stopped, final=True) if stopped else None


@flow(name="books-on-cluster", persist_result=False)
def books_on_cluster(folders: list[str], workspace: str | None, at_once: int) -> tuple[list[Summary], str]:
    """Read several books at a time on the cluster.

    Each book has its own circuit breaker in its task; the run has another here. When it opens, books in progress are
    read to their end.

    Args:
        folders: The books' folders.
        workspace: The workspace; by default as in the settings.
        at_once: Number of books read at a time.

    Returns:
        A summary for each book in the order of completion, and the message that stopped the run, or ``""``.
    """
    breaker, stopped = CircuitBreaker(read_settings().faults), ""
    waiting = list(reversed(folders))
    running: set[PrefectFuture[Outcome]] = set()
    summaries: list[Summary] = []
    while waiting or running:
        while waiting and len(running) < at_once:
            running.add(read_book_on_cluster.submit(waiting.pop(), workspace))
        done = next(as_completed(list(running)))
        running.remove(done)
        summary, tried, was_stopped = done.result()
        summaries.append(summary)
        try:
            breaker.note_book(summary["read"], tried, was_stopped=was_stopped)
        except ReadingStopped as error:
            stopped = error.message
            waiting.clear()
    return summaries, stopped


@task(name="read-book", task_run_name=book_run_name, **READING)
def read_book_on_cluster(folder: str, workspace: str | None) -> Outcome:
    """Read a book with the pages on all workers of this task's cluster."""

    def read() -> Outcome:
        context = read_settings().run_context(Path(workspace) if workspace else None)
        with worker_client() as client:
            report = book_report(Path(folder), context, pool=partial(ClusterWorkers, client))
        was_stopped = any(failure.code == ReadingStopped.code for failure in report.failures)
        return summary_of(report, folder, context.workspace), report.failed, was_stopped

    summary, tried, was_stopped = guarded(read, folder)
    return warned(summary), tried, was_stopped


# --- what a cluster needs -----------------------------------------------------------------------------------------


def require_server() -> None:
    """Check that a permanent Prefect server accepts this process's secret; workers cannot reach a temporary server.

    Raises:
        SetupError: No server answers, or it has another secret.
    """
    address = server_address()
    if not address:
        raise SetupError(
            "Chạy trên nhiều máy cần một máy chủ Prefect mà mọi máy đều thấy. Hãy chạy “prefect server start” (hoặc "
            "“hotich server”) và đặt PREFECT_API_URL trên mọi máy."
        )
    try:
        httpx.get(f"{address}/health", timeout=30).raise_for_status()
        secret = server_secret()
        headers = {"Authorization": basic_authorization(secret)} if secret else {}
        refused = httpx.get(f"{address}/version", headers=headers, timeout=30).status_code in (401, 403)
    except httpx.HTTPError:
        raise SetupError(
            f"Máy chủ Prefect ở {address} không trả lời. Hãy kiểm tra PREFECT_API_URL và tường lửa."
        ) from None
    if refused:
        raise SetupError(
            f"Máy chủ Prefect ở {address} không nhận khóa của máy này. Hãy chép tệp prefect.key của máy chủ vào "
            f"thư mục làm việc (chmod 600), hoặc đặt {CLIENT_SECRET}."
        )


def server_address() -> str | None:
    """Return the address of the Prefect server that this process uses."""
    return get_current_settings().api.url


def server_secret() -> str:
    """Return the secret of this process for the Prefect server; ``""`` if it has none."""
    secret = get_current_settings().api.auth_string
    return secret.get_secret_value() if secret else ""


def require_settings(client: Client) -> None:
    """Check that all workers of the cluster have the settings of this process.

    Raises:
        SetupError: Lists the workers with another registry, workspace or declarations, or another Prefect server.
    """
    local = settings_digest()
    differing = [address for address, digest in client.run(settings_digest).items() if digest != local]
    if differing:
        raise SetupError(
            "Những tiến trình này được đặt khác máy đang gọi (các biến HOTICH_… và PREFECT_API_…, các tệp của cơ "
            "quan và khóa audit.key, prefect.key trong thư mục làm việc phải giống nhau): "
            f"{', '.join(differing)}."
        )


def settings_digest() -> str:
    """Return a digest of this process's settings, its office's files and its audit key.

    The number of its processes is left out.
    """
    settings = read_settings()
    workspace = Workspace(settings.workspace.expanduser().resolve())
    files = (workspace.office, workspace.places, workspace.calibration, workspace.audit_key)
    parts = [
        settings.model_dump_json(exclude={"workers", "cluster"}),
        str(server_address()),
        server_secret(),
        *(sha256_of_file(path) if path.exists() else "" for path in files),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
