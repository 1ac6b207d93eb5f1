"""A design as the text of a file of ``schemas/forms``: a line of print is a line of text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.declarations.schema import Form
from pipeline.form_design.design import Design, form_table

DIGITS = 5
"""Decimals of a share: a hundred-thousandth of a frame is far below the precision of print."""

WIDEST = 110
"""Line length from which cells are written below one another."""

ROWS = ("line", "area", "checkbox")


def design_toml(design: Design) -> str:
    """Return the text of the file that declares a design's form."""
    table = form_table(design)
    head = [f"{key} = {_value(value)}" for key, value in table.items() if key not in (*ROWS, "table")]
    parts = ["\n".join(head)]
    parts += [_rows(key, table[key]) for key in ROWS if table.get(key)]
    if "table" in table:
        grid = table["table"]
        own = [f"{key} = {_value(grid[key])}" for key in ("rows", "top", "bottom", "ruled") if key in grid]
        parts.append("[table]\n" + "\n".join(own) + "\n" + _rows("column", grid["column"]))
    return "\n\n".join(parts) + "\n"


def rounded(design: Design) -> Design:
    """Return the design with shares rounded as in a file."""
    return design.model_validate(_rounded(design.model_dump(by_alias=True)))


def _rows(key: str, rows: list[Mapping[str, Any]]) -> str:
    return f"{key} = [\n" + "".join(f"  {_row(row)},\n" for row in rows) + "]"


def _row(row: Mapping[str, Any]) -> str:
    text = _value(row)
    cells = row.get("cells")
    if cells is None or len(cells) < 2 or len(text) <= WIDEST:
        return text
    inner = "".join(f"    {_value(cell)},\n" for cell in cells)
    return f"{{ at = {_value(row['at'])}, cells = [\n{inner}  ] }}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    return (
        "[" + ", ".join(_value(item) for item in value) + "]"
        if _is_flat(value)
        else ("[ " + ", ".join(_value(item) for item in value) + " ]")
    )


def _is_flat(values: Any) -> bool:
    return not any(isinstance(value, Mapping) for value in values)


def _number(value: float) -> str:
    short = f"{value:.{DIGITS}f}".rstrip("0")
    short = f"{short}0" if short.endswith(".") else short
    return "0.0" if short == "-0.0" else short


def _text(text: str) -> str:
    """Return a TOML basic string: TOML accepts the escapes of JSON, and DEL is escaped as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    plain = key and all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in key)
    return key if plain else _text(key)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0  # no -0.0
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


__all__ = ["Form", "design_toml", "rounded"]
