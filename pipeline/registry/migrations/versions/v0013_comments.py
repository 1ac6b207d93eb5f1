"""Comments on review tasks. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "task_comment",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("task_id", sa.Integer, nullable=False),
        sa.Column("thread_id", sa.Integer, nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("corners", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_task_comment"),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.id"], name="fk_task_comment_task_id"),
        sa.ForeignKeyConstraint(["thread_id"], ["task_comment.id"], name="fk_task_comment_thread_id"),
        sa.UniqueConstraint("token", name="uq_task_comment_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_task_comment_task_id", "task_comment", ["task_id"])
    append_only("task_comment", ("id",), ("token",))
