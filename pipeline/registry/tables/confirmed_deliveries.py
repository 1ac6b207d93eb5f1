"""The table of what people confirmed to be delivered. Rows are only ever added and name the entry as decisions do."""

from __future__ import annotations

from sqlalchemy import Table

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    id_column,
    reference_to,
    text_column,
    time_column,
)

confirmed_delivery = Table(
    "confirmed_delivery",
    METADATA,
    id_column(),
    reference_to("book", index=True),
    text_column("scan_sha256"),
    count_column("page_no"),
    count_column("row"),
    text_column("field"),
    text_column("written"),
    text_column("value"),
    text_column("note"),
    text_column("rule"),
    text_column("author"),
    time_column("confirmed_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``written``: the text on paper that ``value`` and ``note`` are about; the last row of a field counts. One without a
``rule`` takes the one before it back."""
