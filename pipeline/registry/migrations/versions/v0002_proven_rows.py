"""Rows by which people decide what is delivered get a last digest, which the caller takes from the audit. Frozen."""

from __future__ import annotations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change no table: ``row_digest`` is there."""
