"""Which books a run reads, in which order, as tasks: their share and the registry may be away for a while."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from flows.summary import may_pass
from pipeline.batch import book_folders, folders_by_need
from pipeline.errors import LedgerError, StorageError
from pipeline.settings import read_settings


@task(
    name="list-books",
    retries=4,
    retry_delay_seconds=exponential_backoff(backoff_factor=30),
    retry_condition_fn=may_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def list_books(folder: str) -> tuple[Path, ...]:
    """``pipeline.batch.book_folders``; a folder that is not there or empty may be a share that is not mounted yet:
    it is asked for again."""
    try:
        return book_folders(Path(folder))
    except LedgerError as error:
        raise StorageError(error.message) from None


@task(
    name="order-books",
    retries=4,
    retry_delay_seconds=exponential_backoff(backoff_factor=30),
    retry_jitter_factor=0.2,
    retry_condition_fn=may_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def order_books(folders: Sequence[Path], workspace: str | None) -> tuple[Path, ...]:
    """``pipeline.batch.folders_by_need``."""
    return folders_by_need(folders, read_settings().workbench(Path(workspace) if workspace else None))
