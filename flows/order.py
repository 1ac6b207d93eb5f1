"""Which books a run reads, in which order, as tasks: their share and the registry may be away for a while."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prefect import task

from flows.trying import READING
from pipeline.base.errors import LedgerError, StorageError
from pipeline.runs.book_reading import book_folders, folders_by_need
from pipeline.settings import read_settings


@task(name="list-books", **READING)
def list_books(folder: str, workspace: str | None) -> tuple[Path, ...]:
    """Return ``runs.book_reading.book_folders`` of a folder; none of an empty folder of an office without any book yet.

    A folder that is missing, or empty although the registry knows books, may be a share that is not mounted yet, so
    Prefect tries again.
    """
    try:
        return book_folders(Path(folder))
    except LedgerError as error:
        if Path(folder).is_dir() and not _knows_books(workspace):
            return ()
        raise StorageError(error.message) from None


def _knows_books(workspace: str | None) -> bool:
    context = read_settings().run_context(Path(workspace) if workspace else None)
    with context.open_registry() as registry:
        return bool(registry.folder_names())


@task(name="order-books", **READING)
def order_books(folders: Sequence[Path], workspace: str | None) -> tuple[Path, ...]:
    """``pipeline.runs.book_reading.folders_by_need``."""
    return folders_by_need(folders, read_settings().run_context(Path(workspace) if workspace else None))
