"""The connection to the database: transactions, and what its errors mean in words.

What differs between kinds of database stands in ``sqlite.py`` and ``postgresql.py``; what a writer must hold so that no
other one comes between, in ``locks.py``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from pipeline.base.errors import HotichError, RegistryError, RegistryUnavailable
from pipeline.registry.database import postgresql, sqlite
from pipeline.registry.database.audit import trail
from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.database.audit.proven_rows import ProvenRows
from pipeline.registry.database.columns import missed_names, newest_names
from pipeline.registry.errors import RowTampered

EXAMPLES = f"{sqlite.EXAMPLE_URL} (một tệp trên máy này) hoặc {postgresql.EXAMPLE_URL} (máy chủ PostgreSQL)"


class DatabaseBackend(Protocol):
    """A kind of database. ``name``: how messages call this one, without user or password."""

    name: str

    def connect(self) -> Engine:
        """Make the database usable, and an engine that keeps its connections.

        Their execution option ``write`` says what a transaction is for.
        """

    def in_words(self, error: BaseException | None) -> HotichError:
        """What an error of the driver means and what to do, without any value that was to be stored."""


KINDS: Mapping[str, Callable[[URL, float], DatabaseBackend]] = {
    "sqlite": sqlite.SqliteFile,
    "postgresql": postgresql.PostgresqlServer,
}


Follower = Callable[[Connection, Mapping[str, Set[int]]], None]
"""Brings what follows from rows in step with them: it takes the ids of the rows that a transaction wrote, by table."""


class Database:
    """A database and its transactions.

    ``follower``, where there is one, is called at the end of every transaction that writes; ``proven``: the rows of
    which no older state counts.

    Args:
        wait_seconds: How long a writer waits for another one before it gives up, in seconds.
        audit_key: The file of the key that signs the audit; None = it is not signed.
    """

    def __init__(self, url: str, wait_seconds: float, audit_key: Path | None = None) -> None:
        self._kind = _kind(url, wait_seconds)
        self.name = self._kind.name
        self.follower: Follower | None = None
        self.key_file = None if audit_key is None else KeyFile(audit_key)
        self.proven = ProvenRows(self.key_file, *newest_names(), missed=missed_names())
        with self.errors_in_words():
            self.engine = self._kind.connect()
        event.listen(self.engine, "before_execute", trail.refuse_unnoted)

    @property
    def keys(self) -> tuple[Key, ...]:
        """All keys that ever signed the audit, the present one last; none of an audit that is not signed."""
        return () if self.key_file is None else self.key_file.known()

    @property
    def key(self) -> Key | None:
        """The key that signs the audit now."""
        return next(reversed(self.keys), None)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout and waits for nobody."""
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of which all is stored, with its rows of the audit, or nothing.

        On SQLite it is the only one that writes from its start; on PostgreSQL it must hold what it works on
        (``locks.py``).
        """
        try:
            with self._transaction(write=True, trail=trail.Trail(self.key_file)) as connection:
                yield connection
                if self.follower is not None and (rows := trail.touched(connection)):
                    self.follower(connection, rows)
                trail.close(connection)
        except RowTampered as found:
            self.tell_tampering(found)
            raise

    def tell_tampering(self, found: RowTampered) -> None:
        """Record in the audit that rows were found altered, in a transaction of its own.

        The audit may be altered itself, so that nothing can be added to it; that is no reason to hide the first error.
        """
        with (
            suppress(HotichError),
            self._transaction(write=True, trail=trail.Trail(self.key_file)) as connection,
        ):
            trail.tell_tampering(connection, found)
            trail.close(connection)

    @contextmanager
    def errors_in_words(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            told = self._kind.in_words(error.orig)
            _forget_values(error)
            raise told from error
        except NoConnectionFree as error:
            raise RegistryUnavailable(
                f"{self.name} đang phục vụ quá nhiều người cùng lúc. Hãy đợi một lát rồi thử lại."
            ) from error
        except (sqlite3.Error, OSError) as error:
            raise self._kind.in_words(error) from error

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _transaction(self, *, write: bool, **options: object) -> Iterator[Connection]:
        with (
            self.errors_in_words(),
            self.engine.connect() as connection,
            connection.execution_options(write=write, newest=self.proven, **options).begin(),
        ):
            yield connection


def _kind(url: str, wait_seconds: float) -> DatabaseBackend:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RegistryError(f"Địa chỉ cơ sở dữ liệu không đúng dạng. Ví dụ đúng: {EXAMPLES}") from None
    kind = KINDS.get(parsed.get_backend_name())
    if kind is None:
        raise RegistryError(
            f"Không ghi được vào loại cơ sở dữ liệu “{parsed.get_backend_name()}”. Hãy dùng địa chỉ dạng {EXAMPLES}"
        )
    return kind(parsed, wait_seconds)


def _forget_values(error: DBAPIError) -> None:
    """Cut an error to its name: PostgreSQL quotes the row that it refused, and tracebacks would carry it on."""
    if error.orig is None or isinstance(error.orig, sqlite3.Error):
        return
    name = f"{type(error.orig).__name__} {getattr(error.orig, 'sqlstate', None) or ''}".rstrip()
    error.orig.args = error.args = (name,)
