"""The tables of what is told to other systems: events that wait until they were received, and attempts to send them."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    flag_column,
    json_column,
    many_id_column,
    text_column,
    time_column,
)

webhook_event = Table(
    "webhook_event",
    METADATA,
    many_id_column(),
    text_column("event_id"),
    count_column("book_id"),
    flag_column("ready"),
    text_column("state"),
    json_column("counts"),
    time_column("noted_at"),
    UniqueConstraint("event_id"),
    Index(None, "book_id", "id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A book that became ready, or is ready no more. ``event_id``: by which a receiver knows what it has already."""

webhook_attempt = Table(
    "webhook_attempt",
    METADATA,
    many_id_column(),
    count_column("webhook_event_id"),
    count_column("status"),
    text_column("failure"),
    time_column("attempted_at"),
    Index(None, "webhook_event_id", "id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""An attempt to send an event. ``status``: of the answer, 0 where there was none; ``failure``: why not, as a code."""
