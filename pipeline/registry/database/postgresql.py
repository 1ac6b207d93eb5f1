"""PostgreSQL: a server for many people at once, reached through psycopg.

A reader sees one snapshot throughout (REPEATABLE READ, READ ONLY). A writer sees at every statement what others have
committed (READ COMMITTED) and first locks what it works on (``locks.py``); it waits for such a lock as long as on
SQLite, and a connection that was lost in the middle of a transaction gives its locks back after five minutes.
"""

from __future__ import annotations

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.base.errors import (
    HotichError,
    RegistryError,
    RegistryForbidden,
    RegistryUnavailable,
    StorageError,
)

EXAMPLE_URL = "postgresql://nguoi-dung@may-chu/hotich"
KEPT_CONNECTIONS = 5
MOST_CONNECTIONS = 20
"""Of one process. PostgreSQL itself takes 100 from all if nobody set it otherwise."""
RENEW_SECONDS = 1800
LOST_SECONDS = 300
"""After so long without a word within a transaction its connection counts as lost."""

REFUSALS = {
    "authentication failed": "28P01",
    "no password supplied": "28P01",
    "pg_hba.conf": "28000",
    'role "': "28000",
    'database "': "3D000",
    "too many": "53300",
    "connection slots": "53300",
    "starting up": "57P03",
    "shutting down": "57P03",
}
"""What a server says to somebody it does not let in, and the state that it means."""

REFUSED_LOGIN = ("28000", "28P01")
NO_DATABASE = "3D000"
TOO_MANY = "53300"
STARTING_OR_STOPPING = ("57P01", "57P02", "57P03")


