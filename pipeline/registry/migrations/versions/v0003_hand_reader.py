"""Runs name the reader of handwriting whose evidence they keep. Of earlier runs it is not known.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("page_run", sa.Column("hand_reader", sa.Text()))
