"""Whether the triggers still stand that keep rows from being changed. They are the first thing an intruder drops."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from pipeline.registry.tables.guarded import ENDING, GROWING

_REFUSED = {"sqlite": ("update", "delete", "replace"), "postgresql": ("update", "delete", "truncate")}
_STANDING = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
    "AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)",
}


def missing_guards(connection: Connection) -> Sequence[tuple[str, str]]:
    """Table and name of each trigger that is not there or switched off."""
    kind = connection.dialect.name
    standing = set(connection.scalars(text(_STANDING[kind])))
    guarded = [table.name for table in (*GROWING, *ENDING)]
    wanted = [(table, f"{table}_no_{change}") for table in guarded for change in _REFUSED[kind]]
    return [(table, name) for table, name in wanted if name not in standing]
