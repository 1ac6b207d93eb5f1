"""The book that a second copy repeats, and the entries of both that are the same. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_MANY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("book", sa.Column("copy_of", sa.Text))
    op.create_table(
        "paired_entry",
        sa.Column("id", _MANY, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("copy_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paired_entry"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_paired_entry_book_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_paired_entry_entry_id"),
        sa.ForeignKeyConstraint(["copy_id"], ["entry.id"], name="fk_paired_entry_copy_id"),
    )
    op.create_index("ix_paired_entry_book_id", "paired_entry", ["book_id"])
    op.create_index("ix_paired_entry_entry_id", "paired_entry", ["entry_id"])
