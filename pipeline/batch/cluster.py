"""The same pages on the processes of many machines: a Dask cluster in place of this machine's own pool.

Each worker of the cluster keeps one process that reads pages, under the same limits of time and memory as on one
machine: a page that never ends costs that page and no worker. What a worker had in hand when it was lost, Dask gives to
another one; a page that is read twice is the same page, so nothing is lost and nothing doubled. What was read comes
back to the process that holds the book; only that one writes to the registry.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from distributed import Client, Future, KilledWorker, as_completed

from pipeline.batch.workers import BookJob, PageJob, Pool, WorkersLost, count_here, read_here
from pipeline.errors import ScanCrash, ScanError
from pipeline.intake import ScanFile
from pipeline.model import Ledger, PageResult
from pipeline.run_context import RunContext
from pipeline.schema import Form

TRIES = 2
"""How often a task is given out again when its worker could not go on; losses of whole workers come on top."""

T = TypeVar("T")
Item = TypeVar("Item")


class ClusterWorkers:
    """The workers of a cluster, for one book; use it as a context manager. Leaving it takes back what is not begun.

    ``client``: as in ``distributed``; several books may share one."""

    def __init__(self, client: Client, context: RunContext, form: Form, ledger: Ledger) -> None:
        self._client = client
        self._book = BookJob(form, ledger)
        self._token = hashlib.sha256(pickle.dumps(context)).hexdigest()
        # Told once a worker, and told again when it is lost with one.
        self._context = client.submit(_itself, context, key=f"hotich-context-{self._token}")
        self._waiting: dict[Future[Any], Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.cancel(list(self._waiting))  # type: ignore[no-untyped-call]
        self._waiting.clear()

    def counted(self, scans: Iterable[ScanFile]) -> Iterator[tuple[ScanFile, int | ScanError]]:
        """How many pages each scan has, as the answers come in."""
        return self._answers(count_here, scans)

    def read(self, jobs: Iterable[PageJob]) -> Iterator[tuple[PageJob, PageResult | ScanError]]:
        """What was read on each page, as the answers come in."""
        return self._answers(read_here, jobs)

    def _answers(
        self, work: Callable[[BookJob, Item], T | ScanError], items: Iterable[Item]
    ) -> Iterator[tuple[Item, T | ScanError]]:
        for item in items:
            future = self._client.submit(
                _on_worker, self._token, self._context, work, self._book, item, pure=False, retries=TRIES
            )
            self._waiting[future] = item
        for future in as_completed(list(self._waiting), loop=self._client.loop):  # type: ignore[no-untyped-call]
            item = self._waiting.pop(future)
            yield item, _answer(future)
            future.release()


def _answer(future: Future[Any]) -> Any:
    try:
        return future.result()
    except KilledWorker:
        return ScanCrash(
            "Các máy đọc trang này lần lượt dừng đột ngột. Hãy xem tệp có hỏng không, hoặc quét lại trang này."
        )


def _itself(context: RunContext) -> RunContext:
    return context


# --- in a process of the cluster ----------------------------------------------------------------------------------


class _Station:
    """The process of this worker that reads pages, made for one run context, which ``token`` tells from others."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._pool: Pool | None = None
        self._token = ""

    def answer(
        self,
        token: str,
        context: RunContext,
        work: Callable[[BookJob, Item], T | ScanError],
        book: BookJob,
        item: Item,
    ) -> T | ScanError:
        with self._turn:
            if self._pool is None or self._token != token:
                self._drop()
                self._pool, self._token = Pool(context, 1), token
            try:
                ((_, answer),) = self._pool.answers(work, book, [item])
            except WorkersLost:
                self._drop()
                raise
            return answer

    def _drop(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool = None


_station = _Station()


def _on_worker(
    token: str, context: RunContext, work: Callable[[BookJob, Item], T | ScanError], book: BookJob, item: Item
) -> T | ScanError:
    return _station.answer(token, context, work, book, item)
