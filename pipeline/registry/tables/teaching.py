"""The table of the entries of each book from which the machine learns most. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import Index, Table

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    id_column,
    reference_to,
    time_column,
)

teaching_entry = Table(
    "teaching_entry",
    METADATA,
    id_column(),
    count_column("book_id"),
    count_column("plan"),
    count_column("place"),
    reference_to("entry", index=True),
    time_column("planned_at"),
    Index(None, "book_id", "plan"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``plan``: its number in the book, of which the last counts; ``place``: of the entry in it, from 0."""
