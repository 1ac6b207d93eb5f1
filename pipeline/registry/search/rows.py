"""The tables of the search: the index that follows from the effective values, its full-text words, and the requests.

Each name is stored once without diacritics, and entries refer to it, so that near names are found among names. SQLite
has FTS5 tables that are written with the rows; PostgreSQL has an index over the rows. Both hold words of lower-case
letters and figures without diacritics (``words_of``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
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
from pipeline.registry.database.columns import (
    APPEND_ONLY,
    REMOVABLE,
    Id,
    Json,
    ManyId,
    column,
    table,
    uncovered,
)

DERIVED = uncovered(REMOVABLE, "follows from the effective values; “hotich search check” compares the two")

FULL_TEXT = ("search_name_fts", "search_entry_fts", "search_unreviewed_fts")
"""The full-text tables of SQLite for words of names, entries and unreviewed readings; they are not declared."""

FULL_TEXT_INDEXES = ("ix_search_name_words", "ix_search_entry_words", "ix_search_unreviewed_words")
"""The full-text indexes of PostgreSQL over the same words."""


@dataclass(frozen=True, slots=True)
class SearchNameRow:
    """A name without diacritics; ``id`` follows from it, ``ordered`` from its words in alphabetical order."""

    id: Annotated[int, column(many=True, key=True)]
    bare: str
    ordered: Annotated[int, column(big=True, index=True)]


search_name = table("search_name", SearchNameRow, info=DERIVED)


@dataclass(frozen=True, slots=True)
class SearchPersonRow:
    """A person named in a field of an entry; ``spelled``: the name in lower case with diacritics."""

    id: ManyId
    entry_id: Annotated[int, column(index=True)]
    field: str
    name_id: Annotated[int, column(big=True)]
    spelled: str


search_person = table("search_person", SearchPersonRow, Index(None, "name_id", "entry_id"), info=DERIVED)


@dataclass(frozen=True, slots=True)
class SearchNumberRow:
    """A personal number or the number of an identity paper, letters and figures only."""

    id: ManyId
    entry_id: Annotated[int, column(index=True)]
    field: str
    number: str


search_number = table("search_number", SearchNumberRow, Index(None, "number", "entry_id"), info=DERIVED)


@dataclass(frozen=True, slots=True)
class SearchEntryRow:
    """``number``: without its year and leading zeros.

    ``year``: of the registration; ``event_year``: of birth or death; ``words``: words of notes and places without
    diacritics.
    """

    entry_id: Annotated[int, column(key=True)]
    book_id: int
    record: str
    number: str | None
    year: int | None
    event_year: int | None
    words: str


search_entry = table(
    "search_entry",
    SearchEntryRow,
    Index(None, "book_id", "entry_id"),
    Index(None, "number", "entry_id"),
    info=DERIVED,
)


class UnreviewedKind(StrEnum):
    """The use of an unreviewed reading in a search; ``WORDS``: those of all notes and places of an entry together."""

    NAME = "name"
    NUMBER = "number"
    PAPER = "paper"
    YEAR = "year"
    EVENT_YEAR = "event-year"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class SearchUnreviewedRow:
    """A reading that nobody has accepted or decided, as the search finds it.

    In rows of names ``spelled`` is as in ``search_person``, ``name_id`` and ``ordered`` as ``id`` and ``ordered`` of
    ``search_name``. ``bare``: words without diacritics, in rows of names and words; ``number``: in all other rows.
    """

    id: Annotated[int, column(many=True, key=True)]
    entry_id: Annotated[int, column(index=True)]
    field: str
    kind: str
    spelled: str
    bare: str
    number: str | None
    name_id: Annotated[int | None, column(big=True)]
    ordered: Annotated[int | None, column(big=True, index=True)]


search_unreviewed = table(
    "search_unreviewed",
    SearchUnreviewedRow,
    Index(None, "name_id", "entry_id"),
    Index(None, "kind", "number", "entry_id"),
    info=DERIVED,
)


@dataclass(frozen=True, slots=True)
class SearchBookRow:
    """Number of changes of a book, and the approval that was in force after the last one."""

    book_id: Annotated[int, column(key=True)]
    changes: int
    approval_id: int | None


search_book = table("search_book", SearchBookRow, info=DERIVED)


@dataclass(frozen=True, slots=True)
class SearchStateRow:
    """Progress of building the index, as an entry's id; a single row."""

    id: Id
    upto: int
    built: bool


