"""What people confirmed to be delivered of a text on paper. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "confirmed_delivery",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("scan_sha256", sa.Text, nullable=False),
        sa.Column("page_no", sa.Integer, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("written", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_confirmed_delivery"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_confirmed_delivery_book_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_confirmed_delivery_book_id", "confirmed_delivery", ["book_id"])
    append_only("confirmed_delivery", ("id",))
