"""Bringing a database to the tables this version needs: Alembic's frozen steps, then what the declarations add.

The steps ship inside the package and need no ``alembic.ini``. To write a new one after a change in a table or
``schemas/records``, see ``docs/adr/0002-registry.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, MetaData, Table, inspect

from pipeline.base.errors import RegistryError
from pipeline.registry.database.audit.baseline import begin
from pipeline.registry.database.audit.chain import audit
from pipeline.registry.database.audit.trail import take_digests_from_chain
from pipeline.registry.database.columns import METADATA
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.database.versions import current_step

if TYPE_CHECKING:
    from alembic.config import Config  # loaded by those alone that take a step

MIGRATIONS = Path(__file__).parents[1] / "migrations"

_one_at_a_time = threading.Lock()
"""Alembic keeps its context in module globals; threads of one process take turns, processes by a lock."""


def bring_up_to_date(database: Database, metadata: MetaData) -> None:
    """Create or upgrade, and begin the audit where there is none, in one transaction.

    ``RegistryError`` when it belongs to a newer version or to another program.
    """
    with _one_at_a_time:
        with database.reading() as connection:
            if _is_up_to_date(connection, database.name, metadata):
                return
        with database.writing() as connection:
            hold(connection, Whole.MIGRATION)
            if _is_up_to_date(connection, database.name, metadata):
                return
            had_audit = inspect(connection).has_table(audit.name)
            before = current_step(connection)
            _upgrade_with_declared(connection, metadata)
            first_hash = None if had_audit else begin(connection, database.key_file)
            if had_audit and before != current_step(connection):
                take_digests_from_chain(connection)  # more tables may keep digests now
    if first_hash is not None and database.key_file is not None:
        database.key_file.note_chain(first_hash)


def create(connection: Connection, metadata: MetaData) -> None:
    """Make all tables in an empty database, within the transaction of ``connection``.

    No audit is begun: the registry that is copied here brings its own.
    """
    with _one_at_a_time:
        hold(connection, Whole.MIGRATION)
        _upgrade_with_declared(connection, metadata)


def made_by_migrations(connection: Connection) -> None:
    """Run the frozen steps alone, to see what they make."""
    with _one_at_a_time:
        upgrade(connection, METADATA)


def upgrade(connection: Connection, metadata: MetaData, revision: str = "head") -> None:
    """Run the frozen steps within the transaction of ``connection``."""
    from alembic import command

    settings = configuration()
    settings.attributes["connection"] = connection
    settings.attributes["metadata"] = metadata
    command.upgrade(settings, revision)


def configuration() -> Config:
    """Return Alembic's settings, which usually lie in ``alembic.ini``."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    settings.set_main_option("path_separator", "os")
    return settings


def _is_up_to_date(connection: Connection, name: str, metadata: MetaData) -> bool:
    steps = frozen_steps()
    revision = current_step(connection)
    if revision is None:
        if inspect(connection).get_table_names():
            raise RegistryError(
                f"{name} là của một chương trình khác. Hãy chỉ đúng cơ sở dữ liệu của hotich, hoặc một tên mới."
            )
        return False
    if revision not in steps:
        raise RegistryError(
            f"{name} do một bản hotich mới hơn tạo ra (bước “{revision}”). Hãy nâng cấp hotich rồi chạy lại."
        )
    return revision == steps[-1] and not list(_missing(connection, metadata))


@cache
def frozen_steps() -> tuple[str, ...]:
    """Return the frozen steps of this version in their order, by the names of their files."""
    return tuple(
        sorted(file.name[1:5] for file in (MIGRATIONS / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py"))
    )


def _upgrade_with_declared(connection: Connection, metadata: MetaData) -> None:
    upgrade(connection, metadata)
    _add_declared(connection, metadata)


def _add_declared(connection: Connection, metadata: MetaData) -> None:
    """Tables and columns that this installation's own ``schemas/`` declares beyond the frozen steps.

    Nothing is ever dropped: a column whose field is no longer declared stays with its values.
    """
    lacking = list(_missing(connection, metadata))
    if not lacking:
        return
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    operations = Operations(MigrationContext.configure(connection))
    for missing in lacking:
        if isinstance(missing, Table):
            missing.create(connection)
        else:
            operations.add_column(missing.table.name, Column(missing.name, missing.type))


def _missing(connection: Connection, metadata: MetaData) -> Iterator[Table | Column[Any]]:
    """The record tables that the database lacks, and the columns that those it has lack."""
    found = inspect(connection)
    there = set(found.get_table_names())
    declared = [table for name, table in metadata.tables.items() if name not in METADATA.tables]
    columns = found.get_multi_columns(filter_names=[one.name for one in declared if one.name in there])
    known = {name: {column["name"] for column in told} for (_, name), told in columns.items()}
    for table in declared:
        if table.name not in there:
            yield table
        else:
            yield from (column for column in table.columns if column.name not in known[table.name])
