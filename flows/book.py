"""The reading of a book on request of the scanning staff in the browser, without the other work of the night.

The work is in ``pipeline.runs``. The nightly run may run beside it: each skips a book that the other has locked.
"""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact

from flows.nightly import read_book
from flows.summary import Summary, overview
from pipeline.base.files import printable
from pipeline.runs.worker_process import load_readers_ahead


@flow(name="book", flow_run_name="doc-so-{folder}", log_prints=False, persist_result=False)
def book(folder: str, workspace: str | None = None, workers: int | None = None) -> Summary:
    """Read the unread pages of a book, and check it as a whole.

    Args:
        folder: The book's folder.
        workspace: The workspace; by default as in the settings.
        workers: Number of processes; by default as in the settings.
    """
    load_readers_ahead()
    summary: Summary = read_book(folder, workspace, workers)
    create_table_artifact(
        key="book-read", table=[summary], description=f"{printable(Path(folder).name)}: {overview([summary])}"
    )
    get_run_logger().info(overview([summary]))
    return summary
