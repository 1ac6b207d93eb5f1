"""The table of guidelines for the fields of the desk. Rows are only ever added; the last one of a field counts."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    id_column,
    json_column,
    text_column,
    time_column,
)

guideline = Table(
    "guideline",
    METADATA,
    id_column(),
    text_column("record"),
    text_column("field"),
    text_column("form"),
    text_column("text"),
    json_column("examples"),
    count_column("account_id"),
    text_column("author"),
    time_column("written_at"),
    text_column("token"),
    UniqueConstraint("token"),
    Index(None, "record", "field"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``form``: the form that it is for, ``""``: every form; ``examples``: a list of pictures, each with book, scan, page,
corners (four points [x, y] in pixels of the page as scanned) and caption; ``token``: the same for the same form sent
again."""
