"""Approvals of books, and second signatures under amendments. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "book_approval",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_book_approval"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_book_approval_book_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_book_approval_book_id", "book_approval", ["book_id"])
    many = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "amendment_signature",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("amendment_id", many, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_amendment_signature"),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendment.id"], name="fk_amendment_signature_amendment_id"
        ),
        sa.UniqueConstraint("amendment_id", name="uq_amendment_signature_amendment_id"),
        sqlite_autoincrement=True,
    )
    append_only("book_approval", ("id",))
    append_only("amendment_signature", ("id",), ("amendment_id",))
