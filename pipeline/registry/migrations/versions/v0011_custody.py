"""Physical books, their handover notes, and the signatures under these. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0011"
down_revision = "0009"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "physical_book",
        _key(),
        *_texts("folder_name", "place_code", "record", "volume", "shelf", "box", "condition"),
        sa.Column("pages", sa.Integer),
        *_texts("author"),
        sa.Column("described_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_physical_book"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_physical_book_folder_name", "physical_book", ["folder_name"])
    append_only("physical_book")
    op.create_table(
        "custody_note",
        _key(),
        *_texts("place_code", "direction"),
        *(
            sa.Column(name, sa.JSON(none_as_null=True), nullable=False)
            for name in ("books", "giver", "receiver")
        ),
        *_texts("handed_on", "due_on", "remark", "author"),
        sa.Column("made_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custody_note"),
        sqlite_autoincrement=True,
    )
    append_only("custody_note")
    op.create_table(
        "custody_act",
        _key(),
        sa.Column("note_id", sa.Integer, nullable=False),
        *_texts("act", "name"),
        sa.Column("on_paper", sa.Boolean, nullable=False),
        *_texts("reason", "author"),
        sa.Column("acted_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custody_act"),
        sa.ForeignKeyConstraint(["note_id"], ["custody_note.id"], name="fk_custody_act_note_id"),
        sa.UniqueConstraint("note_id", "act", name="uq_custody_act_note_id_act"),
        sqlite_autoincrement=True,
    )
    append_only("custody_act", ("id",), ("note_id", "act"))


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, sa.Identity(), nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
