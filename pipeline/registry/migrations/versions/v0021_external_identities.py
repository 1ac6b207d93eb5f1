"""Who people are at a sign-in provider. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_external_identity_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_external_identity"),
        sa.UniqueConstraint("issuer", "subject", name="uq_external_identity_issuer_subject"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_external_identity_account_id", "external_identity", ["account_id"])
