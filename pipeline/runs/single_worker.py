"""A worker process that answers one question after another, for pages of the desk that a person waits for.

The process is started by the first question, keeps its readers loaded, and is killed when an answer takes too long.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from pipeline.base.errors import HotichError, ScanError, ScanTimeout
from pipeline.run_context import RunContext
from pipeline.runs.workers import BookJob, Pool, WorkersLost

T = TypeVar("T")


class SingleWorker:
    """One worker process, asked by one thread at a time.

    Args:
        context: What the readers work with.
        seconds: Wall time that an answer may take.
        patience: Seconds that a question waits for those before it.
    """

    def __init__(self, context: RunContext, seconds: float, patience: float) -> None:
        self._context, self._patience = replace(context, page_seconds=seconds), patience
        self._pool: Pool | None = None
        self._lock = threading.Lock()

    def answer(self, work: Callable[[BookJob, Any], T | ScanError], book: BookJob, asked: object) -> T:
        """Return the answer of the process; one that cannot go on gives way to another for the next question.

        Raises:
            ScanError: It is the answer, or did not come in time.
            HotichError: The readers are not installed, or the process was lost.
        """
        if not self._lock.acquire(timeout=self._patience):
            raise ScanTimeout("Máy đọc còn bận với những trang trước.")
        try:
            if self._pool is None:
                self._pool = Pool(self._context, 1)
            try:
                ((_, answer),) = self._pool.answers(work, book, [asked])
            except (HotichError, RuntimeError) as error:
                self._end()
                if isinstance(error, HotichError):
                    raise
                raise WorkersLost("Tiến trình đọc không chạy tiếp được.") from error
        finally:
            self._lock.release()
        if isinstance(answer, ScanError):
            raise answer
        return answer

    def close(self) -> None:
        """End the process, once the question that it is at is answered."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool = None
