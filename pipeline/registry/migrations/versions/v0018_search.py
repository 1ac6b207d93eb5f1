"""The index of the search, and who searched. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    many = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "search_name",
        sa.Column("id", many, nullable=False, autoincrement=False),
        sa.Column("bare", sa.Text, nullable=False),
        sa.Column("ordered", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_name"),
    )
    op.create_index("ix_search_name_ordered", "search_name", ["ordered"])
    op.create_table(
        "search_person",
        sa.Column("id", many, sa.Identity(), nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("name_id", sa.BigInteger, nullable=False),
        sa.Column("spelled", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_person"),
    )
    op.create_index("ix_search_person_entry_id", "search_person", ["entry_id"])
    op.create_index("ix_search_person_name_id_entry_id", "search_person", ["name_id", "entry_id"])
    op.create_table(
        "search_number",
        sa.Column("id", many, sa.Identity(), nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_number"),
    )
    op.create_index("ix_search_number_entry_id", "search_number", ["entry_id"])
    op.create_index("ix_search_number_number_entry_id", "search_number", ["number", "entry_id"])
    op.create_table(
        "search_entry",
        sa.Column("entry_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("year", sa.Integer),
        sa.Column("event_year", sa.Integer),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_search_entry"),
    )
    op.create_index("ix_search_entry_book_id_entry_id", "search_entry", ["book_id", "entry_id"])
    op.create_index("ix_search_entry_number_entry_id", "search_entry", ["number", "entry_id"])
    op.create_table(
        "search_book",
        sa.Column("book_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("approval_id", sa.Integer),
        sa.PrimaryKeyConstraint("book_id", name="pk_search_book"),
    )
    op.create_table(
        "search_state",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("upto", sa.Integer, nullable=False),
        sa.Column("built", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_state"),
    )
    op.create_table(
        "search_request",
        sa.Column("id", many, sa.Identity(), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("criteria", sa.JSON, nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_request"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_request_author_searched_at", "search_request", ["author", "searched_at"])
    append_only("search_request", ("id",))
    if op.get_bind().dialect.name == "postgresql":
        for name, table, column in (
            ("ix_search_name_words", "search_name", "bare"),
            ("ix_search_entry_words", "search_entry", "words"),
        ):
            words = f"array_to_tsvector(string_to_array({column}, ' '))"
            op.execute(f"CREATE INDEX {name} ON {table} USING gin ({words})")
        return
    for table in ("search_name_fts", "search_entry_fts"):
        op.execute(f"CREATE VIRTUAL TABLE {table} USING fts5(words, tokenize = 'ascii')")
