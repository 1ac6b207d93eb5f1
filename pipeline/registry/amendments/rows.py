"""The table of amendments. Like decisions, they name the entry by the content of its scan and outlive every row."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from pipeline.registry.database.columns import (
    APPEND_ONLY,
    MANY,
    METADATA,
    UtcTime,
    many_id_column,
    text_column,
)

amendment = Table(
    "amendment",
    METADATA,
    many_id_column(),
    Column("book_id", Integer, ForeignKey("book.id"), nullable=False),
    text_column("scan_sha256"),
    Column("page_no", Integer, nullable=False),
    Column("row", Integer, nullable=False),
    text_column("field"),
    text_column("kind"),
    text_column("old"),
    text_column("text"),
    text_column("canonical"),
    text_column("decision_number"),
    text_column("decided_on"),
    text_column("authority"),
    text_column("legal_basis"),
    Column("paper_sha256", Text),
    Column("paper_page_no", Integer),
    text_column("reason"),
    text_column("author"),
    Column("noted_at", UtcTime, nullable=False),
    Column("withdraws_id", MANY, ForeignKey("amendment.id")),
    Index(None, "book_id", "scan_sha256", "page_no", "row"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``withdraws_id``: the amendment that this row takes back."""
