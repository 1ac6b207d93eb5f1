"""A watch beside the desk: books with new decisions are gone through again, in turn, at low priority.

The registry holds which books these are, so that nothing is lost when the server stops; with several servers on a
database, the book lock prevents double work. Values without valid witnesses are taken back at once; a book is gone
through at most once in ``PAUSE`` seconds, and saving never waits for it.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime, timedelta
from typing import Self

from pipeline.base.errors import BookBusy, HotichError
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.runs.clear_pass import ClearReport, clear_book

EVERY = 5.0
"""Seconds between two looks for new decisions."""

PAUSE = 60.0
"""Least number of seconds between two passes over a book."""

LOCKED = 120.0
"""Seconds of silence after which others take over the book of a pass."""

BACK = timedelta(days=7)
"""Age of decisions that count when the server starts."""

_logger = logging.getLogger(__name__)

RunPass = Callable[[int], ClearReport | None]
"""Accepts the values of a book that its decisions make clear; returns ``None`` if another run holds its lock."""


def run_pass(context: RunContext, policy: ReviewPolicy, book_id: int) -> ClearReport | None:
    """Accept the values of a book that its decisions make clear; return ``None`` if another run holds its lock."""
    with context.open_registry() as registry:
        book_policy = policy.of_book(registry.book(book_id).folder_name)
        try:
            with registry.lock_book(book_id, LOCKED) as turn:
                return clear_book(registry, context, book_id, book_policy, turn.beat)
        except BookBusy:
            return None


class PassProcess:
    """Runs passes in a process of low priority, which ends when no work is left.

    Args:
        policy: Returns the review policy of the office.
    """

    def __init__(self, context: RunContext, policy: Callable[[], ReviewPolicy]) -> None:
        self._context, self._policy = context, policy
        self._pool: ProcessPoolExecutor | None = None

    def __call__(self, book_id: int) -> ClearReport | None:
        """Go through a book; after a crash of the process, the next call starts a new process."""
        if self._pool is None:
            spawned = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=spawned, initializer=_step_back)
        work: Future[ClearReport | None] = self._pool.submit(run_pass, self._context, self._policy(), book_id)
        try:
            return work.result()
        except BrokenProcessPool:
            self.end()
            raise

    @property
    def is_running(self) -> bool:
        return self._pool is not None

    def end(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _step_back() -> None:
    os.nice(10)


class ClearWatch:
    """Watches the books under review. Use it as a context manager.

    Args:
        run: Goes through a book.
        every: Seconds between two looks.
        pause: Seconds between two passes over a book.
        now: The clock of the pauses.
    """

    def __init__(
        self,
        registry: Registry,
        run: RunPass,
        every: float = EVERY,
        pause: float = PAUSE,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry, self._run, self._every, self._pause, self._now = registry, run, every, pause, now
        self._marks = (registry.last_work(),) * 2
        self._waiting = set(registry.books_decided_since(datetime.now(UTC) - BACK))
        self._last_pass: dict[int, float] = {}
        self._stopping = threading.Event()
        self._worker = threading.Thread(target=self._watch, name="clear-values", daemon=True)

    def __enter__(self) -> Self:
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        if isinstance(self._run, PassProcess):
            self._run.end()
        self._worker.join(self._every)

    def look(self) -> tuple[int, ...]:
        """Take back values that lost their basis and accept what decisions made clear; return the books gone through.

        Looks at all work since the look before the last one, not since the last: a transaction that was open during the
        last look may commit rows with smaller numbers than that look saw.
        """
        now = self._registry.last_work()
        worked = self._registry.books_worked_on(self._marks[0])
        self._waiting |= worked
        self._marks = (self._marks[1], now)
        for book_id in sorted(worked):
            self._registry.take_back_unfounded(book_id)
        gone_through = []
        for book_id in sorted(self._waiting):
            if (
                self._stopping.is_set()
                or self._now() - self._last_pass.get(book_id, -self._pause) < self._pause
            ):
                continue
            self._last_pass[book_id] = self._now()
            try:
                report = self._run(book_id)
            except HotichError as error:
                _logger.error("book %d not weighed: %s", book_id, error.code)
                continue
            if report is not None:
                gone_through.append(book_id)
                self._waiting.discard(book_id)
        if not self._waiting and isinstance(self._run, PassProcess):
            self._run.end()
        return tuple(gone_through)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except HotichError as error:
                _logger.error("clear values: %s", error.code)
            except Exception as error:  # noqa: BLE001 (the next look is tried after any fault, which the log names)
                _logger.error("clear values: fault %s", type(error).__name__)
            self._stopping.wait(self._every)
