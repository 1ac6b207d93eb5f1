"""Teams, and shares of books that are assigned to teams and people. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "team_member",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("belongs", sa.Boolean, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_team_member"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_team_member_account_id", "team_member", ["account_id"])
    append_only("team_member", ("id",))
    op.create_table(
        "share_assignment",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=True),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("share", sa.Text, nullable=False),
        sa.Column("page_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("due_on", sa.Text, nullable=False),
        sa.Column("ends_id", sa.Integer, nullable=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_share_assignment"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_share_assignment_book_id"),
        sa.ForeignKeyConstraint(["ends_id"], ["share_assignment.id"], name="fk_share_assignment_ends_id"),
        sa.UniqueConstraint("ends_id", name="uq_share_assignment_ends_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_share_assignment_book_id", "share_assignment", ["book_id"])
    op.create_index("ix_share_assignment_account_id", "share_assignment", ["account_id"])
    append_only("share_assignment", ("id",), ("ends_id",))
