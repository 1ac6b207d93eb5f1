"""The record tables of parentage, marital status, guardianship and adoption. Frozen.

Their columns are listed in ``v0024_records.json`` beside this file, as ``schemas/records`` declares them at this step.
An installation whose own declarations had such a record keeps its table and gets the columns that it lacks.
"""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    known = sa.inspect(op.get_bind())
    there = set(known.get_table_names())
    columns = json.loads((Path(__file__).parent / "v0024_records.json").read_text(encoding="utf-8"))
    for table, fields in columns.items():
        if table in there:
            present = {column["name"] for column in known.get_columns(table)}
            for name in fields:
                if name not in present:
                    op.add_column(table, sa.Column(name, sa.Text))
            continue
        op.create_table(
            table,
            sa.Column("entry_id", sa.Integer, nullable=False, autoincrement=False),
            *(sa.Column(name, sa.Text) for name in fields),
            sa.PrimaryKeyConstraint("entry_id", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=f"fk_{table}_entry_id"),
        )
