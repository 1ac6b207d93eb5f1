"""The tables of approvals of books and of second signatures under amendments. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    MANY,
    METADATA,
    count_column,
    id_column,
    reference_to,
    text_column,
    time_column,
)

book_approval = Table(
    "book_approval",
    METADATA,
    id_column(),
    reference_to("book", index=True),
    text_column("kind"),
    text_column("state"),
    count_column("entries"),
    text_column("note"),
    text_column("author"),
    time_column("approved_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``state``: the digest of all that is delivered of the book (``value_digest``), which the approval is about; the last
row of a book counts."""

amendment_signature = Table(
    "amendment_signature",
    METADATA,
    id_column(),
    Column("amendment_id", MANY, ForeignKey("amendment.id"), nullable=False),
    text_column("author"),
    time_column("signed_at"),
    UniqueConstraint("amendment_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
