"""A single worker process for pages of the desk that a person waits for.

It starts with the first question, keeps its readers loaded, and is killed when an answer takes too long.
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
    """A worker process, used by one thread at a time.

    Args:
        seconds: Wall time allowed for an answer.
        patience: Seconds that a question waits for earlier questions.
    """

    def __init__(self, context: RunContext, seconds: float, patience: float) -> None:
        self._context, self._patience = replace(context, page_seconds=seconds), patience
        self._pool: Pool | None = None
        self._lock = threading.Lock()

    def answer(self, work: Callable[[BookJob, Any], T | ScanError], book: BookJob, question: object) -> T:
        """Return the answer of the process; after a crash, the next question starts a new process.

        Raises:
            ScanError: The answer is an error, or it is late.
            HotichError: The readers are not installed, or the process was lost.
        """
        if not self._lock.acquire(timeout=self._patience):
            raise ScanTimeout("Máy đọc còn bận với những trang trước.")
        try:
            if self._pool is None:
                self._pool = Pool(self._context, 1)
            try:
                ((_, answer),) = self._pool.answers(work, book, [question])
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
        """End the process after the current question."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool = None
