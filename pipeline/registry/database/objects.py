"""What a database does by itself: triggers, views, rules, policies, compared with what the migrations make.

A trigger with the right name and another body refuses nothing, and one that nobody knows can change what is written
before its digest is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from sqlalchemy import Column, Connection, Table, Text, create_engine, inspect, text

from pipeline.registry.audit.model import Flaw, FlawKind
from pipeline.registry.database.columns import RowLife, cover, tables_of
from pipeline.registry.database.migration import made_by_migrations

REFUSE = "hotich_refuse"
"""The function of all triggers on PostgreSQL."""

_REFUSES = " BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END "


class DatabaseObject(NamedTuple):
    """``table``: what it belongs to; ``definition``: as the database tells it, ``""`` of one that is switched off."""

    table: str
    name: str
    definition: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.definition.encode()).hexdigest()[:32]


def object_flaws(connection: Connection) -> Iterator[Flaw]:
    """Triggers that are gone, switched off or otherwise, and objects that the migrations do not make."""
    expected = {one.name: one for one in expected_objects(connection)}
    there = {one.name: one for one in _there(connection)}
    for name, wanted in expected.items():
        found = there.get(name)
        if found is None or not found.definition:
            yield Flaw(FlawKind.GUARD_GONE, wanted.table, name=name)
        elif found != wanted:
            yield Flaw(FlawKind.GUARD_ALTERED, found.table, name=name, found=found.digest)
    for name, found in there.items():
        if name not in expected:
            yield Flaw(FlawKind.OBJECT_UNKNOWN, found.table, name=name, found=found.digest)


def expected_objects(connection: Connection) -> tuple[DatabaseObject, ...]:
    """What the migrations make in a database of this kind."""
    if connection.dialect.name == "sqlite":
        return _made_on_sqlite()
    schema = str(connection.scalar(text("SELECT current_schema()")))
    refuses = DatabaseObject("", REFUSE, _REFUSES)
    return (refuses, *_growing_on_postgresql(schema), *_ending_on_postgresql(schema))


def put_guards_right(connection: Connection) -> None:
    """Make anew what is gone, switched off or otherwise, but of tables that are gone themselves.

    On PostgreSQL the account must own the tables.
    """
    tables = set(inspect(connection).get_table_names())
    wrong = {flaw.name for flaw in object_flaws(connection) if flaw.kind is not FlawKind.OBJECT_UNKNOWN}
    on_sqlite = connection.dialect.name == "sqlite"
    for one in expected_objects(connection):
        if one.name not in wrong:
            continue
        if one.name == REFUSE:
            connection.execute(
                text(
                    f"CREATE OR REPLACE FUNCTION {REFUSE}() RETURNS trigger LANGUAGE plpgsql AS $${_REFUSES}$$"
                )
            )
            continue
        if one.table not in tables:
            continue
        on = "" if on_sqlite else f" ON {one.table}"
        connection.execute(text(f"DROP TRIGGER IF EXISTS {one.name}{on}"))
        connection.exec_driver_sql(one.definition)


_ON_SQLITE = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name"

_ON_POSTGRESQL = """
WITH here AS (SELECT current_schema()::regnamespace::oid AS schema)
SELECT c.relname, t.tgname, CASE WHEN t.tgenabled IN ('O', 'A') THEN pg_get_triggerdef(t.oid) ELSE '' END
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid, here
  WHERE NOT t.tgisinternal AND c.relnamespace = here.schema
UNION ALL
SELECT '', p.proname, p.prosrc FROM pg_proc p, here WHERE p.pronamespace = here.schema AND p.proname = :refuse
UNION ALL
SELECT c.relname, c.relname, pg_get_viewdef(c.oid) FROM pg_class c, here
  WHERE c.relnamespace = here.schema AND c.relkind IN ('v', 'm') AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
UNION ALL
SELECT c.relname, r.rulename, pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class, here
  WHERE c.relnamespace = here.schema AND r.rulename <> '_RETURN'
UNION ALL
SELECT c.relname, p.polname, coalesce(pg_get_expr(p.polqual, p.polrelid), '') || '/'
    || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid, here WHERE c.relnamespace = here.schema
UNION ALL
SELECT c.relname, c.relname || '_row_security', 'row security' FROM pg_class c, here
  WHERE c.relnamespace = here.schema AND c.relrowsecurity
UNION ALL
SELECT '', e.evtname, e.evtevent || ' ' || e.evtfoid::regprocedure::text FROM pg_event_trigger e
  WHERE NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.objid = e.oid AND d.classid = 'pg_event_trigger'::regclass AND d.deptype = 'e')
UNION ALL
SELECT '', 'session_replication_role', setting FROM pg_settings
  WHERE name = 'session_replication_role' AND setting <> 'origin'
"""


def _there(connection: Connection) -> Iterator[DatabaseObject]:
    if connection.dialect.name == "sqlite":
        query, values = text(_ON_SQLITE), {}
    else:
        query, values = text(_ON_POSTGRESQL.replace("::", "\\:\\:")), {"refuse": REFUSE}
    for table, name, definition in connection.execute(query, values):
        yield DatabaseObject(table, name, definition)


@cache
def _made_on_sqlite() -> tuple[DatabaseObject, ...]:
    """Those of a database in memory that the migrations have just made."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            made_by_migrations(connection)
            return tuple(_there(connection))
    finally:
        engine.dispose()


def _growing_on_postgresql(schema: str) -> Iterator[DatabaseObject]:
    for table in tables_of(RowLife.KEPT):
        yield from _refusing(schema, table, f"{table.name} is append-only", {"update": "", "delete": ""})


def _ending_on_postgresql(schema: str) -> Iterator[DatabaseObject]:
    for table in tables_of(RowLife.ENDS_ONCE):
        end = cover(table).end
        kept = " AND ".join(
            f"(NOT ({_compared('new', column)} IS DISTINCT FROM {_compared('old', column)}))"
            for column in table.columns
            if column.name != end
        )
        ends = f"(NOT ((old.{end} IS NULL) AND (new.{end} IS NOT NULL) AND {kept}))"
        yield from _refusing(
            schema, table, f"{table.name} only ends", {"update": f" WHEN ({ends})", "delete": ""}
        )


def _refusing(
    schema: str, table: Table, words: str, conditions: Mapping[str, str]
) -> Iterator[DatabaseObject]:
    """Triggers as PostgreSQL tells them."""
    refuses = f"EXECUTE FUNCTION {REFUSE}('{words}')"
    for change, condition in conditions.items():
        name = f"{table.name}_no_{change}"
        when = f"BEFORE {change.upper()} ON {schema}.{table.name} FOR EACH ROW{condition}"
        yield DatabaseObject(table.name, name, f"CREATE TRIGGER {name} {when} {refuses}")
    name = f"{table.name}_no_truncate"
    when = f"BEFORE TRUNCATE ON {schema}.{table.name} FOR EACH STATEMENT"
    yield DatabaseObject(table.name, name, f"CREATE TRIGGER {name} {when} {refuses}")


def _compared(row: str, column: Column[object]) -> str:
    named = f"{row}.{column.name}"
    return named if isinstance(column.type, Text) else f"({named})::text"
