"""Field regions that people redrew, with what was read there. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "redrawn_region",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("corners", sa.JSON, nullable=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("writing", sa.Text, nullable=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("hypotheses", sa.JSON, nullable=True),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_redrawn_region"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_redrawn_region_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_redrawn_region_entry_id", "redrawn_region", ["entry_id"])
    append_only("redrawn_region", ("id",))
