"""Extracts that an office has issued, and those it declared void. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    many = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "issued_extract",
        sa.Column("id", many, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("scan_sha256", sa.Text, nullable=False),
        sa.Column("page_no", sa.Integer, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("entry_number", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("signer", sa.Text, nullable=False),
        sa.Column("signer_title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("template_sha256", sa.Text, nullable=False),
        sa.Column("pdf_sha256", sa.Text, nullable=False),
        sa.Column("pdf", sa.LargeBinary, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("issued_on", sa.Text, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issued_extract"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_issued_extract_book_id"),
        sa.UniqueConstraint("office", "year", "number", name="uq_issued_extract_office_year_number"),
        sa.UniqueConstraint("token", name="uq_issued_extract_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_issued_extract_book_id", "issued_extract", ["book_id"])
    op.create_table(
        "voided_extract",
        sa.Column("id", many, sa.Identity(), nullable=False),
        sa.Column("extract_id", many, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_voided_extract"),
        sa.ForeignKeyConstraint(["extract_id"], ["issued_extract.id"], name="fk_voided_extract_extract_id"),
        sa.UniqueConstraint("extract_id", name="uq_voided_extract_extract_id"),
        sqlite_autoincrement=True,
    )
    append_only("issued_extract", ("id",), ("office", "year", "number"), ("token",))
    append_only("voided_extract", ("id",), ("extract_id",))
