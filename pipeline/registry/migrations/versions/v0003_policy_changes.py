"""Changes of what an office sets, the answers to them, and what held when an extract was issued. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "policy_change",
        _key(),
        *(
            sa.Column(name, sa.JSON(none_as_null=True), nullable=False)
            for name in ("policies", "lines", "loosened")
        ),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("seen", "text")),
        sa.Column("waits", sa.Boolean, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_change"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "policy_answer",
        _key(),
        sa.Column("change_id", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_answer"),
        sa.ForeignKeyConstraint(["change_id"], ["policy_change.id"], name="fk_policy_answer_change_id"),
        sa.UniqueConstraint("change_id", "answer", name="uq_policy_answer_change_id_answer"),
        sqlite_autoincrement=True,
    )
    append_only("policy_change")
    append_only("policy_answer", ("id",), ("change_id", "answer"))
    op.add_column("issued_extract", sa.Column("held", sa.JSON(none_as_null=True)))


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, sa.Identity(), nullable=False)
