"""Triggers that refuse to change what must stay: the same promise on every kind of database."""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

_REFUSE_ON_POSTGRESQL = """
CREATE OR REPLACE FUNCTION hotich_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$
"""


def append_only(table: str, key: Sequence[str] = ("id",), *unique: Sequence[str]) -> None:
    """Rows of ``table`` can be added, and never be changed, deleted or replaced.

    ``key``: its primary key; ``unique``: the columns of its other unique constraints.
    """
    words = f"{table} is append-only"
    if _dialect() == "postgresql":
        _refuse_on_postgresql(table, "update", "BEFORE UPDATE", words)
        _refuse_removal_on_postgresql(table, words)
        return
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {_refusal(words)}")
    _refuse_removal_on_sqlite(table, words, key, *unique)


def only_ends(table: str, end: str, columns: Sequence[str]) -> None:
    """Rows of ``table`` can be added, and their column ``end`` can be written where it is not yet.

    Nothing else. ``columns``: all of the table.
    """
    words = f"{table} only ends"
    same_as = "IS NOT DISTINCT FROM" if _dialect() == "postgresql" else "IS"
    kept = [
        f"{_comparable('NEW', column)} {same_as} {_comparable('OLD', column)}"
        for column in columns
        if column != end
    ]
    ends = f"NOT (OLD.{end} IS NULL AND NEW.{end} IS NOT NULL AND {' AND '.join(kept)})"
    if _dialect() == "postgresql":
        _refuse_on_postgresql(table, "update", "BEFORE UPDATE", words, f"WHEN ({ends})")
        _refuse_removal_on_postgresql(table, words)
        return
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN {ends} {_refusal(words)}")
    _refuse_removal_on_sqlite(table, words, ("id",))


def _dialect() -> str:
    return str(op.get_bind().dialect.name)


def _comparable(row: str, column: str) -> str:
    """PostgreSQL's ``json`` has no equality; its text has."""
    return f"{row}.{column}::text" if _dialect() == "postgresql" else f"{row}.{column}"


def _refusal(words: str) -> str:
    return f"BEGIN SELECT RAISE(ABORT, '{words}'); END"


def _refuse_removal_on_sqlite(table: str, words: str, *keys: Sequence[str]) -> None:
    """``INSERT OR REPLACE`` deletes without asking the trigger on deletion, so it is refused too."""
    same = " OR ".join(" AND ".join(f"{column} = NEW.{column}" for column in key) for key in keys)
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {_refusal(words)}")
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {_refusal(words)}"
    )


def _refuse_removal_on_postgresql(table: str, words: str) -> None:
    _refuse_on_postgresql(table, "delete", "BEFORE DELETE", words)
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION hotich_refuse('{words}')"
    )


def _refuse_on_postgresql(table: str, name: str, when: str, words: str, condition: str = "") -> None:
    op.execute(_REFUSE_ON_POSTGRESQL)
    op.execute(
        f"CREATE TRIGGER {table}_no_{name} {when} ON {table} "
        f"FOR EACH ROW {condition} EXECUTE FUNCTION hotich_refuse('{words}')"
    )
