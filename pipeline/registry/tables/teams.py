"""The tables of teams and of the books and shares of books that they, or single people, are given.

Rows are only ever added.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    flag_column,
    id_column,
    json_column,
    reference_to,
    text_column,
    time_column,
)

team_member = Table(
    "team_member",
    METADATA,
    id_column(),
    text_column("team"),
    count_column("account_id"),
    text_column("login"),
    flag_column("belongs"),
    text_column("author"),
    time_column("noted_at"),
    Index(None, "account_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""The last row of a team and an account counts: whether they belong together from then on."""

share_assignment = Table(
    "share_assignment",
    METADATA,
    id_column(),
    reference_to("book", index=True),
    count_column("account_id", nullable=True),
    text_column("login"),
    text_column("team"),
    text_column("share"),
    json_column("page_ids", nullable=True),
    text_column("due_on"),
    Column("ends_id", Integer, ForeignKey("share_assignment.id"), nullable=True),
    text_column("author"),
    time_column("assigned_at"),
    UniqueConstraint("ends_id"),
    Index(None, "account_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A book or a share of it for a person (``account_id``, ``login``) or a team. ``share``: in words, ``""`` for a whole
book; ``page_ids``: its pages, None for a whole book; ``due_on``: ``2026-03-31`` or empty; ``ends_id``: the row that
this one ends."""
