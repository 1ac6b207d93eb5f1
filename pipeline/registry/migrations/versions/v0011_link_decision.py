"""What people said of suggested links: confirmed or rejected, with the reason. Append-only.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0011"
down_revision = "0010"

MANY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "link_decision",
        sa.Column("id", MANY, sa.Identity(), nullable=False),
        sa.Column("link_id", MANY, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("verdict", "reason", "author")),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_decision"),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_link_decision_link_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_decision_link_id", "link_decision", ["link_id"])
    append_only("link_decision")
