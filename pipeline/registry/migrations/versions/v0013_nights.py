"""Which run has a book in hand, and how often a page failed alike.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "book_run",
        sa.Column("book_id", sa.Integer, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("token", "host", "machine")),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("process", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=False)
            for name in ("begun_at", "lasts_until")
        ),
        sa.PrimaryKeyConstraint("book_id", name="pk_book_run"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_book_run_book_id"),
    )
    op.add_column("page_failure", sa.Column("fingerprint", sa.Text))
    op.add_column("page_failure", sa.Column("tries", sa.Integer))
