"""Packages of books as a Prefect flow: a task for each book, from names to counts; see ``pipeline.delivery``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact

from flows.trying import WRITING
from pipeline.base.errors import HotichError, PackageRefused, StorageError
from pipeline.base.files import printable
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.export.preupload import count_by_check
from pipeline.delivery.package import PackageReport, export_book
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

Summary = dict[str, Any]
"""Counts and file names of a package, without persons' names."""


@flow(name="export", log_prints=False, persist_result=False)
def export(
    target: str,
    books: list[str] | None = None,
    workspace: str | None = None,
    partial: bool = False,
    workers: int | None = None,
) -> list[Summary]:
    """Write the packages of books, each into a folder under ``target``.

    An unsettled book, or a book with an existing package, is reported and not written.

    Args:
        target: The folder to write to.
        books: Folder names of the books; by default all books.
        workspace: The workspace; by default as in the settings.
        partial: Leave out unsettled entries; otherwise an unsettled entry blocks its whole book.
        workers: Number of processes; by default as in the settings.

    Returns:
        A summary for each book.
    """
    context = read_settings().run_context(Path(workspace) if workspace else None)
    with context.open_registry() as registry:
        known = registry.book_columns()
    rows = zip(known["book_id"].tolist(), known["folder_name"].tolist(), strict=True)
    chosen = [(int(book_id), name) for book_id, name in rows if books is None or name in books]
    summaries = []
    for book_id, name in chosen:
        try:
            summaries.append(write_package(book_id, target, workspace, partial, workers))
        except (PackageRefused, StorageError) as error:  # the other books can still be delivered
            summaries.append(summary_of(PackageReport(name, refused=error.code)))
    missing = sorted(set(books or ()) - {name for _, name in chosen})
    line = overview(summaries, missing)
    create_table_artifact(key="export-books", table=summaries, description=line)
    get_run_logger().info(line)
    return summaries


@task(name="write-package", task_run_name="write-package-{book_id}", **WRITING)
def write_package(
    book_id: int, target: str, workspace: str | None, partial: bool, workers: int | None
) -> Summary:
    """Export a book with ``pipeline.delivery.package.export_book``."""
    settings = read_settings()
    context = settings.run_context(Path(workspace) if workspace else None)
    options = read_options(Workspace(context.workspace).package, Workspace(context.workspace).office)
    try:
        with context.open_registry() as registry:
            report = export_book(
                registry,
                context,
                book_id,
                Path(target),
                options,
                partial=partial,
                workers=workers or settings.workers,
            )
    except HotichError:
        raise
    except Exception as error:  # noqa: BLE001  # its message can hold a name, and Prefect keeps it
        raise RuntimeError(f"{type(error).__name__}: see this book with “hotich --verbose export”") from None
    return summary_of(report)


def summary_of(report: PackageReport) -> Summary:
    """Return the content of a report that Prefect may keep: counts, codes, folder names."""
    return {
        "book": printable(report.book),
        "folder": printable(report.folder.name) if report.folder else "",
        "refused": report.refused,
        "entries": report.entries,
        "held": len(report.blockers),
        "faults": count_by_check(report.faults),
        "fields_under_16": report.filled.short,
        "fields_from_16": report.filled.long,
        "pages_without_entry": len(report.loose),
        "dropped": dict(report.dropped),
    }


def overview(summaries: list[Summary], missing: list[str]) -> str:
    """Return a Vietnamese line about all books."""
    written = [summary for summary in summaries if not summary["refused"]]
    unknown = f" Không có sổ: {', '.join(map(printable, missing))}." if missing else ""
    return (
        f"Đã xuất {len(written)}/{len(summaries)} sổ, {sum(summary['entries'] for summary in written)} sự kiện; "
        f"{len(summaries) - len(written)} sổ chưa xuất được.{unknown}"
    )
