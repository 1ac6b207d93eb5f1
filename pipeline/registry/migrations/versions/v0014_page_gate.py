"""Tickets of the machine, and where the ink of a page lies.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("code", sa.Text))
    op.add_column("page_run", sa.Column("ink_print", sa.Text))
