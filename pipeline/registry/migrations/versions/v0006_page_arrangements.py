"""The order in which people put the pages of a book."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "page_arrangement",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("pages", sa.JSON, nullable=False),
        sa.Column("before_sha256", sa.Text),
        sa.Column("before_page_no", sa.Integer),
        sa.Column("replaces", sa.Boolean, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("arranged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_page_arrangement"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_page_arrangement_book_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_page_arrangement_book_id", "page_arrangement", ["book_id"])
    append_only("page_arrangement")
