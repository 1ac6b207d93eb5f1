"""What was withdrawn or put back, and which entries a package held. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("scan_sha256", sa.Text),
        sa.Column("page_no", sa.Integer),
        sa.Column("row", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reinstates_id", sa.Integer),
        sa.Column("replaced_by_sha256", sa.Text),
        sa.Column("replaced_by_page_no", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_withdrawal"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_withdrawal_book_id"),
        sa.ForeignKeyConstraint(["reinstates_id"], ["withdrawal.id"], name="fk_withdrawal_reinstates_id"),
        sa.UniqueConstraint("reinstates_id", name="uq_withdrawal_reinstates_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_withdrawal_book_id", "withdrawal", ["book_id"])
    op.create_table(
        "package",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("manifest_sha256", sa.Text, nullable=False),
        sa.Column("entries", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_package"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_package_book_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_package_book_id_id", "package", ["book_id", "id"])
    append_only("withdrawal", ("id",), ("reinstates_id",))
    append_only("package", ("id",))
