"""The tables of values that are clear by what people decided on other entries. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    MANY,
    METADATA,
    count_column,
    flag_column,
    many_id_column,
    reference_to,
    text_column,
    time_column,
)

clear_value = Table(
    "clear_value",
    METADATA,
    many_id_column(),
    count_column("book_id"),
    reference_to("entry", index=True),
    text_column("field"),
    text_column("text"),
    text_column("canonical"),
    flag_column("drawn"),
    text_column("login"),
    text_column("reason"),
    time_column("noted_at"),
    Column("takes_back_id", MANY, nullable=True),
    Index(None, "book_id"),
    Index(None, "takes_back_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``text``, ``canonical``: what the machine read; the row counts as long as the latest run reads the same. ``drawn``:
the value waits for a person who is not shown it. A row with ``takes_back_id`` takes that one back, for ``reason``."""

clear_value_witness = Table(
    "clear_value_witness",
    METADATA,
    many_id_column(),
    Column("clear_value_id", MANY, nullable=False),
    Column("decision_id", MANY, nullable=False),
    Index(None, "clear_value_id"),
    Index(None, "decision_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""The decisions on which a value rests."""
