"""Edit TOML files written by an office's staff: comments, order and all unchanged text stay."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable, Table
from tomlkit.toml_document import TOMLDocument

from pipeline.base.errors import SchemaError

Values = Mapping[str, Any]
"""Values by key; None removes a key."""


def with_keys(text: str, table: str, values: Values) -> str:
    """Return the file's text with changed keys of ``[table]``; a missing table is added."""
    document = _parsed(text)
    if table not in document:
        if text.strip():
            document.add(tomlkit.nl())
        document.add(table, tomlkit.table())
    _set(cast("MutableMapping[str, Any]", document[table]), values)
    return tomlkit.dumps(document)


def with_row(text: str, table: str, values: Values) -> str:
    """Return the file's text with an added row of ``[[table]]``."""
    document = _parsed(text)
    rows = document.get(table)
    row: Table | InlineTable = tomlkit.inline_table() if isinstance(rows, Array) else tomlkit.table()
    if rows is None:
        if text.strip():
            document.add(tomlkit.nl())
        document.add(table, tomlkit.aot())
    _set(row, values)
    cast("AoT | Array", document[table]).append(row)
    return tomlkit.dumps(document)


def with_changed_row(text: str, table: str, number: int, values: Values) -> str:
    """Return the file's text with changed values in a row (from 0) of ``[[table]]``.

    Raises:
        SchemaError: There is no such row.
    """
    document = _parsed(text)
    _set(_row(document, table, number), values)
    return tomlkit.dumps(document)


def without_row(text: str, table: str, number: int) -> str:
    """Return the file's text without a row (from 0) of ``[[table]]``.

    Raises:
        SchemaError: There is no such row.
    """
    document = _parsed(text)
    _row(document, table, number)
    rows = cast("AoT | Array", document[table])
    if len(rows) == 1:
        document.remove(table)
    else:
        del rows[number]
    return tomlkit.dumps(document)


def with_table(text: str, table: str, values: Values, rows_key: str, rows: Sequence[Values]) -> str:
    """Return the file's text with changed keys of ``[table]`` and other rows of ``[[table.rows_key]]``.

    A row with the name of one that is there changes that one, which keeps its comments.
    """
    document = _parsed(with_keys(text, table, values))
    own = cast("Table", document[table])
    before = own.get(rows_key)
    if isinstance(before, AoT) and [row.get("name") for row in before] == [row["name"] for row in rows]:
        for item, row in zip(before, rows, strict=True):
            _become(item, row)
        return tomlkit.dumps(document)
    kept = {row.get("name"): row for row in before} if isinstance(before, AoT) else {}
    own.pop(rows_key, None)
    written = tomlkit.aot()
    for row in rows:
        item = kept.pop(row["name"], None) or tomlkit.table()
        _become(item, row)
        written.append(item)
    own[rows_key] = written
    return tomlkit.dumps(document)


def _become(item: MutableMapping[str, Any], row: Values) -> None:
    """Give a row these values and no others."""
    _set(item, {**dict.fromkeys(item.keys() - row.keys()), **row})


def without_table(text: str, table: str) -> str:
    """Return the file's text without ``[table]`` and its rows."""
    document = _parsed(text)
    document.pop(table, None)
    return tomlkit.dumps(document)


def _parsed(text: str) -> TOMLDocument:
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError):
        raise SchemaError(
            "Tệp sai cú pháp TOML nên không sửa được ở đây. Hãy báo người quản trị máy."
        ) from None


def _row(document: TOMLDocument, table: str, number: int) -> MutableMapping[str, Any]:
    rows = document.get(table)
    if not isinstance(rows, AoT | Array) or not 0 <= number < len(rows):
        raise SchemaError("Không còn mục ấy trong tệp. Hãy tải lại trang.")
    return cast("MutableMapping[str, Any]", rows[number])


def _set(table: MutableMapping[str, Any], values: Values) -> None:
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        elif table.get(key) != value:
            table[key] = value
