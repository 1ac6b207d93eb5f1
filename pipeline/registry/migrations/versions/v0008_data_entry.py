"""Fields that people asked to have typed. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "added_field",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("corners", sa.JSON(none_as_null=True)),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_added_field"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_added_field_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_added_field_entry_id", "added_field", ["entry_id"])
    append_only("added_field", ("id",))
