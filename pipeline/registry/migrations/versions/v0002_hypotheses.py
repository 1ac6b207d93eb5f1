"""Readings keep what else the ink may say, and what speaks for the best of it. Earlier readings have neither.

Frozen. Adding columns leaves the triggers that make ``reading`` append-only as they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("hypotheses", "evidence"):
        op.add_column("reading", sa.Column(name, sa.JSON(none_as_null=True)))
