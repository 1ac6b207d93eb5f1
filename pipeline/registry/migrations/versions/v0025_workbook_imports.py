"""Imports of workbooks that an office typed before. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "workbook_import",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_sha256", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workbook_import"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_workbook_import_file_sha256", "workbook_import", ["file_sha256"])
    op.create_table(
        "workbook_import_end",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("workbook_import_id", sa.Integer, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("fields", sa.Integer, nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workbook_import_id"], ["workbook_import.id"], name="fk_workbook_import_end_workbook_import_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_workbook_import_end"),
        sa.UniqueConstraint("workbook_import_id", name="uq_workbook_import_end_workbook_import_id"),
        sqlite_autoincrement=True,
    )
    append_only("workbook_import", ("id",))
    append_only("workbook_import_end", ("id",), ("workbook_import_id",))
