"""Who did what to the account of a supervisor or administrator, and who else confirmed it. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "account_act",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("places", sa.JSON(none_as_null=True)),
        sa.Column("waits", sa.Boolean, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_act"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_act_account_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_account_act_account_id", "account_act", ["account_id"])
    op.create_table(
        "account_answer",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("act_id", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_answer"),
        sa.ForeignKeyConstraint(["act_id"], ["account_act.id"], name="fk_account_answer_act_id"),
        sa.UniqueConstraint("act_id", name="uq_account_answer_act_id"),
        sqlite_autoincrement=True,
    )
    append_only("account_act", ("id",))
    append_only("account_answer", ("id",), ("act_id",))
