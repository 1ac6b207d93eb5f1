"""Books that supervisors assign to people. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "book_assignment",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("due_on", sa.Text, nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_book_assignment"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_book_assignment_book_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_book_assignment_book_id", "book_assignment", ["book_id"])
    op.create_index("ix_book_assignment_account_id", "book_assignment", ["account_id"])
    append_only("book_assignment", ("id",))
