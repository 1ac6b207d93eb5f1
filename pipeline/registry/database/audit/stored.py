"""Rows as the database holds them, not as Python reads them, and their digests.

A digest covers the spelling of JSON and of times, so that nothing can be changed under it. Columns that are NULL are
left out: a column that a later version adds changes no digest as long as it is empty. Both kinds of database give one
row the same digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, column, select, table, text

DIGEST_BYTES = 16
"""The first half of a SHA-256: to find another row with the same one takes 2^128 attempts."""

VOLATILE = {"login_session": frozenset({"seen_at"}), "api_token": frozenset({"used_at"})}
"""Columns that no digest covers: they change with every click and nothing follows from them."""

GONE = bytes(DIGEST_BYTES)
"""In place of the digest of a row that was deleted."""

_AT_ONCE = 1000
"""Ids in one statement."""


def key_of(table_name: str) -> str:
    """The column that names a row: record tables have one row an entry, and a book is in one run's hands at most."""
    if table_name == "book_run":
        return "book_id"
    return "entry_id" if table_name.endswith("_record") else "id"


def digests(connection: Connection, table_name: str, ids: Iterable[int]) -> dict[int, bytes]:
    """The digest of each of these rows as it is now; ``GONE`` for those that are not there."""
    wanted = sorted(ids)
    found = dict.fromkeys(wanted, GONE)
    key = key_of(table_name)
    for row in stored_rows(connection, table_name, wanted):
        found[row[key]] = digest(table_name, row)
    return found


def digest(table_name: str, row: Mapping[str, Any]) -> bytes:
    """What cannot be kept when anything about the row changes, ``DIGEST_BYTES`` long."""
    return hashlib.sha256(spelled(table_name, row).encode()).digest()[:DIGEST_BYTES]


def spelled(table_name: str, row: Mapping[str, Any]) -> str:
    """A row as text that no other row has: JSON, columns in alphabetical order, none that is NULL."""
    left_out = VOLATILE.get(table_name, ())
    told = {name: plain(value) for name, value in row.items() if value is not None and name not in left_out}
    return json.dumps([table_name, told], sort_keys=True, separators=(",", ":"))


def moment(value: datetime) -> str:
    """A time as SQLite stores it, in UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def stored_rows(connection: Connection, table_name: str, ids: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    """The rows with these keys, with every column the table has.

    They are named one by one: given several ranges, SQLite reads the whole table.
    """
    for start in range(0, len(ids), _AT_ONCE):
        yield from _as_stored(connection, _rows_named(table_name), {"ids": ids[start : start + _AT_ONCE]})


@cache
def _rows_named(table_name: str) -> Select[Any]:
    """Return the statement for the rows of some ``ids``; it is built once, as every request compares rows."""
    key = column(key_of(table_name), Integer)
    named = key.in_(bindparam("ids", expanding=True))
    return select(text("*")).select_from(table(table_name)).where(named)


def batches(
    connection: Connection, table_name: str, size: int, *, newest_first: bool = False, key_name: str = ""
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """All rows by key, ``size`` at a time, so that memory stays flat however long the table is.

    ``key_name``: the column that names a row where it is another one than ``key_of`` tells.
    """
    name = key_name or key_of(table_name)
    key = column(name, Integer)
    query = select(text("*")).select_from(table(table_name)).limit(size)
    query = query.order_by(key.desc() if newest_first else key)
    batch = _as_stored(connection, query)
    while batch:
        yield batch
        last = batch[-1][name]
        batch = _as_stored(connection, query.where(key < last if newest_first else key > last))


def stored_ids(connection: Connection, table_name: str, size: int = 10_000) -> Iterator[int]:
    """The keys of all rows, ascending; memory stays flat."""
    key = column(key_of(table_name), Integer)
    query = select(key).select_from(table(table_name)).order_by(key).limit(size)
    ids = connection.scalars(query).all()
    while ids:
        yield from ids
        ids = connection.scalars(query.where(key > ids[-1])).all()


def ranges_of(ids: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of neighbouring ids, as (first, last). ``ids`` ascend."""
    found: list[tuple[int, int]] = []
    for one in ids:
        if found and one == found[-1][1] + 1:
            found[-1] = (found[-1][0], one)
        else:
            found.append((one, one))
    return found


def _as_stored(
    connection: Connection, query: Select[Any], ids: Mapping[str, Sequence[int]] | None = None
) -> list[Mapping[str, Any]]:
    """What the driver gives, JSON as text."""
    if connection.dialect.name == "postgresql":
        return _as_stored_on_postgresql(connection, query.params(ids or {}))
    result = connection.execute(query, ids)
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def _as_stored_on_postgresql(connection: Connection, query: Select[Any]) -> list[Mapping[str, Any]]:
    """Return the rows with their JSON as text: psycopg would parse it, and so lose how it is spelled."""
    from psycopg.types.string import TextLoader  # only where PostgreSQL is used

    told = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    cursor: Any = connection.connection.cursor()
    try:
        cursor.adapters.register_loader("json", TextLoader)
        cursor.execute(told)
        names = [one[0] for one in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    finally:
        cursor.close()


def plain(value: Any) -> Any:
    """What JSON knows: truth as 0 or 1 (as SQLite has it), times as SQLite stores them, bytes in hex."""
    match value:
        case bool():
            return int(value)
        case str() | int() | float():
            return value
        case datetime():
            return moment(value)
        case _:
            return {"bytes": bytes(value).hex()}
