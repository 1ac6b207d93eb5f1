"""From whom a task is kept beside the two that have said all they may, in the index that finds the next one too.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


NEXT = ("stage", "place_code", "book_id", "page_id", "row", "first_keyer", "second_keyer", "kept_from")


def upgrade() -> None:
    op.add_column("review_task", sa.Column("kept_from", sa.Text))
    op.drop_index("ix_review_task_next", "review_task")
    op.create_index("ix_review_task_next", "review_task", list(NEXT))
