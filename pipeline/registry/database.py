"""The connection to the database: pragmas, transactions, and what its errors mean in words.

SQLite with a write-ahead log: readers never wait for a writer, and a writer takes the lock at the start of its
transaction (BEGIN IMMEDIATE), so that it waits instead of failing half way. ``synchronous=FULL``: what a person decided
is on the disk before they see the next field.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.errors import HotichError, RegistryError, StorageError
from pipeline.registry.audit import trail
from pipeline.registry.audit.key import KeyFile

EXAMPLE_URL = "sqlite:////duong/dan/registry.db"


class Database:
    """One database. ``wait_seconds``: how long a writer waits for another one before it gives up; ``audit_key``: where
    the key lies that signs the audit, None = it is not signed."""

    def __init__(self, url: str, wait_seconds: float, audit_key: Path | None = None) -> None:
        self._url = _sqlite_url(url)
        self._wait_seconds = wait_seconds
        self.key_file = None if audit_key is None else KeyFile(audit_key)
        self.path = Path(str(self._url.database).removeprefix("file:"))
        with self.errors_in_words():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.engine = _engine(self._url, wait_seconds)
            self._use_write_ahead_log()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout and waits for nobody."""
        with self.errors_in_words(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start: all of it is stored, with its rows of the audit, or
        nothing."""
        own_trail = trail.Trail(self.key_file)
        with (
            self.errors_in_words(),
            self.engine.connect() as connection,
            connection.execution_options(write=True, trail=own_trail).begin(),
        ):
            yield connection
            trail.close(connection)

    @contextmanager
    def errors_in_words(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _in_words(error.orig, self.path) from error
        except (sqlite3.Error, OSError) as error:
            raise _in_words(error, self.path) from error

    def close(self) -> None:
        self.engine.dispose()

    def _use_write_ahead_log(self) -> None:
        """Switching a new file over takes a lock for which SQLite itself does not wait; so two openers take turns."""
        deadline = time.monotonic() + self._wait_seconds
        while True:
            raw = self.engine.raw_connection()
            try:
                (mode,) = raw.cursor().execute("PRAGMA journal_mode=WAL").fetchone()
                break
            except sqlite3.OperationalError as error:
                if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            finally:
                raw.close()
        if mode != "wal":
            raise RegistryError(
                f"Không dùng được nhật ký ghi trước (WAL) cho {self.path}. "
                "Hãy đặt cơ sở dữ liệu trên ổ đĩa của chính máy này, không đặt trên ổ mạng."
            )


def _sqlite_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RegistryError(f"Địa chỉ cơ sở dữ liệu không đúng dạng. Ví dụ đúng: {EXAMPLE_URL}") from None
    if parsed.get_backend_name() != "sqlite":
        raise RegistryError(
            f"Bản này chỉ ghi được vào SQLite, chưa ghi được vào “{parsed.get_backend_name()}”. "
            f"Hãy dùng địa chỉ dạng {EXAMPLE_URL}"
        )
    if parsed.database in (None, "", ":memory:"):
        raise RegistryError(f"Cơ sở dữ liệu phải là một tệp trên đĩa. Ví dụ: {EXAMPLE_URL}")
    return parsed


def _engine(url: URL, wait_seconds: float) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": wait_seconds})

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin where ``begin`` below says, nowhere else
        for pragma in ("foreign_keys=ON", "synchronous=FULL", "journal_size_limit=67108864"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _primary_code(error: BaseException | None) -> int:
    """SQLite's error number without the detail in its upper bits; -1 for other errors."""
    code = getattr(error, "sqlite_errorcode", None)
    return -1 if code is None else int(code) & 0xFF


def _in_words(error: BaseException | None, path: Path) -> HotichError:
    if isinstance(error, OSError):
        return StorageError(
            f"Không dùng được thư mục {path.parent} ({error.strerror}). Hãy kiểm tra quyền ghi."
        )
    match _primary_code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return RegistryError(
                f"Cơ sở dữ liệu {path} đang bị chương trình khác giữ quá lâu. Hãy đóng chương trình đó "
                "(hoặc đợi nó ghi xong) rồi chạy lại; những trang đã lưu vẫn còn."
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return StorageError(
                f"Cơ sở dữ liệu {path} chỉ cho đọc. Hãy cấp quyền ghi cho tệp và cho thư mục chứa nó."
            )
        case sqlite3.SQLITE_FULL:
            return StorageError(
                f"Hết chỗ trên ổ đĩa chứa {path}. Hãy dọn bớt ổ đĩa rồi chạy lại; những trang đã lưu vẫn còn."
            )
        case sqlite3.SQLITE_CANTOPEN:
            return StorageError(f"Không mở được {path}. Hãy kiểm tra thư mục có tồn tại và có quyền ghi.")
        case sqlite3.SQLITE_IOERR:
            return StorageError(f"Lỗi đọc, ghi ổ đĩa ở {path}. Hãy kiểm tra ổ đĩa và chỗ trống còn lại.")
        case sqlite3.SQLITE_NOTADB:
            return RegistryError(
                f"{path} không phải là tệp cơ sở dữ liệu SQLite. Hãy chỉ đúng tệp, hoặc tên tệp mới."
            )
        case sqlite3.SQLITE_CORRUPT:
            return RegistryError(f"Cơ sở dữ liệu {path} bị hỏng. Hãy lấy lại từ bản sao lưu gần nhất.")
        case _:
            name = getattr(error, "sqlite_errorname", None) or type(error).__name__
            return RegistryError(f"Cơ sở dữ liệu {path} từ chối thao tác ({name}).")