search_state = table("search_state", SearchStateRow, info=DERIVED)


@dataclass(frozen=True, slots=True)
class SearchRequestRow:
    """A page of results shown to a person. ``criteria``: the names of the criteria; ``found``: ids of entries."""

    id: ManyId
    author: str
    purpose: str
    reason: str
    criteria: Json[list[str]]
    found: Json[list[int]]
    searched_at: datetime


search_request = table(
    "search_request",
    SearchRequestRow,
    Index(None, "author", "searched_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


SEARCH_INDEX = (
    search_name,
    search_person,
    search_number,
    search_entry,
    search_unreviewed,
    search_book,
    search_state,
)
"""Tables that follow from the effective values and are rebuilt where they differ."""


_WORD = re.compile(r"[a-z0-9]+")

_COLUMNS = {
    search_name.name: search_name.c.bare,
    search_entry.name: search_entry.c.words,
    search_unreviewed.name: search_unreviewed.c.bare,
}
_KEYS: dict[str, Column[int]] = {
    search_name.name: search_name.c.id,
    search_entry.name: search_entry.c.entry_id,
    search_unreviewed.name: search_unreviewed.c.id,
}


@lru_cache(maxsize=100_000)
def words_of(written: str) -> tuple[str, ...]:
    """Return the words of a text without diacritics, case and punctuation."""
    return tuple(_WORD.findall(unaccented(written)))


def one_of(connection: Connection, column: Column[int], keys: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a column is one of many keys, with a single parameter."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(keys), ARRAY(BigInteger)))
    given = func.json_each(literal(json.dumps(list(keys)))).table_valued("value")
    return column.in_(select(given.c.value))


def row_of_each(connection: Connection, keys: Collection[int]) -> TableValuedAlias | None:
    """Return a table with a row for each key, for lateral queries; None on SQLite."""
    if connection.dialect.name != "postgresql":
        return None
    return (
        func.unnest(literal(list(keys), ARRAY(BigInteger)))
        .table_valued("key", name="one_key")
        .render_derived()
    )


def hold_words(connection: Connection, table: Table, words: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a row of a table with full-text words holds all these words."""
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
    """Index the words of new rows, where the database does not do so by itself."""
    some = [(key, words) for key, words in rows if words]
    if some and connection.dialect.name == "sqlite":
        statement = f"INSERT OR REPLACE INTO {table.name}_fts (rowid, words) VALUES (?, ?)"  # noqa: S608 (our own names)
        connection.exec_driver_sql(statement, some)


def without_words(connection: Connection, table: Table) -> Sequence[int]:
    """Return rows without indexed words and indexed rows that are gone; none on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return ()
    key = _KEYS[table.name].name
    both = f"SELECT {key} FROM {table.name} EXCEPT SELECT rowid FROM {table.name}_fts"  # noqa: S608 (our own names)
    gone = f"SELECT rowid FROM {table.name}_fts EXCEPT SELECT {key} FROM {table.name}"  # noqa: S608 (our own names)
    return [key for query in (both, gone) for key in connection.scalars(text(query))]


def drop_words(connection: Connection, table: Table, keys: Collection[int]) -> None:
    """Remove the indexed words of rows that are deleted."""
    if keys and connection.dialect.name == "sqlite":
        connection.execute(
            text(f"DELETE FROM {table.name}_fts WHERE rowid = :key"),  # noqa: S608 (our own names)
            [{"key": key} for key in keys],
        )


def held_words(connection: Connection, table: Table, keys: Collection[int]) -> dict[int, str]:
    """Return the indexed words by row; nothing on PostgreSQL, whose index follows by itself."""
    if not keys or connection.dialect.name != "sqlite":
        return {}
    some = text(f"SELECT rowid, words FROM {table.name}_fts WHERE rowid IN :keys")  # noqa: S608 (our own names)
    query = some.bindparams(bindparam("keys", list(keys), expanding=True, type_=BigInteger))
    return {row.rowid: row.words for row in connection.execute(query)}
