"""Databases that are used again once they are emptied: making one costs a hundred times what emptying it does.

A database is used again only if its structure is untouched: whoever added, changed or dropped a table, a column, a
trigger, a function, a right or a setting of it leaves one that is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

CATALOGS = (
    "pg_attrdef",
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_default_acl",
    "pg_depend",
    "pg_event_trigger",
    "pg_extension",
    "pg_index",
    "pg_largeobject_metadata",
    "pg_namespace",
    "pg_policy",
    "pg_proc",
    "pg_rewrite",
    "pg_sequence",
    "pg_trigger",
    "pg_type",
)
"""Where PostgreSQL keeps what a database is made of; a row that changes gets another ``xmin``."""

STRUCTURE = sql.SQL(" UNION ALL ").join(
    sql.SQL("SELECT {}, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_catalog.{}").format(
        sql.Literal(name), sql.Identifier(name)
    )
    for name in CATALOGS
)
OF_DATABASE = """
SELECT datname, xmin::text::bigint, coalesce(datacl::text, '')
FROM pg_database WHERE datname = current_database()
UNION ALL
SELECT 'setting', setrole::bigint, setconfig::text
FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase AND datname = current_database()
"""
TABLES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0 ORDER BY relname
"""
"""Tables whose file holds anything: an empty file costs less to see than a question to its table."""
SEQUENCES = """
SELECT schemaname, sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences
"""
END_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class NewDatabase:
    """What a database was like when it was new.

    Attributes:
        structure: Fingerprints of its catalogs.
        rows: The tables that had rows then, with these as COPY writes them.
        sequences: Schema, name, value and whether that was given out.
    """

    structure: Sequence[Any]
    rows: Sequence[tuple[str, bytes]]
    sequences: Sequence[tuple[str, str, int, bool]]

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> NewDatabase:
        """Note what the new database of that connection is like."""
        return cls(
            _structure(connection),
            [(name, _copied(connection, name)) for name in _filled(connection)],
            connection.execute(SEQUENCES).fetchall(),
        )

    def restore(self, connection: psycopg.Connection[Any]) -> bool:
        """Make the database as it was, and return whether that was possible. All other connections to it end."""
        connection.execute(END_OTHERS)
        if _structure(connection) != self.structure:
            return False
        self.fill(connection)
        return True

    def fill(self, connection: psycopg.Connection[Any]) -> None:
        """Leave these rows and no others in a database of the same tables, and let its sequences go on from here.

        Emptied tables are vacuumed, so that new rows lie in the order in which they come, as in a new table.
        """
        used = _filled(connection)
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            for name in used:
                connection.execute(sql.SQL("DELETE FROM public.{}").format(sql.Identifier(name)))
        if used:
            tables = sql.SQL(", ").join(sql.Identifier("public", name) for name in used)
            connection.execute(sql.SQL("VACUUM {}").format(tables))
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            for name, rows in self.rows:
                statement = sql.SQL("COPY public.{} FROM STDIN").format(sql.Identifier(name))
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    copy.write(rows)
            now = set(connection.execute(SEQUENCES).fetchall())
            for schema, name, value, given in [
                sequence for sequence in self.sequences if sequence not in now
            ]:
                statement = sql.SQL("SELECT setval({}, {}, {})").format(
                    sql.Literal(sql.Identifier(schema, name).as_string(connection)),
                    sql.Literal(value),
                    sql.Literal(given),
                )
                connection.execute(statement)


def _structure(connection: psycopg.Connection[Any]) -> Sequence[Any]:
    return [*connection.execute(STRUCTURE).fetchall(), *sorted(connection.execute(OF_DATABASE).fetchall())]


def _filled(connection: psycopg.Connection[Any]) -> Sequence[str]:
    """Return the tables that have rows."""
    tables = [name for (name,) in connection.execute(TABLES).fetchall()]
    if not tables:
        return []
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(
            sql.Literal(name), sql.Identifier("public", name)
        )
        for name in tables
    )
    return [name for (name,) in connection.execute(asked).fetchall()]


def _copied(connection: psycopg.Connection[Any], name: str) -> bytes:
    statement = sql.SQL("COPY public.{} TO STDOUT").format(sql.Identifier(name))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return b"".join(bytes(part) for part in copy)
