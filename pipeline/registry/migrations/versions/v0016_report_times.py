"""Indexes by which reports find what happened of late, without reading all that ever did.

Frozen.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0014"

TIMES = (
    ("page_run", "saved_at"),
    ("review_task", "closed_at"),
    ("decision", "decided_at"),
    ("keying", "keyed_at"),
)


def upgrade() -> None:
    for table, column in TIMES:
        op.create_index(f"ix_{table}_{column}", table, [column])
