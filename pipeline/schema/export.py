"""``schemas/exports``: the import templates of the Ministry."""

from __future__ import annotations

from pipeline.schema.declaration import Declaration


class ExportSpec(Declaration):
    """One import template of the Ministry: its record, its sheet, ``leading`` columns that are no field (they count
    the rows), and the name of the sheet that tells the code lists (``""``: the template has none)."""

    export: str
    record: str
    title: str
    sheet: str
    leading: tuple[str, ...] = ()
    codes_sheet: str = ""
