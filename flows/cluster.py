"""The nightly run on a Dask cluster: books are tasks of Prefect there, their pages tasks of Dask.

A book's task gives up its place while it waits for its pages, so that every worker reads. It alone writes what is read
of its book to the registry; killed with its worker, it is given to another one and goes on with what is not read yet.
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
"""Of a book: its summary, the codes of what failed when it was tried, whether its own breaker stopped it."""

WORKERS_A_BOOK = 8
"""One book is read at once for so many workers: few enough to end in one night, enough that no worker waits."""


def read_on_cluster(
    folders: Iterable[Path], workspace: str | None, settings: Settings
) -> tuple[list[Summary], ReadingStopped | None]:
    """Read books on the cluster that the office has set.

    Args:
        folders: The books' folders.
        workspace: The workspace, by default the one in the settings.
        settings: What the office has set, the cluster's address included.

    Returns:
        A summary for each book that was read, and what stopped the run before all were read.

    Raises:
        SetupError: The cluster cannot be used; names every reason.
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
    """Read books on the cluster, several side by side.

    Each book has a circuit breaker of its own where it is read, the run has one here. Books that are being
    read when it opens are read to their end.

    Args:
        folders: The books' folders.
        workspace: The workspace, by default the one in the settings.
        at_once: How many books are read side by side.

    Returns:
        A summary for each book in the order in which they end, and what stopped the run, ``""`` when nothing
        did.
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
    """One book, its pages on all workers of the cluster that this task runs on."""

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
    """Check that a permanent Prefect server answers who has the secret; workers cannot reach a temporary one.

    Raises:
        SetupError: None answers, or it has another secret.
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
    """Return the secret that this process shows to the Prefect server, ``""`` when it has none."""
    secret = get_current_settings().api.auth_string
    return secret.get_secret_value() if secret else ""


def require_settings(client: Client) -> None:
    """Check that all workers of the cluster have the settings of this process.

    Raises:
        SetupError: Names the workers that would use another registry, workspace or declarations, or report to
            another Prefect server.
    """
    mine = settings_print()
    others = [address for address, print_ in client.run(settings_print).items() if print_ != mine]
    if others:
        raise SetupError(
            "Những tiến trình này được đặt khác máy đang gọi (các biến HOTICH_… và PREFECT_API_…, các tệp của cơ "
            "quan và khóa audit.key, prefect.key trong thư mục làm việc phải giống nhau): "
            f"{', '.join(others)}."
        )


def settings_print() -> str:
    """Return a digest of this process's settings, its office's files and its audit key.

    The number of its own processes is left out.
    """
    settings = read_settings()
    workspace = Workspace(settings.workspace.expanduser().resolve())
    files = (workspace.office, workspace.places, workspace.calibration, workspace.audit_key)
    told = [
        settings.model_dump_json(exclude={"workers", "cluster"}),
        str(server_address()),
        server_secret(),
        *(sha256_of_file(path) if path.exists() else "" for path in files),
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
