"""What the entry of an issued extract said, as a digest; NULL of extracts that were issued before. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("issued_extract", sa.Column("said", sa.Text))
