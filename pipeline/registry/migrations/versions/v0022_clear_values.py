"""Values that are clear by what people decided on other entries, and the entries that are asked about first. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0022"
down_revision = "0021"

MANY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "clear_value",
        sa.Column("id", MANY, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("drawn", sa.Boolean, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("takes_back_id", MANY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clear_value"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_clear_value_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clear_value_entry_id", "clear_value", ["entry_id"])
    op.create_index("ix_clear_value_book_id", "clear_value", ["book_id"])
    op.create_index("ix_clear_value_takes_back_id", "clear_value", ["takes_back_id"])
    append_only("clear_value", ("id",))
    op.create_table(
        "clear_value_witness",
        sa.Column("id", MANY, sa.Identity(), nullable=False),
        sa.Column("clear_value_id", MANY, nullable=False),
        sa.Column("decision_id", MANY, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clear_value_witness"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clear_value_witness_clear_value_id", "clear_value_witness", ["clear_value_id"])
    op.create_index("ix_clear_value_witness_decision_id", "clear_value_witness", ["decision_id"])
    append_only("clear_value_witness", ("id",))
    op.create_table(
        "teaching_entry",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("plan", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_teaching_entry"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_teaching_entry_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_teaching_entry_entry_id", "teaching_entry", ["entry_id"])
    op.create_index("ix_teaching_entry_book_id_plan", "teaching_entry", ["book_id", "plan"])
    append_only("teaching_entry", ("id",))
