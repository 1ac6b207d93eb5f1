"""The tables of the audit: who did what, when, and a digest of every row that came of it, chained row to row."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text

from pipeline.registry.tables.metadata import APPEND_ONLY, MANY, METADATA, REMOVABLE, UtcTime, uncovered

audit = Table(
    "audit",
    METADATA,
    Column("id", MANY, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("rows", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("key", Text),
    Column("hash", Text, nullable=False),
    Column("signature", Text),
    info=uncovered(APPEND_ONLY, "covers itself by its chain"),
)
"""``id`` runs on from 1 without a gap. ``detail`` and ``rows`` are JSON, kept as text because their very spelling is
hashed; ``rows`` is written and read by ``rows.py``. ``previous`` is the ``hash`` of the row before (``""`` of the
first); ``key`` names the key of the ``signature``, both None where nobody signed."""


row_digest = Table(
    "row_digest",
    METADATA,
    Column("table_name", Text, primary_key=True),
    Column("row_id", MANY, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary),
    Column("signature", LargeBinary),
    Column("found", LargeBinary),
    sqlite_with_rowid=False,
    info=uncovered(REMOVABLE, "repeats what the audit says last of a row; verifying compares the two"),
)
"""The last digest that the audit holds of each row that may change, at hand for a comparison before the next change.
``signature``: by the key of the audit, None where nobody signs; ``found``: the digest of a row that was found altered,
once the audit tells of it. It follows from the audit and is made anew from it."""
