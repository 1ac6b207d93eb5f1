"""The table of the tokens with which other systems read. Of each secret it holds a hash only."""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from pipeline.registry.tables.metadata import (
    CHANGING,
    METADATA,
    id_column,
    json_column,
    text_column,
    time_column,
)

api_token = Table(
    "api_token",
    METADATA,
    id_column(),
    text_column("name"),
    text_column("secret_digest"),
    json_column("scopes"),
    json_column("places", nullable=True),
    time_column("created_at"),
    text_column("created_by"),
    time_column("expires_at"),
    time_column("revoked_at", nullable=True),
    text_column("revoked_by"),
    time_column("used_at", nullable=True),
    UniqueConstraint("name"),
    UniqueConstraint("secret_digest"),
    sqlite_autoincrement=True,
    info=CHANGING,
)
"""A token is never deleted, as the audit names it. ``secret_digest``: SHA-256; ``places``: codes, NULL = all;
``revoked_by``: ``""`` while it was not revoked; ``used_at``: the last use, to the minute."""
