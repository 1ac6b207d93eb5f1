"""The table of values that the machine accepted and that were drawn for a blind check. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import Index, Table

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    flag_column,
    many_id_column,
    reference_to,
    share_column,
    text_column,
    time_column,
)

sampled_value = Table(
    "sampled_value",
    METADATA,
    many_id_column(),
    count_column("book_id"),
    reference_to("entry", index=True),
    text_column("field"),
    text_column("status"),
    text_column("text"),
    text_column("canonical"),
    text_column("source"),
    flag_column("critical"),
    text_column("basis"),
    share_column("share"),
    share_column("tolerated"),
    time_column("drawn_at"),
    Index(None, "book_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``status``, ``text``, ``canonical``: what the machine read and accepted; as long as the latest run reads the same the
value waits for a person who is not shown it. ``source``: by what it was accepted (``ValueSource``); ``basis``: by which
calibration; ``share``: the probability with which it was drawn; ``tolerated``: the share of errors that was tolerated
then."""
