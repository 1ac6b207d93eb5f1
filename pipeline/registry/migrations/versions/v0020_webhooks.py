"""Events for other systems and the attempts to send them. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    many = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "webhook_event",
        sa.Column("id", many, sa.Identity(), nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("ready", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_event"),
        sa.UniqueConstraint("event_id", name="uq_webhook_event_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_event_book_id_id", "webhook_event", ["book_id", "id"])
    op.create_table(
        "webhook_attempt",
        sa.Column("id", many, sa.Identity(), nullable=False),
        sa.Column("webhook_event_id", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_attempt"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_attempt_webhook_event_id_id", "webhook_attempt", ["webhook_event_id", "id"])
    append_only("webhook_event", ("id",), ("event_id",))
    append_only("webhook_attempt", ("id",))
