"""Locks on books: one run at a time reads a book, and renews its lock while it makes progress.

A run that was killed on this machine is recognized by its process, and its book is taken over at once. The lock of a
run that hangs, or of a machine that is gone, expires. A run whose book was taken over stops; nothing that it saved is
lost or read twice into the registry, as pages are recognized by their fingerprints.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.base.errors import BookBusy, HotichError
from pipeline.base.localtime import OFFICE_ZONE, format_moment
from pipeline.registry.books.rows import BookRunRow, book_run
from pipeline.registry.database.audit import MACHINE, record
from pipeline.registry.database.clock import now
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import hold_book
from pipeline.registry.database.runner import Runner, is_dead, this_runner

_logger = logging.getLogger(__name__)

BEAT_SECONDS = 10.0
"""Shortest time between two renewals of a lock."""

_held_here: set[str] = set()
"""Tokens of the runs of this process."""


class BookLock:
    """The lock of this run on a book. ``seconds``: time without a renewal after which others may take the book over."""

    def __init__(self, database: Database, book_id: int, seconds: float) -> None:
        self._database = database
        self._book_id = book_id
        self._seconds = seconds
        self._runner = this_runner()
        self._beaten = time.monotonic()

    def beat(self) -> None:
        """Renew the lock; cheap enough for every page.

        Raises:
            BookBusy: Another run has taken the book over.
        """
        if time.monotonic() - self._beaten < BEAT_SECONDS:
            return
        with self._database.writing() as connection:
            _beat(connection, self._book_id, self._runner.token, self._seconds)
        self._beaten = time.monotonic()

    def begin(self) -> None:
        with self._database.writing() as connection:
            _claim(connection, self._book_id, self._runner, self._seconds)
        _held_here.add(self._runner.token)

    def end(self) -> None:
        _held_here.discard(self._runner.token)
        with suppress(HotichError), self._database.writing() as connection:
            mine = (book_run.c.book_id == self._book_id) & (book_run.c.token == self._runner.token)
            connection.execute(delete(book_run).where(mine))


@contextmanager
def lock_book(database: Database, book_id: int, seconds: float) -> Iterator[BookLock]:
    """Lock a book while this context is open.

    Raises:
        BookBusy: Another run has it.
    """
    turn = BookLock(database, book_id, seconds)
    turn.begin()
    try:
        yield turn
    finally:
        turn.end()


def refuse_running(connection: Connection, book_id: int) -> None:
    """Raise ``BookBusy`` if a run holds a book; the lock of a dead run is removed.

    The book is held until the end of the transaction, so that no run begins before it.
    """
    runner = this_runner()
    _claim(connection, book_id, runner, 0.0)
    mine = (book_run.c.book_id == book_id) & (book_run.c.token == runner.token)
    connection.execute(delete(book_run).where(mine))


def _claim(connection: Connection, book_id: int, runner: Runner, seconds: float) -> None:
    hold_book(connection, book_id)
    moment = now(connection)
    for other in rows_of(connection, BookRunRow, select(book_run).where(book_run.c.book_id == book_id)):
        own = other.token in _held_here
        dead = is_dead(other.machine, other.pid, other.process)
        left = other.machine == runner.machine and other.pid == runner.pid and not own
        if own or not (dead or left or other.lasts_until <= moment):
            begun = format_moment(other.begun_at)
            raise BookBusy(
                f"Quyển này đang được một lượt chạy khác đọc (máy {other.host}, tiến trình {other.pid}, từ {begun}). "
                "Hãy đợi lượt ấy xong; nếu nó đã treo, quyển tự được nhả lúc "
                f"{other.lasts_until.astimezone(OFFICE_ZONE):%H:%M:%S}."
            )
        connection.execute(delete(book_run).where(book_run.c.book_id == book_id))
        record(connection, MACHINE, "run-taken-over", f"book:{book_id}")
        _logger.info("lock on book %d broken: its run is gone or silent", book_id)
    connection.execute(
        insert(book_run),
        {
            "book_id": book_id,
            "token": runner.token,
            "host": runner.host,
            "machine": runner.machine,
            "pid": runner.pid,
            "process": runner.process,
            "begun_at": moment,
            "lasts_until": moment + timedelta(seconds=seconds),
        },
    )


def _beat(connection: Connection, book_id: int, token: str, seconds: float) -> None:
    moment = now(connection)
    mine = (book_run.c.book_id == book_id) & (book_run.c.token == token)
    later = update(book_run).where(mine).values(lasts_until=moment + timedelta(seconds=seconds))
    if connection.execute(later).rowcount == 0:
        raise BookBusy(
            "Một lượt chạy khác đã nhận đọc tiếp quyển này vì lượt này im lặng quá lâu. Những trang đã đọc đã được "
            "lưu; không cần làm gì."
        )
