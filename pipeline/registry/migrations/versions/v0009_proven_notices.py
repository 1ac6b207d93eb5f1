"""Events about books and void marks of extracts get a last digest, which the caller takes from the audit. Frozen."""

from __future__ import annotations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Change no table: ``row_digest`` is there."""
