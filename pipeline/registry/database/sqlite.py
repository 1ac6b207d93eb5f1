"""SQLite: one file.

Readers never wait for a writer (write-ahead log), and a writer takes the one write lock at the start of its
transaction (BEGIN IMMEDIATE), so that it waits instead of failing half way. ``synchronous=FULL``: what a
person decided is on the disk before they see the next field.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.base.errors import HotichError, RegistryError, RegistryUnavailable, StorageError
from pipeline.registry.database import encryption

EXAMPLE_URL = "sqlite:////duong/dan/registry.db"
SYNCHRONOUS = "FULL"
LARGE_CACHE_KB = 65_536


class SqliteFile:
    """The database in the file of ``url``. ``RegistryError`` when that names none."""

    def __init__(self, url: URL, wait_seconds: float) -> None:
        if url.database in (None, "", ":memory:"):
            raise RegistryError(f"Cơ sở dữ liệu phải là một tệp trên đĩa. Ví dụ: {EXAMPLE_URL}")
        self._url = url
        self._wait_seconds = wait_seconds
        self._path = Path(str(url.database).removeprefix("file:"))
        self.name = f"Cơ sở dữ liệu {self._path}"

    def connect(self) -> Engine:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        engine = encryption.engine_of(self._url, self._wait_seconds)
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        self._use_write_ahead_log(engine)
        return engine

    def in_words(self, error: BaseException | None) -> HotichError:
        path = self._path
        if isinstance(error, OSError):
            return StorageError(
                f"Không dùng được thư mục {path.parent} ({error.strerror}). Hãy kiểm tra quyền ghi."
            )
        match _primary_code(error):
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return RegistryUnavailable(
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
                return RegistryUnavailable(
                    f"{path} không phải là tệp cơ sở dữ liệu SQLite, hoặc được mã hóa bằng khóa khác. "
                    "Hãy chỉ đúng tệp, hoặc tên tệp mới; nếu sổ dữ liệu được mã hóa, hãy kiểm tra "
                    "HOTICH_REGISTRY_KEY_FILE."
                )
            case sqlite3.SQLITE_CORRUPT:
                return RegistryUnavailable(
                    f"Cơ sở dữ liệu {path} bị hỏng. Hãy lấy lại từ bản sao lưu gần nhất."
                )
            case _:
                name = getattr(error, "sqlite_errorname", None) or type(error).__name__
                return RegistryUnavailable(f"Cơ sở dữ liệu {path} từ chối thao tác ({name}).")

    def _use_write_ahead_log(self, engine: Engine) -> None:
        """Switching a new file over takes a lock for which SQLite itself does not wait; so two openers take turns."""
        deadline = time.monotonic() + self._wait_seconds
        while True:
            try:
                with closing(engine.raw_connection()) as raw:
                    (mode,) = raw.cursor().execute("PRAGMA journal_mode=WAL").fetchone()
                break
            except engine.dialect.loaded_dbapi.Error as error:
                if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise self.in_words(error) from error
                time.sleep(0.02)
        if mode != "wal":
            raise RegistryError(
                f"Không dùng được nhật ký ghi trước (WAL) cho {self._path}. "
                "Hãy đặt cơ sở dữ liệu trên ổ đĩa của chính máy này, không đặt trên ổ mạng."
            )


def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where ``_begin`` says, nowhere else
    for pragma in ("foreign_keys=ON", f"synchronous={SYNCHRONOUS}", "journal_size_limit=67108864"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _primary_code(error: BaseException | None) -> int:
    """SQLite's error number without the detail in its upper bits; -1 for other errors."""
    code = getattr(error, "sqlite_errorcode", None)
    return -1 if code is None else int(code) & 0xFF


@contextmanager
def large_cache(connection: Connection) -> Iterator[None]:
    """Let a connection hold more of its file in memory while it looks through much of it, and give that back.

    Each connection to SQLite holds 2 MB by itself, so counting over all books would read the same pages of an index
    again and again. Nothing happens on other databases, which share their memory among all connections.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{LARGE_CACHE_KB}")
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.exec_driver_sql(f"PRAGMA cache_size = {int(before)}")
            connection.exec_driver_sql("PRAGMA shrink_memory")
