"""Tables of few columns that print no rules between their rows."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.declarations.schema import Form
from tests.digitize.pages import SCHEMAS


def unruled_form(
    name: str, paper_mm: tuple[float, float], rows: int, columns: Sequence[tuple[str, float, str]]
) -> Form:
    """Return a table of births with columns of a heading, a width and a field each."""
    declared = SCHEMAS.form("birth-table").model_dump(by_alias=True, exclude={"fingerprint"})
    drawn = [{"heading": heading, "width": width, "field": field} for heading, width, field in columns]
    table = {"rows": rows, "top": 0.13, "bottom": 1.0, "ruled": False, "column": drawn}
    return Form.model_validate({**declared, "id": name, "paper_mm": paper_mm, "table": table})
