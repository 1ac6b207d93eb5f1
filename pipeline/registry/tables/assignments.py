"""The table of books that supervisors assigned to people. Rows are only ever added; the last one of a pair counts."""

from __future__ import annotations

from sqlalchemy import Index, Table

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    flag_column,
    id_column,
    reference_to,
    text_column,
    time_column,
)

book_assignment = Table(
    "book_assignment",
    METADATA,
    id_column(),
    reference_to("book", index=True),
    count_column("account_id"),
    text_column("login"),
    text_column("due_on"),
    flag_column("given"),
    text_column("author"),
    time_column("assigned_at"),
    Index(None, "account_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``login``: whose the account is; ``due_on``: the day by which the book should be done (``2026-03-31``), empty where
none is set; ``given``: whether the book is assigned from then on, or no longer."""
