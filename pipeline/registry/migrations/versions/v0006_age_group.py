"""Deaths keep which box on the age of a dead child is ticked: rule T02 asks for it; the Ministry has no column for it.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("death_record", sa.Column("deceased_age_group", sa.Text))
