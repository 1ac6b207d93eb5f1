"""What the checks of whole books and of the registry found, and which entries may speak of one person. An entry also
keeps what the machine read and nobody has accepted yet: the checks look at it, the record does not hold it.

Frozen. A row of the new tables is never deleted, and nothing of it changes but the time at which it ceased to hold.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ENDS = {"book_finding": "cleared_at", "link": "withdrawn_at"}
"""The one column of each table that may be written later, once."""


def upgrade() -> None:
    op.add_column("entry", sa.Column("unaccepted", sa.JSON(none_as_null=True)))
    op.execute(
        "UPDATE entry SET unaccepted = (SELECT NULLIF(json_group_object(r.field, r.canonical), '{}') FROM reading r "
        "JOIN page_run p ON p.id = r.page_run_id WHERE r.entry_id = entry.id AND p.latest AND NOT r.accepted "
        "AND r.status = 'read' AND r.canonical <> '')"
    )
    op.create_table(
        "book_finding",
        sa.Column("id", sa.Integer, nullable=False),
        _integer("book_id"),
        _integer("page_id"),
        sa.Column("entry_id", sa.Integer),
        _text("code"),
        _text("severity"),
        _json("fields"),
        _json("details"),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_book_finding"),
        *(_refers("book_finding", name, name) for name in ("book", "page", "entry")),
        sqlite_autoincrement=True,
    )
    for name in ("book", "page", "entry"):
        op.create_index(f"ix_book_finding_{name}_id", "book_finding", [f"{name}_id"])
    op.create_table(
        "link",
        sa.Column("id", sa.Integer, nullable=False),
        _text("kind"),
        _integer("first_entry_id"),
        _text("first_role"),
        _integer("second_entry_id"),
        _text("second_role"),
        sa.Column("probability", sa.Float, nullable=False),
        _json("evidence"),
        sa.Column("suggested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        *(_refers("link", f"{side}_entry", "entry") for side in ("first", "second")),
        sqlite_autoincrement=True,
    )
    for side in ("first", "second"):
        op.create_index(f"ix_link_{side}_entry_id", "link", [f"{side}_entry_id"])
    for table, end in ENDS.items():
        _refuse_change(table, end)


def _refuse_change(table: str, end: str) -> None:
    """Triggers that let rows be added, and ``end`` be written where it is not yet."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} only ends'); END"
    columns = [row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({table})")]
    same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in columns if column != end)
    op.execute(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"WHEN NOT (OLD.{end} IS NULL AND NEW.{end} IS NOT NULL AND {same}) {refuse}"
    )
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}"
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=False)


def _refers(table: str, name: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{name}_id"], [f"{to}.id"], name=f"fk_{table}_{name}_id")
