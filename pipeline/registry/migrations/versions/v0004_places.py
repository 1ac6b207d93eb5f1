"""Beside every written place in force: which administrative unit it is on the day of the entry. Earlier entries
get theirs when they are next saved or decided, or by ``hotich places resolve``.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations import guards

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "resolved_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), nullable=False),
        sa.Column("entry_id", sa.Integer, nullable=False),
        _text("field"),
        sa.Column("text", sa.Text),
        _text("as_of"),
        _text("state"),
        _text("unit"),
        _text("standing"),
        sa.Column("spelled", sa.Boolean, nullable=False),
        _text("province"),
        _text("district"),
        _text("commune"),
        sa.Column("candidates", sa.JSON(none_as_null=True), nullable=False),
        _text("gazetteer"),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_resolved_place"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_resolved_place_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_resolved_place_entry_id_field", "resolved_place", ["entry_id", "field"])
    guards.append_only("resolved_place")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)
