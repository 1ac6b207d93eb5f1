"""Copying a registry into an empty database of either kind.

Every row is copied as stored, including the audit, so that chain and digests hold in the copy. The copy is complete or
not made at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text, func, inspect, make_url, select
from sqlalchemy.exc import DBAPIError

from pipeline.base.errors import RegistryError
from pipeline.declarations.schema import Schemas
from pipeline.registry.audit.model import Verification
from pipeline.registry.audit.verification import verify
from pipeline.registry.database.audit import MACHINE, record
from pipeline.registry.database.audit.chain import Head, head, row_digest
from pipeline.registry.database.audit.stored import batches, plain
from pipeline.registry.database.audit.trail import take_digests_from_chain
from pipeline.registry.database.database import Database
from pipeline.registry.database.migration import bring_up_to_date, create
from pipeline.registry.database.record_tables import all_tables
from pipeline.registry.database.versions import STEPS_TAKEN
from pipeline.registry.search.rows import FULL_TEXT, SEARCH_INDEX

AT_ONCE = 2000
"""Rows in memory at a time."""

DERIVED = frozenset(table.name for table in (row_digest, *SEARCH_INDEX))
"""Tables that are not copied: last digests come from the chain, the search index is built on opening."""

COPIED = "registry-copied"
"""The last action in the audit of a copy."""

Progress = Callable[[str, int], None]
"""Called with the name of a table and the number of its copied rows."""


@dataclass(frozen=True, slots=True)
class RegistryCopy:
    """Number of copied ``rows`` of all tables, and of ``flaws`` of the audit, which the source has, too."""

    rows: int
    flaws: int


def copy_registry(
    source_url: str,
    target_url: str,
    schemas: Schemas,
    *,
    audit_key: Path | None = None,
    wait_seconds: float = 15.0,
    progress: Progress = lambda _table, _rows: None,
) -> RegistryCopy:
    """Upgrade a registry and copy it into an empty database; the account of that database owns the tables.

    Args:
        target_url: The database to fill; it must have no table.
        audit_key: As of ``Registry.open``.
        wait_seconds: As of ``Registry.open``.
        progress: Called with the table and the number of rows copied.

    Raises:
        RegistryError: The target is not empty, the source was written to meanwhile, or the copy contradicts its audit.
            The target is then left empty.
    """
    _check_there(source_url)
    metadata = all_tables(schemas)
    source = Database(source_url, wait_seconds, audit_key)
    try:
        with source.errors_in_words():
            bring_up_to_date(source, metadata)
        target = Database(target_url, wait_seconds, audit_key)
        try:
            return _copy(source, target, metadata, progress)
        finally:
            target.close()
    finally:
        source.close()


def _check_there(url: str) -> None:
    """Check that the file exists: opening would make it, and an empty registry would be copied."""
    parsed = make_url(url)
    path = Path(str(parsed.database).removeprefix("file:"))
    if parsed.get_backend_name() == "sqlite" and not path.is_file():
        raise RegistryError(f"Chưa có sổ dữ liệu ở {path}. Hãy kiểm tra thư mục làm việc.")


def _copy(source: Database, target: Database, metadata: MetaData, progress: Progress) -> RegistryCopy:
    with target.writing() as there, source.reading() as here:
        if inspect(there).get_table_names():
            raise RegistryError(
                f"{target.name} đã có bảng. Chỉ chép được vào cơ sở dữ liệu trống: hãy tạo một cơ sở dữ liệu mới, "
                "chưa chạy “hotich registry upgrade” ở đó."
            )
        _keep_waiting(here)
        create(there, metadata)
        _widen(here, there, metadata)
        begun = head(here)
        tables = [table for table in metadata.sorted_tables if table.name not in DERIVED]
        rows = sum(_copy_table(here, there, table, progress) for table in tables)
        take_digests_from_chain(there)
        flaws = _same_flaws(here, there, source, target)
        _check_unmoved(source, begun)
        record(there, MACHINE, COPIED, "", {"rows": rows})
    return RegistryCopy(rows, flaws)


def _keep_waiting(here: Connection) -> None:
    """Keep the server from ending the reading connection while the copy is verified."""
    if here.dialect.name == "postgresql":
        here.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def _widen(here: Connection, there: Connection, metadata: MetaData) -> None:
    """Add the columns of fields that are no longer declared.

    Raises:
        RegistryError: The source has a table that is not declared.
    """
    found = inspect(here)
    kept = metadata.tables.keys() | {STEPS_TAKEN}
    lost = {one for one in found.get_table_names() if one not in kept and not one.startswith(FULL_TEXT)}
    if lost:
        raise RegistryError(
            f"Sổ dữ liệu có bảng không còn được khai báo: {', '.join(sorted(lost))}. Hãy đặt lại khai báo ấy trong "
            "schemas/ rồi chạy lại."
        )
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    operations = Operations(MigrationContext.configure(there))
    for table in metadata.tables.values():
        for column in found.get_columns(table.name):
            if column["name"] not in table.columns:
                operations.add_column(table.name, Column(column["name"], Text))


def _copy_table(here: Connection, there: Connection, table: Table, progress: Progress) -> int:
    count = 0
    for batch in batches(here, table.name, AT_ONCE, key_name=_key(table)):
        names = tuple(batch[0])
        try:
            _insert(there, table.name, names, [tuple(row[name] for name in names) for row in batch])
        except there.dialect.loaded_dbapi.Error as error:
            raise DBAPIError(None, None, error) from None
        count += len(batch)
        progress(table.name, count)
    if count and there.dialect.name == "postgresql" and "id" in table.c and table.c.id.identity is not None:
        sequence = func.pg_get_serial_sequence(table.name, "id")
        there.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))
    return count


def _key(table: Table) -> str:
    (column,) = table.primary_key.columns
    return column.name


def _insert(there: Connection, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows as stored, past SQLAlchemy, which would spell JSON anew."""
    driver: Any = there.connection.driver_connection
    columns = ", ".join(f'"{name}"' for name in names)
    if there.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as stream:
            for row in rows:
                stream.write_row(row)
        return
    marks = ", ".join("?" * len(names))
    statement = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'  # noqa: S608 (names of the registry's own tables)
    driver.executemany(statement, [[_as_sqlite_stores(value) for value in row] for row in rows])