class PostgresqlServer:
    """The database that ``url`` names. ``RegistryError`` when it names none, or one of another driver than psycopg."""

    def __init__(self, url: URL, wait_seconds: float) -> None:
        if url.drivername not in ("postgresql", "postgresql+psycopg"):
            raise RegistryError(f"Chỉ dùng được PostgreSQL qua psycopg. Hãy dùng địa chỉ dạng {EXAMPLE_URL}")
        if not (url.database or "service" in url.query):
            raise RegistryError(f"Địa chỉ chưa nêu tên cơ sở dữ liệu. Hãy dùng địa chỉ dạng {EXAMPLE_URL}")
        self._url = url.set(drivername="postgresql+psycopg")
        self._wait_seconds = wait_seconds
        self.name = f"Cơ sở dữ liệu PostgreSQL “{url.database or url.query['service']}”"

    def connect(self) -> Engine:
        engine = create_engine(
            self._url,
            hide_parameters=True,
            pool_size=KEPT_CONNECTIONS,
            max_overflow=MOST_CONNECTIONS - KEPT_CONNECTIONS,
            pool_timeout=self._wait_seconds,
            pool_pre_ping=True,
            pool_recycle=RENEW_SECONDS,
            connect_args={"connect_timeout": max(2, round(self._wait_seconds)), "application_name": "hotich"},
        )
        event.listen(engine, "connect", self._set_up)
        event.listen(engine, "begin", _begin)
        with engine.connect() as connection:
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise RegistryError(
                f"{self.name} dùng bảng mã {encoding}, không giữ đúng chữ Việt. Hãy tạo lại với ENCODING 'UTF8'."
            )
        return engine

    def in_words(self, error: BaseException | None) -> HotichError:
        state = str(getattr(error, "sqlstate", None) or "")
        if not state and type(error).__name__ == "OperationalError":
            return self._unreachable(error)
        return self._known(state) or RegistryUnavailable(
            f"{self.name} từ chối thao tác ({type(error).__name__} {state}".rstrip() + ")."
        )

    def _set_up(self, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for setting in (
            f"lock_timeout = {max(1, round(self._wait_seconds * 1000))}",
            f"idle_in_transaction_session_timeout = {LOST_SECONDS * 1000}",
            "timezone = 'UTC'",
        ):
            cursor.execute(f"SET {setting}")
        cursor.close()
        connection.commit()

    def _known(self, state: str) -> HotichError | None:
        match state:
            case "55P03" | "57014":
                return RegistryUnavailable(
                    f"{self.name} đang bị một người hay chương trình khác giữ quá lâu. Hãy đợi một lát rồi thử lại; "
                    "những gì đã lưu vẫn còn."
                )
            case "40P01" | "40001":
                return RegistryUnavailable(
                    f"{self.name}: hai người cùng sửa một chỗ, lần ghi này được hủy để lần kia xong. Hãy thử lại."
                )
            case "53100":
                return StorageError(
                    f"Hết chỗ trên ổ đĩa của máy chủ chứa {self.name}. Hãy báo người quản trị dọn bớt ổ đĩa rồi chạy "
                    "lại; những gì đã lưu vẫn còn."
                )
            case "58030" | "58P01":
                return StorageError(
                    f"Lỗi đọc, ghi ổ đĩa trên máy chủ chứa {self.name}. Hãy báo người quản trị."
                )
            case "25006":
                return StorageError(
                    f"{self.name} chỉ cho đọc (máy chủ dự phòng, hoặc bị đặt chỉ đọc). Hãy trỏ tới máy chủ chính."
                )
            case "42501":
                return RegistryForbidden(
                    f"Tài khoản đang dùng không có quyền làm việc này trong {self.name}. Nếu vừa nâng cấp hotich: "
                    "người quản trị chạy “hotich registry upgrade” bằng tài khoản chủ, rồi cấp lại quyền "
                    "(“hotich registry role-sql”)."
                )
            case "53200" | "53400":
                return RegistryUnavailable(f"Máy chủ của {self.name} thiếu bộ nhớ. Hãy báo người quản trị.")
            case "XX001" | "XX002":
                return RegistryUnavailable(f"{self.name} bị hỏng. Hãy lấy lại từ bản sao lưu gần nhất.")
            case _:
                return self._gone(state)

    def _gone(self, state: str) -> HotichError | None:
        if state in REFUSED_LOGIN:
            return RegistryUnavailable(
                f"{self.name} không nhận tên hoặc mật khẩu đăng nhập. Hãy kiểm tra tài khoản trong HOTICH_REGISTRY_URL "
                "và mật khẩu (tệp ~/.pgpass)."
            )
        if state == NO_DATABASE:
            return RegistryUnavailable(
                f"Trên máy chủ không có {self.name}. Hãy kiểm tra tên, hoặc nhờ người quản trị tạo."
            )
        if state == TOO_MANY:
            return RegistryUnavailable(
                f"{self.name} đã hết lượt kết nối. Hãy thử lại sau; nếu gặp luôn, người quản trị tăng max_connections."
            )
        if state in STARTING_OR_STOPPING or state.startswith("08"):
            return RegistryUnavailable(
                f"Mất kết nối với {self.name}: máy chủ đang tắt, khởi động hoặc mạng bị ngắt. Hãy thử lại; "
                "những gì đã lưu vẫn còn."
            )
        return None

    def _unreachable(self, error: BaseException | None) -> HotichError:
        """Before there is a session the driver knows no state, only the server's words in the server's language."""
        return self._gone(_state_of_refusal(error)) or RegistryUnavailable(
            f"Không kết nối được với {self.name}. Hãy kiểm tra máy chủ có đang chạy không, mạng, tên máy và cổng trong "
            "HOTICH_REGISTRY_URL; những gì đã lưu vẫn còn."
        )


def _begin(connection: Connection) -> None:
    """What the driver will open the transaction with at its first statement."""
    from psycopg import IsolationLevel  # not for those who have a file

    driver = connection.connection.dbapi_connection
    assert driver is not None
    write = connection.get_execution_options().get("write", False)
    driver.isolation_level = IsolationLevel.READ_COMMITTED if write else IsolationLevel.REPEATABLE_READ
    driver.read_only = None if write else True  # None: as the server has it, which may be a standby


def _state_of_refusal(error: BaseException | None) -> str:
    if getattr(getattr(error, "pgconn", None), "needs_password", False):
        return "28P01"
    return next((state for words, state in REFUSALS.items() if words in str(error)), "")
