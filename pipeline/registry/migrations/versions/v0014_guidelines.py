"""Guidelines beside the fields of the desk. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "guideline",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("examples", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_guideline"),
        sa.UniqueConstraint("token", name="uq_guideline_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_guideline_record_field", "guideline", ["record", "field"])
    append_only("guideline", ("id",), ("token",))
