"""Acceptance sampling: lots, whose entries were put into question, who had seen them, how they ended.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0017"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "lot",
        _id(),
        _text("place_code"),
        _json("book_ids"),
        _text("preset"),
        _count("turn"),
        _json("entries"),
        _count("size"),
        _json("sample"),
        _count("acceptance"),
        _json("quality"),
        _text("fields"),
        _text("seed"),
        _count("account_id"),
        _text("login"),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lot"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lot_place_code", "lot", ["place_code"])
    op.create_table(
        "lot_entry",
        _id(),
        *(_count(name) for name in ("lot_id", "entry_id", "task_id")),
        _text("part"),
        _json("fields"),
        sa.PrimaryKeyConstraint("id", name="pk_lot_entry"),
        *(
            _refers("lot_entry", *pair)
            for pair in (("lot_id", "lot"), ("entry_id", "entry"), ("task_id", "review_task"))
        ),
        sa.UniqueConstraint("lot_id", "entry_id", name="uq_lot_entry_lot_id_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lot_entry_task_id", "lot_entry", ["task_id"])
    op.create_index("ix_lot_entry_entry_id", "lot_entry", ["entry_id"])
    op.create_table(
        "lot_witness",
        _id(),
        _count("lot_id"),
        _count("account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lot_witness"),
        _refers("lot_witness", "lot_id", "lot"),
        sa.UniqueConstraint("lot_id", "account_id", name="uq_lot_witness_lot_id_account_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "lot_closing",
        _id(),
        _count("lot_id"),
        _text("verdict"),
        *(_count(name) for name in ("checked", "wrong", "fields_checked", "fields_wrong")),
        sa.Column("bound", sa.Float, nullable=False),
        _text("reason"),
        _count("account_id"),
        _text("login"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lot_closing"),
        _refers("lot_closing", "lot_id", "lot"),
        sa.UniqueConstraint("lot_id", name="uq_lot_closing_lot_id"),
        sqlite_autoincrement=True,
    )
    append_only("lot")
    append_only("lot_entry", ("id",), ("lot_id", "entry_id"))
    append_only("lot_witness", ("id",), ("lot_id", "account_id"))
    append_only("lot_closing", ("id",), ("lot_id",))


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, sa.Identity(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")
