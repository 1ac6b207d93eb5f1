"""An upgrade tried on a copy: the registry in use is only read, the copy is brought up to date and looked through."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, inspect, make_url, select
from sqlalchemy.sql import table as named_table

from pipeline.base.errors import AuditFlawed, RegistryError
from pipeline.declarations.schema import Schemas
from pipeline.registry.audit.verification import verify
from pipeline.registry.database import encryption, snapshot
from pipeline.registry.database.database import Database
from pipeline.registry.database.migration import bring_up_to_date
from pipeline.registry.database.record_tables import all_tables

WAIT_SECONDS = 60.0
SIDE_FILES = ("", "-wal", "-shm")
"""What SQLite keeps of one database, by what is added to its name."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the upgrade of a copy came to.

    Attributes:
        before: How many rows each counted table of the copy had, as it was.
        after: How many it has now.
        audit_rows: How many rows of its audit were looked at.
    """

    before: Mapping[str, int]
    after: Mapping[str, int]
    audit_rows: int


def rehearse_upgrade(
    url: str,
    folder: Path,
    schemas: Schemas,
    *,
    audit_key: Path,
    key_file: Path | None = None,
    copy_url: str | None = None,
) -> Rehearsal:
    """Copy the registry, bring the copy up to date, and compare it with what it was.

    Args:
        url: The registry in use; it may be of an older version.
        folder: An empty folder for the copy.
        schemas: The declarations.
        audit_key: The key that signs the audit.
        key_file: The key of an encrypted registry.
        copy_url: An empty database for the copy; needed where the registry is one of PostgreSQL.

    Raises:
        RegistryError: The copy cannot be made or brought up to date, or has lost rows.
        AuditFlawed: The audit of the copy shows rows that were altered.
    """
    taken = snapshot.take(url, folder)
    counted = snapshot.checked(taken, key_file)
    if taken.name == snapshot.POSTGRESQL:
        if copy_url is None:
            raise RegistryError(
                "Sổ dữ liệu nằm trên PostgreSQL: hãy thêm --to với địa chỉ của một cơ sở dữ liệu trống để diễn tập."
            )
        snapshot.bring_back(taken, copy_url)
        target = copy_url
    else:
        address = make_url(url).set(database=str(taken))
        target = address.render_as_string(hide_password=False)
    database = Database(target, WAIT_SECONDS, audit_key)
    try:
        before = counted or _counted(database)
        with database.errors_in_words():
            bring_up_to_date(database, all_tables(schemas))
        after = _counted(database)
        with database.reading() as connection:
            found = verify(connection, database.key_file)
    finally:
        database.close()
    lost = [name for name, rows in before.items() if after.get(name, 0) < rows]
    if lost:
        raise RegistryError(
            f"Bản chép sau khi nâng cấp thiếu dòng ở bảng {', '.join(lost)}. Không nâng cấp; sổ đang dùng còn nguyên."
        )
    if not found.passed:
        raise AuditFlawed(
            f"Nhật ký kiểm tra của bản chép có {found.flaw_count} chỗ không đúng. Hãy chạy “hotich audit verify” và xử "
            "lý trước khi nâng cấp; xem docs/how-to/verify-the-audit.md."
        )
    return Rehearsal(before, after, found.audit_rows)


def _counted(database: Database) -> Mapping[str, int]:
    with database.reading() as connection:
        there = set(inspect(connection).get_table_names())
        return {
            name: int(connection.scalar(select(func.count()).select_from(named_table(name))) or 0)
            for name in snapshot.COUNTED
            if name in there
        }


def put_back(taken: Path, url: str) -> Path | None:
    """Put a snapshot in the place of the registry; nothing may have it open.

    Args:
        taken: What ``snapshot.take`` wrote.
        url: Where the registry lies. A database of PostgreSQL must be empty.

    Returns:
        Where the file of the registry that was there lies now; None where there was none.

    Raises:
        RegistryError: The snapshot is of another kind of database, or not sound; nothing was changed then.
    """
    there = snapshot.file_of(url)
    if there is None or taken.name != snapshot.SQLITE:
        snapshot.bring_back(taken, url)
        return None
    key = make_url(url).query.get(encryption.KEY_FILE)
    snapshot.checked(taken, Path(str(key)) if key else None)
    aside = None
    if there.exists():
        aside = there.with_name(f"{there.name}.thay-{time.strftime('%Y%m%d-%H%M%S')}")
        for ending in SIDE_FILES:
            file = there.with_name(there.name + ending)
            if file.exists():
                file.rename(aside.with_name(aside.name + ending))
    snapshot.bring_back(taken, url)
    return aside
