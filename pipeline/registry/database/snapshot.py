"""The registry as one file, taken while others write, and brought back from it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError

from pipeline.base.errors import RegistryError, SetupError
from pipeline.base.files import atomic_path
from pipeline.registry.database import encryption

SQLITE, POSTGRESQL = "registry.db", "registry.dump"
"""How the file of a snapshot is called, by the kind of database it came from."""

COUNTED = ("book", "scan", "page", "page_run", "entry", "reading", "decision", "audit")
"""Tables whose rows are counted before and after."""

WAIT_SECONDS = 60.0


def take(url: str, folder: Path) -> Path:
    """Write a snapshot of the registry at ``url`` to a new file in ``folder``.

    SQLite copies one moment itself (with the same key, if it is encrypted), PostgreSQL uses ``pg_dump``.

    Raises:
        RegistryError: The snapshot cannot be made.
        SetupError: There is no ``pg_dump``.
    """
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        target = folder / POSTGRESQL
        _run("pg_dump", _libpq(address), "--format=custom", "--no-owner", f"--file={target}")
        return target
    source, target = Path(str(address.database)), folder / SQLITE
    if not source.is_file():
        raise RegistryError(f"Chưa có sổ dữ liệu ở {source}. Hãy kiểm tra thư mục làm việc.")
    _in_sqlite(address, "VACUUM INTO ?", (str(target),))
    return target


def checked(snapshot: Path, key_file: Path | None) -> Mapping[str, int]:
    """Read a snapshot whole and count the rows of a SQLite one (those of a PostgreSQL one are not counted).

    Args:
        snapshot: The snapshot.
        key_file: The key file of an encrypted registry.

    Raises:
        RegistryError: The snapshot is not sound.
    """
    if snapshot.name == POSTGRESQL:
        _run("pg_restore", f"--file={os.devnull}", str(snapshot))
        return {}
    address = URL.create("sqlite", database=str(snapshot))
    if key_file is not None:
        address = address.update_query_dict({encryption.KEY_FILE: str(key_file)})
    ((verdict,),) = _in_sqlite(address, "PRAGMA integrity_check(1)")
    if verdict != "ok":
        raise RegistryError("Bản sao của sổ dữ liệu không toàn vẹn. Hãy kiểm tra ổ đĩa rồi sao lưu lại.")
    queries = {table: f"SELECT count(*) FROM {table}" for table in COUNTED}  # noqa: S608 (our own names)
    return {table: int(_in_sqlite(address, query)[0][0]) for table, query in queries.items()}


def file_of(url: str) -> Path | None:
    """The file of a SQLite registry; None of one on a server."""
    address = make_url(url)
    return None if address.get_backend_name() == "postgresql" else Path(str(address.database))


def bring_back(snapshot: Path, url: str) -> None:
    """Restore the registry at ``url`` from a snapshot of the same kind of database.

    Raises:
        RegistryError: There is a registry already, or the kinds differ; nothing was changed then.
    """
    address = make_url(url)
    kind = POSTGRESQL if address.get_backend_name() == "postgresql" else SQLITE
    if kind != snapshot.name:
        raise RegistryError(
            "Bản sao lưu là của loại cơ sở dữ liệu khác với HOTICH_REGISTRY_URL. Hãy chỉ tới cùng loại "
            "(SQLite hoặc PostgreSQL)."
        )
    if kind == POSTGRESQL:
        _refuse_tables(address)
        arguments = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", *arguments, f"--dbname={_libpq(address)}", str(snapshot))
        return
    target = Path(str(address.database))
    if target.exists():
        raise RegistryError(f"{target} đã có. Hãy khôi phục vào chỗ chưa có sổ dữ liệu nào.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(target) as temporary:
        shutil.copyfile(snapshot, temporary)


def _refuse_tables(address: URL) -> None:
    import psycopg  # not for those who have a file

    try:
        with psycopg.connect(_libpq(address)) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1"
            ).fetchone()
    except psycopg.Error:
        raise RegistryError("Không kết nối được với cơ sở dữ liệu PostgreSQL để khôi phục.") from None
    if found:
        raise RegistryError(
            f"Cơ sở dữ liệu “{address.database}” đã có bảng. Hãy tạo một cơ sở dữ liệu trống rồi khôi phục vào đó."
        )


def _in_sqlite(address: URL, statement: str, values: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    engine = encryption.engine_of(address, WAIT_SECONDS)
    try:
        with closing(engine.raw_connection()) as raw:
            cursor = raw.cursor()
            cursor.execute(statement, values)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise RegistryError(
            f"Không sao chép được sổ dữ liệu ({type(error).__name__}). Hãy kiểm tra chỗ trống trên ổ đĩa, khóa của sổ "
            "dữ liệu (HOTICH_REGISTRY_KEY_FILE), rồi chạy lại."
        ) from None
    finally:
        engine.dispose()


def _libpq(address: URL) -> str:
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs; what it says can name rows, so only its end counts."""
    try:
        done = subprocess.run(
            [_program(program), *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        raise SetupError(f"Thiếu chương trình {program}. Hãy cài gói postgresql-client.") from None
    if done.returncode:
        first = done.stderr.decode(errors="replace").strip().splitlines()[:1]
        permission = "permission denied" in "".join(first)
        raise RegistryError(
            f"{program} không chạy được (mã {done.returncode}). "
            + (
                "Tài khoản thiếu quyền đọc: hãy cấp lại quyền bằng “hotich registry role-sql”."
                if permission
                else "Hãy kiểm tra máy chủ PostgreSQL, tài khoản, chỗ trống và phiên bản của postgresql-client."
            )
        )


def _program(name: str) -> str:
    """The newest one installed: Debian keeps most of them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else shutil.which(name) or name
