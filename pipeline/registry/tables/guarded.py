"""What may happen to the rows of a table and whether the audit covers them, as the table declares in its ``info``.

Triggers, the role on PostgreSQL and the audit go by it. All tables are known once ``Registry`` is imported.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, inspect

from pipeline.registry.tables.metadata import AUDIT, METADATA, AuditCover, RowLife


def cover(table: Table) -> AuditCover:
    """Return what a table declares.

    Raises:
        KeyError: It declares nothing.
    """
    found: AuditCover = table.info[AUDIT]
    return found


def tables_of(*lives: RowLife) -> tuple[Table, ...]:
    """Return the fixed tables whose rows live so, by name."""
    return tuple(table for _, table in sorted(METADATA.tables.items()) if cover(table).life in lives)


def may_change(table_name: str) -> bool:
    """Return whether rows of a covered table may change, so that each is compared before that happens."""
    return table_name not in METADATA.tables or cover(METADATA.tables[table_name]).life is not RowLife.KEPT


def covered_names() -> tuple[str, ...]:
    """Return the fixed tables that the audit covers, by name."""
    return tuple(name for name, table in sorted(METADATA.tables.items()) if not cover(table).uncovered)


def covered_tables(connection: Connection) -> tuple[str, ...]:
    """Return the tables of this database that the audit covers, those of the records among them."""
    covered = set(covered_names())
    there = inspect(connection).get_table_names()
    return tuple(name for name in sorted(there) if name in covered or name.endswith("_record"))
