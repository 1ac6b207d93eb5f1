"""A design as the text of a file of ``schemas/forms``: a line of print is a line of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.base.text.toml_text import toml_value
from pipeline.declarations.schema import Form
from pipeline.form_design.design import Design, form_table

DIGITS = 5
"""Decimals of a share: a hundred-thousandth of a frame is far below the precision of print."""

WIDEST = 110
"""Line length from which cells are written below one another."""

ROWS = ("line", "area", "checkbox")


def design_toml(design: Design) -> str:
    """Return the text of the file that declares a design's form."""
    table = _rounded(form_table(design))
    head = [f"{key} = {toml_value(value)}" for key, value in table.items() if key not in (*ROWS, "table")]
    parts = ["\n".join(head)]
    parts += [_rows(key, table[key]) for key in ROWS if table.get(key)]
    if "table" in table:
        grid = table["table"]
        own = [
            f"{key} = {toml_value(grid[key])}" for key in ("rows", "top", "bottom", "ruled") if key in grid
        ]
        parts.append("[table]\n" + "\n".join(own) + "\n" + _rows("column", grid["column"]))
    return "\n\n".join(parts) + "\n"


def rounded(design: Design) -> Design:
    """Return the design with shares rounded as in a file."""
    return design.model_validate(_rounded(design.model_dump(by_alias=True)))


def _rows(key: str, rows: list[Mapping[str, Any]]) -> str:
    return f"{key} = [\n" + "".join(f"  {_row(row)},\n" for row in rows) + "]"


def _row(row: Mapping[str, Any]) -> str:
    text = toml_value(row)
    cells = row.get("cells")
    if cells is None or len(cells) < 2 or len(text) <= WIDEST:
        return text
    inner = "".join(f"    {toml_value(cell)},\n" for cell in cells)
    return f"{{ at = {toml_value(row['at'])}, cells = [\n{inner}  ] }}"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0  # no -0.0
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


__all__ = ["Form", "design_toml", "rounded"]
