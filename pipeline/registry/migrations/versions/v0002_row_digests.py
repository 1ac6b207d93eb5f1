"""The last digest of each row that may change, so that a row is compared before it is changed. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "row_digest",
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column(
            "row_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("digest", sa.LargeBinary),
        sa.Column("signature", sa.LargeBinary),
        sa.Column("found", sa.LargeBinary),
        sa.PrimaryKeyConstraint("table_name", "row_id", name="pk_row_digest"),
        sqlite_with_rowid=False,
    )
