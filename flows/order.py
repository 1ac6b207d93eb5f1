"""The choice and order of a run's books, as tasks: the share and the registry may be away for a while."""

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
    """Return ``book_folders`` of a folder; an empty folder without known books in the registry gives none.

    A missing folder, or an empty folder despite known books, may be an unmounted share, so Prefect tries again.
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
    """Return ``pipeline.runs.book_reading.folders_by_need``."""
    return folders_by_need(folders, read_settings().run_context(Path(workspace) if workspace else None))
