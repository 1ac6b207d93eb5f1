"""The form in which keyed values are compared. Frozen.

Rows of before have none: they are compared by their text, as they were when they were keyed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("keying", sa.Column("compared", sa.Text))
