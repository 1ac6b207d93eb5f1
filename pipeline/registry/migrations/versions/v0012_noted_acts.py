"""What a margin note tells of an act, in the record tables. Frozen.

An installation whose own declarations have such a field keeps its column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = ("birth_record", "marriage_record", "death_record")
COLUMNS = ("noted_act", "noted_number", "noted_decided_on", "noted_authority")


def upgrade() -> None:
    known = sa.inspect(op.get_bind())
    for table in TABLES:
        there = {column["name"] for column in known.get_columns(table)}
        for name in COLUMNS:
            if name not in there:
                op.add_column(table, sa.Column(name, sa.Text))
