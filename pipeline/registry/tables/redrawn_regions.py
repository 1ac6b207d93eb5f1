"""The table of field regions that people redrew at the desk, with what was read there. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    id_column,
    json_column,
    reference_to,
    share_column,
    text_column,
    time_column,
)

redrawn_region = Table(
    "redrawn_region",
    METADATA,
    id_column(),
    reference_to("entry", index=True),
    text_column("field"),
    json_column("corners", nullable=True),
    text_column("status"),
    text_column("text"),
    text_column("canonical"),
    share_column("confidence"),
    text_column("writing"),
    text_column("engine"),
    json_column("hypotheses", nullable=True),
    text_column("reader"),
    Column("account_id", Integer, nullable=False),
    text_column("login"),
    time_column("drawn_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``corners``: four points [x, y] in pixels of the page as scanned; a row without any takes the one before it back, and
the region before that counts again. The other columns are those of the reading that was made there, by the readers
whose fingerprint is ``reader``; it is never accepted by itself."""
