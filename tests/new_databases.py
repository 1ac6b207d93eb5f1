"""New SQLite databases without the migrations' way to them.

The frozen steps bring the first empty database of a process to its tables; each further one gets what they came to,
as SQLite itself tells it. A database that has any table, and every one on PostgreSQL, takes the steps themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, MetaData

from pipeline.registry.database import migration

steps = migration._upgrade_with_declared
"""The way of the product, through all steps."""

Declared = frozenset[tuple[str, tuple[str, ...]]]

OBJECTS = """
SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'
    AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, rowid
"""
"""Tables come before what hangs on them; those that a full-text index makes for itself are left to it."""
PLAIN_TABLES = "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'"


@dataclass(frozen=True)
class _Result:
    """What the steps made: statements, and the rows of the tables that have some."""

    objects: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[Any, ...], ...]], ...]

    @classmethod
    def of(cls, connection: Connection) -> _Result:
        def told(statement: str) -> tuple[tuple[Any, ...], ...]:
            return tuple(tuple(row) for row in connection.exec_driver_sql(statement))

        rows = ((name, told(f'SELECT * FROM "{name}"')) for (name,) in told(PLAIN_TABLES))  # noqa: S608
        return cls(tuple(sql for (sql,) in told(OBJECTS)), tuple((name, some) for name, some in rows if some))

    def put(self, connection: Connection) -> None:
        for statement in self.objects:
            connection.exec_driver_sql(statement)
        for name, rows in self.rows:
            places = ", ".join("?" * len(rows[0]))
            connection.exec_driver_sql(f'INSERT INTO "{name}" VALUES ({places})', list(rows))  # noqa: S608


_results: dict[Declared, _Result] = {}


def remember() -> None:
    """Take the short way in this process and in those that are forked from it."""
    vars(migration)["_upgrade_with_declared"] = _upgrade


def _upgrade(connection: Connection, metadata: MetaData) -> None:
    new = (
        connection.dialect.name == "sqlite"
        and not connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").all()
    )
    declared = frozenset((name, tuple(table.columns.keys())) for name, table in metadata.tables.items())
    if new and declared in _results:
        _results[declared].put(connection)
        return
    steps(connection, metadata)
    if new:
        _results[declared] = _Result.of(connection)
