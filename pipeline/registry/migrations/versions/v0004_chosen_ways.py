"""The ways that the program chooses for fields, and the answers to planted texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0004"
down_revision = "0003"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "chosen_way",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("task_id", sa.Integer, nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("wrong", sa.Float, nullable=False),
        sa.Column("planted", sa.Text, nullable=False),
        sa.Column("after_decision_id", sa.Integer),
        sa.Column("chosen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chosen_way"),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.id"], name="fk_chosen_way_task_id"),
        sa.ForeignKeyConstraint(
            ["after_decision_id"], ["decision.id"], name="fk_chosen_way_after_decision_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chosen_way_task_id", "chosen_way", ["task_id"])
    op.create_index("ix_chosen_way_book_id", "chosen_way", ["book_id"])
    append_only("chosen_way")
    op.create_table(
        "planted_answer",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("chosen_way_id", sa.Integer, nullable=False),
        sa.Column("task_id", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("missed", sa.Boolean, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("answered_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_planted_answer"),
        sa.ForeignKeyConstraint(["chosen_way_id"], ["chosen_way.id"], name="fk_planted_answer_chosen_way_id"),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.id"], name="fk_planted_answer_task_id"),
        sa.UniqueConstraint("chosen_way_id", name="uq_planted_answer_chosen_way_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_planted_answer_task_id", "planted_answer", ["task_id"])
    op.create_index("ix_planted_answer_stage", "planted_answer", ["stage"])
    append_only("planted_answer", ("id",), ("chosen_way_id",))
