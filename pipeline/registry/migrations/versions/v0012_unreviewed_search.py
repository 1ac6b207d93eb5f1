"""The search index of readings that nobody has reviewed, and the saved filters of people. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "search_unreviewed",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("entry_id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("field", "kind", "spelled", "bare")),
        sa.Column("number", sa.Text),
        *(sa.Column(name, sa.BigInteger) for name in ("name_id", "ordered")),
        sa.PrimaryKeyConstraint("id", name="pk_search_unreviewed"),
    )
    op.create_index("ix_search_unreviewed_entry_id", "search_unreviewed", ["entry_id"])
    op.create_index("ix_search_unreviewed_name_id_entry_id", "search_unreviewed", ["name_id", "entry_id"])
    op.create_index("ix_search_unreviewed_ordered", "search_unreviewed", ["ordered"])
    op.create_index(
        "ix_search_unreviewed_kind_number_entry_id", "search_unreviewed", ["kind", "number", "entry_id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        words = "array_to_tsvector(string_to_array(bare, ' '))"
        op.execute(f"CREATE INDEX ix_search_unreviewed_words ON search_unreviewed USING gin ({words})")
    else:
        op.execute("CREATE VIRTUAL TABLE search_unreviewed_fts USING fts5(words, tokenize = 'ascii')")
    op.execute("UPDATE search_state SET built = false, upto = 0")
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("page", "name")),
        sa.Column("criteria", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filter"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_saved_filter_account_id"),
        sa.UniqueConstraint("account_id", "page", "name", name="uq_saved_filter_account_id_page_name"),
    )
