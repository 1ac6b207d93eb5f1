"""Rereading as a Prefect flow: by default it only reports the changes by a new model, form or rule."""

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
    """Report the pages to read again, book by book; with ``apply``, read them as the nightly run does.

    Decisions stay.

    Args:
        folder: Parent folder of the books.
        workspace: The workspace; by default as in the settings.
        apply: Read the pages again and save the results.
        sample: Without ``apply``: number of pages of each book to read on trial.
        workers: Number of processes; by default as in the settings.
    """
    books = book_folders(Path(folder))
    outlooks = [look_ahead(str(book), workspace, sample, workers) for book in books]
    outdated = sum(preview["outdated"] for preview in outlooks)
    line = f"{outdated} trang trong {len(books)} sổ sẽ được đọc lại."
    create_table_artifact(key="reread-outlook", table=outlooks, description=line)
    get_run_logger().info(line)
    return nightly(folder, workspace, workers) if apply else outlooks


@task(name="look-ahead", task_run_name="look-ahead-{folder}", **WRITING)
def look_ahead(folder: str, workspace: str | None, sample: int, workers: int | None) -> dict[str, Any]:
    """Preview the rereading of a book with ``pipeline.runs.rereading``; counts only."""

    def look() -> Summary:
        settings = read_settings()
        context = settings.run_context(Path(workspace) if workspace else None)
        return vars(outlook(Path(folder), context, sample=sample, workers=workers or settings.workers or 1))

    return guarded(look, folder)