def _as_sqlite_stores(value: Any) -> Any:
    if value is None:
        return None
    return bytes(value) if isinstance(value, bytes | memoryview) else plain(value)


def _same_flaws(here: Connection, there: Connection, source: Database, target: Database) -> int:
    """Return the number of flaws of the copy's audit.

    Raises:
        RegistryError: The source has other flaws.
    """
    copied = verify(there, target.key_file)
    if copied.passed:
        return 0
    if _flaws(copied) != _flaws(verify(here, source.key_file)):
        raise RegistryError(
            f"Bản chép vào {target.name} không khớp nhật ký kiểm tra, nên đã bị hủy trọn vẹn; bản gốc còn nguyên. "
            "Hãy chạy lại; nếu vẫn vậy, hãy báo người phát triển."
        )
    return copied.flaw_count


def _flaws(found: Verification) -> tuple[int, Mapping[Any, None]]:
    return found.flaw_count, dict.fromkeys(found.flaws)


def _check_unmoved(source: Database, begun: Head | None) -> None:
    """Check that nothing was added to the source since it was copied.

    Raises:
        RegistryError: The source has grown.
    """
    with source.reading() as connection:
        now = head(connection)
    if now != begun:
        raise RegistryError(
            "Có người hoặc chương trình vừa ghi vào sổ dữ liệu trong lúc chép, nên bản chép đã bị hủy trọn vẹn. "
            "Hãy tắt màn hình rà soát và lượt chạy ban đêm rồi chép lại."
        )
