"""What reconciliations found and what people answered. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, Table

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    MANY,
    METADATA,
    UtcTime,
    many_id_column,
    text_column,
)

reconciliation = Table(
    "reconciliation",
    METADATA,
    many_id_column(),
    text_column("record"),
    text_column("file_name"),
    text_column("file_sha256"),
    Column("counts", JSON(none_as_null=True), nullable=False),
    text_column("author"),
    Column("made_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""One file held against the registry."""

difference = Table(
    "difference",
    METADATA,
    many_id_column(),
    Column("reconciliation_id", MANY, ForeignKey("reconciliation.id"), nullable=False),
    text_column("place_code"),
    Column("book_id", Integer, ForeignKey("book.id")),
    Column("entry_id", Integer, ForeignKey("entry.id"), index=True),
    text_column("kind"),
    text_column("number"),
    text_column("volume"),
    Column("file_row", Integer, nullable=False),
    Column("of_row", Integer, nullable=False),
    text_column("field"),
    text_column("field_kind"),
    text_column("ours"),
    text_column("theirs"),
    Column("likeness", Float, nullable=False),
    Index(None, "reconciliation_id", "place_code"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""One thing that people are asked about: a field of a pair, or an entry or a row that stands alone (``field`` is empty,
and ``theirs`` tells who the row is about)."""

difference_answer = Table(
    "difference_answer",
    METADATA,
    many_id_column(),
    Column("difference_id", MANY, ForeignKey("difference.id"), nullable=False, index=True),
    text_column("answer"),
    text_column("note"),
    Column("amendment_id", MANY, ForeignKey("amendment.id")),
    text_column("author"),
    Column("answered_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A person's answer to a difference; the last one counts."""
