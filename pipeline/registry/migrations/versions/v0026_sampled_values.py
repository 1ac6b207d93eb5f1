"""Values that the machine accepted and that were drawn for a blind check. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0026"
down_revision = "0025"

MANY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "sampled_value",
        sa.Column("id", MANY, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("critical", sa.Boolean, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("tolerated", sa.Float, nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sampled_value"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_sampled_value_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sampled_value_entry_id", "sampled_value", ["entry_id"])
    op.create_index("ix_sampled_value_book_id", "sampled_value", ["book_id"])
    append_only("sampled_value", ("id",))
