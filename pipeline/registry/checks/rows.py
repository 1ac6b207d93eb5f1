"""The tables of what checks of whole books and of the registry find, and of entries that may belong together."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table

from pipeline.registry.database.columns import (
    APPEND_ONLY,
    MANY,
    METADATA,
    json_column,
    many_id_column,
    only_ends,
    reference_to,
    share_column,
    text_column,
    time_column,
)

book_finding = Table(
    "book_finding",
    METADATA,
    many_id_column(),
    reference_to("book", index=True),
    reference_to("page", index=True),
    reference_to("entry", nullable=True, index=True),
    text_column("code"),
    text_column("severity"),
    json_column("fields"),
    json_column("details"),
    time_column("raised_at"),
    time_column("cleared_at", nullable=True),
    sqlite_autoincrement=True,
    info=only_ends("cleared_at"),
)
"""What a check of whole books or of the registry found, and as long as it is found (``cleared_at`` is None)."""

link = Table(
    "link",
    METADATA,
    many_id_column(),
    text_column("kind"),
    Column("first_entry_id", Integer, ForeignKey("entry.id"), nullable=False, index=True),
    text_column("first_role"),
    Column("second_entry_id", Integer, ForeignKey("entry.id"), nullable=False, index=True),
    text_column("second_role"),
    share_column("probability"),
    json_column("evidence"),
    time_column("suggested_at"),
    time_column("withdrawn_at", nullable=True),
    sqlite_autoincrement=True,
    info=only_ends("withdrawn_at"),
)
"""Two entries that may speak of one person or of one event: a suggestion, nothing follows from it by itself."""

link_decision = Table(
    "link_decision",
    METADATA,
    many_id_column(),
    Column("link_id", MANY, ForeignKey("link.id"), nullable=False, index=True),
    text_column("verdict"),
    text_column("reason"),
    text_column("author"),
    time_column("decided_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A person's verdict on a suggestion, with the evidence as it was then; the last one on a pair counts."""
