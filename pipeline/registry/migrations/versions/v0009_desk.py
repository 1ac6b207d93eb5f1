"""The reviewers' desk: at which stage a task is, who has it in hand, and what people said before enough of them agree.

Frozen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only

revision = "0009"
down_revision = "0008"

NEXT = ("stage", "place_code", "book_id", "page_id", "row", "first_keyer", "second_keyer")


def upgrade() -> None:
    _stages()
    op.add_column("decision", sa.Column("keyings", sa.JSON(none_as_null=True)))
    _words()
    _asides()
    _tickets()
    op.create_table(
        "lease",
        sa.Column("task_id", sa.Integer, nullable=False, autoincrement=False),
        *_by(),
        _text("mode"),
        _time("taken_at"),
        _time("until"),
        sa.PrimaryKeyConstraint("task_id", name="pk_lease"),
        _refers("lease", "task_id", "review_task"),
    )
    op.create_index("ix_lease_account_id", "lease", ["account_id"])
    append_only("keying", ("id",), ("token", "task_id", "field"), ("takes_back_id",))
    append_only("submission", ("id",), ("token", "task_id"))
    append_only("aside")
    append_only("ticket")
    append_only("ticket_closing", ("id",), ("ticket_id",))


def _stages() -> None:
    for column in (
        sa.Column("stage", sa.Text, nullable=False, server_default=""),
        sa.Column("book_id", sa.Integer, nullable=False, server_default="0"),
        sa.Column("place_code", sa.Text, nullable=False, server_default=""),
        sa.Column("question", sa.Text, nullable=False, server_default=""),
        sa.Column("first_keyer", sa.Integer),
        sa.Column("second_keyer", sa.Integer),
    ):
        op.add_column("review_task", column)
    of_page = "FROM page p JOIN scan s ON s.id = p.scan_id JOIN book b ON b.id = s.book_id"
    op.execute(
        "UPDATE review_task SET stage = CASE state WHEN 'open' THEN 'review' ELSE 'settled' END, "
        f"book_id = (SELECT b.id {of_page} WHERE p.id = review_task.page_id), "
        f"place_code = (SELECT b.place_code {of_page} WHERE p.id = review_task.page_id)"
    )
    op.create_index("ix_review_task_next", "review_task", list(NEXT))


def _words() -> None:
    op.create_table(
        "keying",
        *_head("keying", "task_id", "review_task"),
        sa.Column("entry_id", sa.Integer),
        sa.Column("page_id", sa.Integer, nullable=False),
        *(_text(name) for name in ("field", "stage", "way", "status", "text", "canonical")),
        *_by(),
        _time("keyed_at"),
        sa.Column("seconds", sa.Float, nullable=False),
        _text("mode"),
        _text("token"),
        sa.Column("after_decision_id", sa.Integer),
        sa.Column("takes_back_id", sa.Integer),
        _refers("keying", "entry_id", "entry"),
        _refers("keying", "page_id", "page"),
        _refers("keying", "after_decision_id", "decision"),
        _refers("keying", "takes_back_id", "keying"),
        sa.UniqueConstraint("token", "task_id", "field", name="uq_keying_token_task_id_field"),
        sa.UniqueConstraint("takes_back_id", name="uq_keying_takes_back_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_keying_task_id", "keying", ["task_id"])
    op.create_index("ix_keying_account_id_id", "keying", ["account_id", "id"])
    op.create_table(
        "submission",
        *_head("submission", "task_id", "review_task"),
        _text("token"),
        *_by(),
        _time("submitted_at"),
        _text("stage"),
        sa.Column("settled", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("waiting", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("token", "task_id", name="uq_submission_token_task_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_submission_task_id", "submission", ["task_id"])


def _asides() -> None:
    op.create_table(
        "aside",
        *_head("aside", "task_id", "review_task"),
        *_by(),
        _text("kind"),
        _text("words"),
        _time("said_at"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_aside_task_id", "aside", ["task_id"])
    op.create_index("ix_aside_account_id_task_id", "aside", ["account_id", "task_id"])


def _tickets() -> None:
    op.create_table(
        "ticket",
        *_head("ticket", "page_id", "page"),
        sa.Column("book_id", sa.Integer, nullable=False),
        _text("place_code"),
        _text("reason"),
        *_by(),
        _time("opened_at"),
        _refers("ticket", "book_id", "book"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_page_id", "ticket", ["page_id"])
    op.create_index("ix_ticket_place_code", "ticket", ["place_code"])
    op.create_table(
        "ticket_closing",
        *_head("ticket_closing", "ticket_id", "ticket"),
        _text("note"),
        *_by(),
        _time("closed_at"),
        sa.UniqueConstraint("ticket_id", name="uq_ticket_closing_ticket_id"),
        sqlite_autoincrement=True,
    )


def _head(table: str, column: str, to: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The key of a table and the row of another that it speaks of."""
    return (
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column(column, sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _refers(table, column, to),
    )


def _by() -> tuple[sa.Column[int], sa.Column[str]]:
    return sa.Column("account_id", sa.Integer, nullable=False), _text("login")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")
