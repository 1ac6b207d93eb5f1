"""The nightly run: all books of a folder, one Prefect task a book, paths in and counts out.

The work is ``pipeline.batch``; Prefect gives the schedule, the retries and a table to look at. What is done and what is
not stands in the registry, never in Prefect, so a run that was cut off is simply started again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task, exponential_backoff

from pipeline.batch import BookReport, book_folders, book_report, check_registry
from pipeline.errors import HotichError, RegistryError, StorageError
from pipeline.settings import read_settings

Summary = dict[str, Any]
"""Counts and file names of one book; no person's name and no image ever stands in it."""


@flow(name="nightly", log_prints=False, persist_result=False)
def nightly(folder: str, workspace: str | None = None, workers: int | None = None) -> list[Summary]:
    """Read every book under ``folder`` that is not read yet, check each as a whole and then all of them against one
    another; one summary a book."""
    summaries = [read_book(str(book), workspace, workers) for book in book_folders(Path(folder))]
    found = check_people(workspace)
    told = f"{overview(summaries)} {found}"
    create_table_artifact(key="nightly-books", table=summaries, description=told)
    get_run_logger().info(told)
    return summaries


async def may_pass(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a failure can go away by itself: a disk or a registry that is busy, full or away. Nothing else is tried
    again."""
    error = await state.aresult(raise_on_failure=False)
    return isinstance(error, StorageError | RegistryError)


@task(
    name="read-book",
    task_run_name="read-book-{folder}",
    retries=4,
    retry_delay_seconds=exponential_backoff(backoff_factor=30),
    retry_jitter_factor=0.2,
    retry_condition_fn=may_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def read_book(folder: str, workspace: str | None, workers: int | None) -> Summary:
    """One book through ``pipeline.batch.book_report``."""
    settings = read_settings()
    bench = settings.workbench(Path(workspace) if workspace else None)
    try:
        return summary_of(book_report(Path(folder), bench, workers=workers or settings.workers))
    except HotichError:
        raise
    except Exception as error:  # noqa: BLE001  # what an unforeseen error says can hold a name, and Prefect keeps it
        raise RuntimeError(
            f"{type(error).__name__}: see this book with “hotich --verbose run {folder}”"
        ) from None


@task(
    name="check-registry",
    retries=4,
    retry_delay_seconds=30,
    retry_condition_fn=may_pass,
    cache_policy=NO_CACHE,
)
def check_people(workspace: str | None) -> str:
    """The checks across all books through ``pipeline.batch.check_registry``; what was found, as a sentence."""
    bench = read_settings().workbench(Path(workspace) if workspace else None)
    with bench.open_registry() as registry:
        report = check_registry(registry, bench.schemas)
    counted = ", ".join(f"{times} {code}" for code, times in report.counts.items())
    return f"Đối chiếu giữa các sổ: {counted or 'không thấy gì'}."


def summary_of(report: BookReport) -> Summary:
    """What a report may show outside: counts, codes, names of files."""
    return {
        "book": report.folder,
        "pages": report.pages,
        "read": report.read,
        "known": report.known,
        "entries": report.entries,
        "accepted": report.accepted,
        "review": report.review,
        "beside": report.beside,
        "pages_a_minute": round(report.pages_a_minute, 1),
        "failures": [
            f"{failure.code}: {_place(failure.scan, failure.page_no)}" for failure in report.failures
        ],
    }


def overview(summaries: list[Summary]) -> str:
    """One Vietnamese line about all books."""
    total = {
        key: sum(summary[key] for summary in summaries) for key in ("read", "known", "entries", "review")
    }
    failures = sum(len(summary["failures"]) for summary in summaries)
    return (
        f"{len(summaries)} sổ: đọc mới {total['read']} trang, đã đọc từ trước {total['known']} trang, "
        f"{total['entries']} mục đăng ký, {total['review']} mục cần rà soát, {failures} lỗi."
    )


def _place(scan: str, page_no: int | None) -> str:
    return scan if page_no is None else f"{scan} trang {page_no}"
