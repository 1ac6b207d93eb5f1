"""The series of a book, which tells it from others of one volume, and what was corrected of a book. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0005"
down_revision = "0003"

_COLUMNS = "id, folder_name, record, form, place, place_code, volume, opened_on, closed_on, entries, pages"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("uq_book_record_place_code_volume_folder_name", "book")
        op.add_column("book", sa.Column("series", sa.Text))
    else:
        _made_anew()
    op.create_index("ix_book_record_place_code_volume", "book", ["record", "place_code", "volume"])
    op.create_table(
        "book_correction",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("old", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("new", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_book_correction"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_book_correction_book_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_book_correction_book_id", "book_correction", ["book_id"])
    append_only("book_correction", ("id",))


def _made_anew() -> None:
    """SQLite cannot drop a constraint. What refers to the rows is looked at when all is done."""
    op.execute("PRAGMA defer_foreign_keys=ON")
    op.execute(f"CREATE TEMPORARY TABLE book_before AS SELECT {_COLUMNS} FROM book")
    op.drop_table("book")
    op.create_table(
        "book",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _COLUMNS.split(", ")[1:9]),
        sa.Column("entries", sa.Integer),
        sa.Column("pages", sa.Integer),
        sa.Column("series", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_book"),
    )
    op.execute(f"INSERT INTO book ({_COLUMNS}) SELECT {_COLUMNS} FROM book_before")
    op.execute("DROP TABLE book_before")
