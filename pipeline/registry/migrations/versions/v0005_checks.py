"""What the checks of whole books and of the registry found, and which entries may speak of one person. An entry also
keeps what the machine read and nobody has accepted yet: the checks look at it, the record does not hold it.

Frozen. A row of the new tables is never deleted, and nothing of it changes but the time at which it ceased to hold.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations import guards

revision = "0005"
down_revision = "0004"

ENDS = {"book_finding": "cleared_at", "link": "withdrawn_at"}
"""The one column of each table that may be written later, once."""


def upgrade() -> None:
    op.add_column("entry", sa.Column("unaccepted", sa.JSON(none_as_null=True)))
    op.execute(
        f"UPDATE entry SET unaccepted = (SELECT {_object_of()} FROM reading r "
        "JOIN page_run p ON p.id = r.page_run_id WHERE r.entry_id = entry.id AND p.latest AND NOT r.accepted "
        "AND r.status = 'read' AND r.canonical <> '')"
    )
    op.create_table(
        "book_finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), nullable=False),
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
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), nullable=False),
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
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        guards.only_ends(table, end, columns)


def _object_of() -> str:
    """The fields and texts of several rows as one JSON object, NULL when there are none."""
    if op.get_bind().dialect.name == "postgresql":
        return "json_object_agg(r.field, r.canonical)"
    return "NULLIF(json_group_object(r.field, r.canonical), '{}')"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=False)


def _refers(table: str, name: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{name}_id"], [f"{to}.id"], name=f"fk_{table}_{name}_id")
