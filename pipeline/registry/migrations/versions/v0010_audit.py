"""The audit: who did what, chained row to row, with digests of the rows that came of it. What stands in the database is
covered right after this step, in the same transaction (``pipeline.registry.database.migration``).

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
        sa.Column("key", sa.Text),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("signature", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    append_only("audit")


TEXTS = ("actor", "action", "subject", "detail", "rows", "previous")
