"""Amendments by the legal procedure, and what reconciliations found with the answers of people. All append-only.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0015"
down_revision = "0016"

MANY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _amendment()
    _reconciliation()
    for table in ("amendment", "reconciliation", "difference", "difference_answer"):
        append_only(table)


def _amendment() -> None:
    op.create_table(
        "amendment",
        sa.Column("id", MANY, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("scan_sha256", sa.Text, nullable=False),
        sa.Column("page_no", sa.Integer, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        *_texts("field", "kind", "old", "text", "canonical"),
        *_texts("decision_number", "decided_on", "authority", "legal_basis"),
        sa.Column("paper_sha256", sa.Text),
        sa.Column("paper_page_no", sa.Integer),
        *_texts("reason", "author"),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdraws_id", MANY),
        sa.PrimaryKeyConstraint("id", name="pk_amendment"),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_amendment_book_id"),
        sa.ForeignKeyConstraint(["withdraws_id"], ["amendment.id"], name="fk_amendment_withdraws_id"),
        sqlite_autoincrement=True,
    )
    columns = ["book_id", "scan_sha256", "page_no", "row"]
    op.create_index("ix_amendment_book_id_scan_sha256_page_no_row", "amendment", columns)


def _reconciliation() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", MANY, sa.Identity(), nullable=False),
        *_texts("record", "file_name", "file_sha256"),
        sa.Column("counts", sa.JSON, nullable=False),
        *_texts("author"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliation"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "difference",
        sa.Column("id", MANY, sa.Identity(), nullable=False),
        sa.Column("reconciliation_id", MANY, nullable=False),
        *_texts("place_code"),
        sa.Column("book_id", sa.Integer),
        sa.Column("entry_id", sa.Integer),
        *_texts("kind", "number", "volume"),
        sa.Column("file_row", sa.Integer, nullable=False),
        sa.Column("of_row", sa.Integer, nullable=False),
        *_texts("field", "field_kind", "ours", "theirs"),
        sa.Column("likeness", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_difference"),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"], ["reconciliation.id"], name="fk_difference_reconciliation_id"
        ),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name="fk_difference_book_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_difference_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_difference_reconciliation_id_place_code", "difference", ["reconciliation_id", "place_code"]
    )
    op.create_index("ix_difference_entry_id", "difference", ["entry_id"])
    op.create_table(
        "difference_answer",
        sa.Column("id", MANY, sa.Identity(), nullable=False),
        sa.Column("difference_id", MANY, nullable=False),
        *_texts("answer", "note"),
        sa.Column("amendment_id", MANY),
        *_texts("author"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_difference_answer"),
        sa.ForeignKeyConstraint(
            ["difference_id"], ["difference.id"], name="fk_difference_answer_difference_id"
        ),
        sa.ForeignKeyConstraint(["amendment_id"], ["amendment.id"], name="fk_difference_answer_amendment_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_difference_answer_difference_id", "difference_answer", ["difference_id"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
