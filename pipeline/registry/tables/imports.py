"""The tables of imports of workbooks. The values that an import brought are keyed values under its token."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    id_column,
    text_column,
    time_column,
)

workbook_import = Table(
    "workbook_import",
    METADATA,
    id_column(),
    text_column("record"),
    text_column("file_name"),
    text_column("file_sha256"),
    text_column("mode"),
    Column("account_id", Integer, nullable=False),
    text_column("login"),
    time_column("made_at"),
    Index(None, "file_sha256"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""One import: which file, what its values count for, who answers for it."""

workbook_import_end = Table(
    "workbook_import_end",
    METADATA,
    id_column(),
    Column("workbook_import_id", Integer, ForeignKey("workbook_import.id"), nullable=False),
    text_column("login"),
    text_column("reason"),
    count_column("fields"),
    time_column("taken_back_at"),
    UniqueConstraint("workbook_import_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""That an import was taken back, by whom and why."""
