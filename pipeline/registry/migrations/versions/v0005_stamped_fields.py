"""Fields that hold a stamp, with the number of the stamp in its book."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MANY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "stamped_field",
        sa.Column("id", _MANY, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("stamp", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stamped_field"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_stamped_field_book_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_stamped_field_entry_id"),
    )
    op.create_index("ix_stamped_field_book_id", "stamped_field", ["book_id"])
