"""What the account under which hotich works may do on PostgreSQL, and no more.

Nobody who takes that account over can change or remove what was decided, not even by taking the triggers
away, as those belong to the owner of the tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, MetaData, Table, func, select

from pipeline.declarations.schema import Schemas
from pipeline.registry.database.columns import RowLife, cover
from pipeline.registry.database.record_tables import all_tables

HEAD = """\
-- What the account of hotich may do in its registry. Run it as the owner of the tables, again after every upgrade.
BEGIN;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {role};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}; -- a backup copies all of them
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
"""


def role_sql(schemas: Schemas, role: str) -> str:
    """Return the SQL statements that give a role exactly what the program's work needs.

    Args:
        schemas: Declarations; they give the record tables.
        role: Name of the role. What it had beyond the grants is revoked.
    """
    from psycopg.sql import Identifier  # not for those who have a file

    def quote(name: str) -> str:
        return Identifier(name).as_string(None)

    metadata = all_tables(schemas)
    grants = [
        f"GRANT {', '.join(privileges)} ON {quote(table)} TO {quote(role)};\n"
        for table, privileges in _privileges(metadata)
    ]
    return HEAD.format(role=quote(role)) + "".join(grants) + "COMMIT;\n"


def may_change_decisions(connection: Connection) -> bool | None:
    """Whether only the triggers keep this account from changing what was decided.

    ``None`` where there are no accounts, as in a file.
    """
    if connection.dialect.name != "postgresql":
        return None
    return bool(
        connection.scalar(select(func.has_table_privilege("decision", "UPDATE, DELETE, TRUNCATE, TRIGGER")))
    )


def _privileges(metadata: MetaData) -> Iterator[tuple[str, tuple[str, ...]]]:
    for table in metadata.sorted_tables:
        yield table.name, ("SELECT", "INSERT", *_changes(table))


def _changes(table: Table) -> tuple[str, ...]:
    declared = cover(table)
    return {
        RowLife.KEPT: (),
        RowLife.ENDS_ONCE: (f"UPDATE ({declared.end})",),
        RowLife.CHANGES: ("UPDATE",),
        RowLife.REMOVABLE: ("UPDATE", "DELETE"),
    }[declared.life]
