"""Changes of TOML files that the staff of an office write: comments, order and all that is not changed stay."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable, Table
from tomlkit.toml_document import TOMLDocument

from pipeline.base.errors import SchemaError

Values = Mapping[str, Any]
"""Values by their keys; None removes a key."""


def with_keys(text: str, table: str, values: Values) -> str:
    """Return the text of a file with other values for keys of ``[table]``, which is added where it is not there."""
    document = _parsed(text)
    if table not in document:
        if text.strip():
            document.add(tomlkit.nl())
        document.add(table, tomlkit.table())
    _set(cast("MutableMapping[str, Any]", document[table]), values)
    return tomlkit.dumps(document)


def with_row(text: str, table: str, values: Values) -> str:
    """Return the text of a file with one more row of ``[[table]]``."""
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
    """Return the text of a file with other values in a row (from 0) of ``[[table]]``.

    Raises:
        SchemaError: There is no such row.
    """
    document = _parsed(text)
    _set(_row(document, table, number), values)
    return tomlkit.dumps(document)


def without_row(text: str, table: str, number: int) -> str:
    """Return the text of a file without a row (from 0) of ``[[table]]``.

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
        else:
            table[key] = value
