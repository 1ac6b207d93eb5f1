"""Addresses from which people came in. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "known_address",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_address"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_known_address_account_id"),
        sa.UniqueConstraint("account_id", "address", name="uq_known_address_account_id_address"),
        sqlite_autoincrement=True,
    )
    append_only("known_address", ("id",), ("account_id", "address"))
