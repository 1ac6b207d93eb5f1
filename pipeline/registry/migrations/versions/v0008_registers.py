"""The record tables of four more registers, and further columns of three that are there. Frozen.

``v0008_records.json`` beside this file lists the new columns. Opening may have made some already, as it does for
what an office declares.
"""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    found = sa.inspect(op.get_bind())
    listed = json.loads(Path(__file__).with_name("v0008_records.json").read_text(encoding="utf-8"))
    for table, fields in listed.items():
        if found.has_table(table):
            there = {column["name"] for column in found.get_columns(table)}
            for field in fields:
                if field not in there:
                    op.add_column(table, sa.Column(field, sa.Text))
            continue
        op.create_table(
            table,
            sa.Column("entry_id", sa.Integer, nullable=False, autoincrement=False),
            *(sa.Column(field, sa.Text) for field in fields),
            sa.PrimaryKeyConstraint("entry_id", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=f"fk_{table}_entry_id"),
        )
