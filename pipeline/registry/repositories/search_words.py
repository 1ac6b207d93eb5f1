"""Words of names and of entries, by the full-text index of the database.

SQLite has FTS5 tables, which are written beside the rows; PostgreSQL an index over the rows themselves. Either takes
words of small letters and figures without marks, as ``words_of`` makes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Table,
    TableValuedAlias,
    any_,
    bindparam,
    func,
    literal,
    select,
    text,
)

from pipeline.base.text.tones import unaccented
from pipeline.registry.tables.search import search_entry, search_name

_WORD = re.compile(r"[a-z0-9]+")

_COLUMNS = {search_name.name: search_name.c.bare, search_entry.name: search_entry.c.words}
_KEYS: dict[str, Column[int]] = {
    search_name.name: search_name.c.id,
    search_entry.name: search_entry.c.entry_id,
}


@lru_cache(maxsize=100_000)
def words_of(written: str) -> tuple[str, ...]:
    """Return the words of a text as they are looked for: without marks, case and punctuation."""
    return tuple(_WORD.findall(unaccented(written)))


def one_of(connection: Connection, column: Column[int], keys: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a column is one of many keys, as one parameter and not as thousands."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(keys), ARRAY(BigInteger)))
    told = func.json_each(literal(json.dumps(list(keys)))).table_valued("value")
    return column.in_(select(told.c.value))


def row_of_each(connection: Connection, keys: Collection[int]) -> TableValuedAlias | None:
    """Return a table with a row for each of many keys, which a lateral query can refer to; None on SQLite."""
    if connection.dialect.name != "postgresql":
        return None
    return (
        func.unnest(literal(list(keys), ARRAY(BigInteger)))
        .table_valued("key", name="one_key")
        .render_derived()
    )


def hold_words(connection: Connection, table: Table, words: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a row of ``search_name`` or ``search_entry`` holds all these words."""
    if connection.dialect.name == "sqlite":
        asked = " ".join(f'"{word}"' for word in words)
        found = text(f"SELECT rowid FROM {table.name}_fts WHERE {table.name}_fts MATCH :asked_{table.name}")  # noqa: S608 (our own names)
        rows = found.bindparams(bindparam(f"asked_{table.name}", asked)).columns(rowid=Integer)
        return _KEYS[table.name].in_(rows)
    asked = " & ".join(f"'{word}'" for word in words)
    held = func.array_to_tsvector(func.string_to_array(_COLUMNS[table.name], text("' '")))
    query = text(f"CAST(:asked_{table.name} AS tsquery)").bindparams(**{f"asked_{table.name}": asked})
    return held.bool_op("@@")(query)


def keep_words(connection: Connection, table: Table, rows: Iterable[tuple[int, str]]) -> None:
    """Hold the words of new rows, where the database does not do so by itself."""
    some = [(key, words) for key, words in rows if words]
    if some and connection.dialect.name == "sqlite":
        statement = f"INSERT OR REPLACE INTO {table.name}_fts (rowid, words) VALUES (?, ?)"  # noqa: S608 (our own names)
        connection.exec_driver_sql(statement, some)


def without_words(connection: Connection, table: Table) -> Sequence[int]:
    """Return the rows of which a SQLite file holds no words, or those of rows that are gone; none on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return ()
    key = _KEYS[table.name].name
    both = f"SELECT {key} FROM {table.name} EXCEPT SELECT rowid FROM {table.name}_fts"  # noqa: S608 (our own names)
    gone = f"SELECT rowid FROM {table.name}_fts EXCEPT SELECT {key} FROM {table.name}"  # noqa: S608 (our own names)
    return [key for query in (both, gone) for key in connection.scalars(text(query))]


def drop_words(connection: Connection, table: Table, keys: Collection[int]) -> None:
    """Hold the words of rows that go no longer."""
    if keys and connection.dialect.name == "sqlite":
        connection.execute(
            text(f"DELETE FROM {table.name}_fts WHERE rowid = :key"),  # noqa: S608 (our own names)
            [{"key": key} for key in keys],
        )


def held_words(connection: Connection, table: Table, keys: Collection[int]) -> dict[int, str]:
    """Return the words of a SQLite file by row; nothing on PostgreSQL, whose index follows by itself."""
    if not keys or connection.dialect.name != "sqlite":
        return {}
    some = text(f"SELECT rowid, words FROM {table.name}_fts WHERE rowid IN :keys")  # noqa: S608 (our own names)
    query = some.bindparams(bindparam("keys", list(keys), expanding=True, type_=BigInteger))
    return {row.rowid: row.words for row in connection.execute(query)}
