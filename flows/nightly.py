"""The nightly run: all books of a folder, one Prefect task a book, paths in and counts out.

The work is ``pipeline.batch``; Prefect gives the schedule, the retries and a table to look at. What is done and what is
not stands in the registry, never in Prefect, so a run that was cut off is simply started again.
"""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from flows.summary import Summary, guarded, may_pass, overview, summary_of
from pipeline.batch import book_folders, book_report, check_registry
from pipeline.settings import read_settings


@flow(name="nightly", log_prints=False, persist_result=False)
def nightly(folder: str, workspace: str | None = None, workers: int | None = None) -> list[Summary]:
    """Read every book under ``folder`` that is not read yet, check each as a whole and then all of them against one
    another; one summary a book."""
    settings, folders = read_settings(), book_folders(Path(folder))
    if settings.cluster:
        from flows.cluster import read_on_cluster  # an extra that one machine does without

        summaries = read_on_cluster(folders, workspace, settings)
    else:
        summaries = [read_book(str(book), workspace, workers) for book in folders]
    found = check_people(workspace)
    told = f"{overview(summaries)} {found}"
    create_table_artifact(key="nightly-books", table=summaries, description=told)
    get_run_logger().info(told)
    return summaries


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

    def read() -> Summary:
        settings = read_settings()
        bench = settings.workbench(Path(workspace) if workspace else None)
        return summary_of(book_report(Path(folder), bench, workers=workers or settings.workers))

    return guarded(read, folder)


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
