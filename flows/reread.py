"""Reading again as a Prefect flow: by default it only reports what a new model, form or rule would change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from flows.nightly import nightly
from flows.summary import Summary, guarded
from flows.trying import WRITING
from pipeline.runs.book_reading import book_folders
from pipeline.runs.rereading import outlook
from pipeline.settings import read_settings


@flow(name="reread", log_prints=False, persist_result=False)
def reread(
    folder: str,
    workspace: str | None = None,
    apply: bool = False,
    sample: int = 5,
    workers: int | None = None,
) -> list[Summary]:
    """Report, book by book, which pages would be read again; with ``apply`` read them, as the nightly run does.

    What people decided stays.

    Args:
        folder: The folder of the books' folders.
        workspace: The workspace, by default the one in the settings.
        apply: Read the pages again and save what they say.
        sample: Without ``apply``, how many pages are read to show what would change.
        workers: The number of processes, by default as in the settings.
    """
    books = book_folders(Path(folder))
    outlooks = [look_ahead(str(book), workspace, sample, workers) for book in books]
    outdated = sum(one["outdated"] for one in outlooks)
    told = f"{outdated} trang trong {len(books)} sổ sẽ được đọc lại."
    create_table_artifact(key="reread-outlook", table=outlooks, description=told)
    get_run_logger().info(told)
    return nightly(folder, workspace, workers) if apply else outlooks


@task(name="look-ahead", task_run_name="look-ahead-{folder}", **WRITING)
def look_ahead(folder: str, workspace: str | None, sample: int, workers: int | None) -> dict[str, Any]:
    """One book through ``pipeline.runs.rereading``; counts only."""

    def look() -> Summary:
        settings = read_settings()
        context = settings.run_context(Path(workspace) if workspace else None)
        return vars(outlook(Path(folder), context, sample=sample, workers=workers or settings.workers or 1))

    return guarded(look, folder)
