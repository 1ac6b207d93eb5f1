"""The first tables: books, scans, pages and their runs, entries, readings, findings, tasks, decisions, records.

Frozen. The columns of the record tables are listed in ``v0001_records.json`` beside this file, as ``schemas/records``
declared them then.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations import guards

revision = "0001"
down_revision = None

SAME_ROW = {
    "reading": "id = NEW.id OR "
    "(page_run_id = NEW.page_run_id AND entry_id = NEW.entry_id AND field = NEW.field)",
    "finding": "id = NEW.id",
    "decision": "id = NEW.id",
}
"""The tables that only grow, and when a new row would take the place of one they have."""


def upgrade() -> None:
    _books_and_scans()
    _pages()
    _entries()
    _tasks_and_decisions()
    _records()
    for table, same_row in SAME_ROW.items():
        _refuse_change(table, same_row)


def _books_and_scans() -> None:
    op.create_table(
        "book",
        _id(),
        _text("folder_name"),
        _text("record"),
        _text("form"),
        _text("place"),
        _text("place_code"),
        _text("volume"),
        _text("opened_on"),
        _text("closed_on"),
        sa.Column("entries", sa.Integer),
        sa.Column("pages", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_book"),
        sa.UniqueConstraint(
            "record",
            "place_code",
            "volume",
            "folder_name",
            name="uq_book_record_place_code_volume_folder_name",
        ),
    )
    op.create_table(
        "scan",
        _id(),
        _integer("book_id"),
        _text("sha256"),
        _text("name"),
        _integer("size"),
        _integer("pages"),
        sa.PrimaryKeyConstraint("id", name="pk_scan"),
        _refers("scan", "book"),
        sa.UniqueConstraint("book_id", "sha256", name="uq_scan_book_id_sha256"),
    )
    op.create_index("ix_scan_sha256", "scan", ["sha256"])


def _pages() -> None:
    op.create_table(
        "page",
        _id(),
        _integer("scan_id"),
        _integer("page_no"),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
        _refers("page", "scan"),
        sa.UniqueConstraint("scan_id", "page_no", name="uq_page_scan_id_page_no"),
    )
    op.create_table(
        "page_run",
        _id(),
        _integer("page_id"),
        _text("fingerprint"),
        sa.Column("latest", sa.Boolean, nullable=False),
        _time("saved_at"),
        _text("kind"),
        _text("form"),
        _json("size"),
        _json("matrix"),
        _integer("turn"),
        sa.Column("skew", sa.Float, nullable=False),
        _json("quality"),
        _json("timings"),
        sa.PrimaryKeyConstraint("id", name="pk_page_run"),
        _refers("page_run", "page"),
    )
    op.create_index("ix_page_run_page_id", "page_run", ["page_id"])
    op.create_index(
        "uq_page_run_latest",
        "page_run",
        ["page_id"],
        unique=True,
        sqlite_where=sa.text("latest"),
        postgresql_where=sa.text("latest"),
    )
    op.create_table(
        "page_failure",
        _id(),
        _integer("book_id"),
        _text("scan_sha256"),
        _text("scan_name"),
        sa.Column("page_no", sa.Integer),
        _text("code"),
        _text("message"),
        _time("failed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_page_failure"),
        _refers("page_failure", "book"),
    )
    op.create_index("ix_page_failure_book_id", "page_failure", ["book_id"])


def _entries() -> None:
    op.create_table(
        "entry",
        _id(),
        _integer("page_id"),
        _integer("row"),
        _text("record"),
        sa.Column("found", sa.Boolean, nullable=False),
        sa.Column("stands", sa.Boolean, nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("year", sa.Integer),
        _text("number_text"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        _refers("entry", "page"),
        sa.UniqueConstraint("page_id", "row", name="uq_entry_page_id_row"),
    )
    op.create_table(
        "reading",
        _many(),
        _integer("page_run_id"),
        _integer("entry_id"),
        _text("field"),
        _text("status"),
        _text("text"),
        _text("canonical"),
        sa.Column("confidence", sa.Float, nullable=False),
        _text("writing"),
        _text("engine"),
        sa.Column("box", sa.JSON(none_as_null=True)),
        _json("lines"),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        _refers("reading", "page_run"),
        _refers("reading", "entry"),
        sa.UniqueConstraint("page_run_id", "entry_id", "field", name="uq_reading_page_run_id_entry_id_field"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reading_entry_id", "reading", ["entry_id"])
    op.create_table(
        "finding",
        _many(),
        _integer("page_run_id"),
        sa.Column("entry_id", sa.Integer),
        _text("code"),
        _text("severity"),
        _json("fields"),
        _json("details"),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
        _refers("finding", "page_run"),
        _refers("finding", "entry"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_finding_page_run_id", "finding", ["page_run_id"])
    op.create_index("ix_finding_entry_id", "finding", ["entry_id"])


def _tasks_and_decisions() -> None:
    op.create_table(
        "review_task",
        _id(),
        _integer("page_id"),
        _integer("row"),
        sa.Column("entry_id", sa.Integer),
        _text("state"),
        _json("reasons"),
        _json("fields"),
        sa.Column("reopened", sa.Boolean, nullable=False),
        _integer("version"),
        _time("opened_at"),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_review_task"),
        _refers("review_task", "page"),
        _refers("review_task", "entry"),
        sa.UniqueConstraint("page_id", "row", name="uq_review_task_page_id_row"),
    )
    op.create_index("ix_review_task_entry_id", "review_task", ["entry_id"])
    op.create_index("ix_review_task_state", "review_task", ["state"])
    op.create_table(
        "decision",
        _many(),
        _integer("book_id"),
        _text("scan_sha256"),
        _integer("page_no"),
        _integer("row"),
        _text("field"),
        _text("status"),
        _text("text"),
        _text("canonical"),
        _text("author"),
        _time("decided_at"),
        _text("reason"),
        _text("seen_fingerprint"),
        sa.Column("seen_status", sa.Text),
        sa.Column("seen_text", sa.Text),
        sa.Column("seen_canonical", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        _refers("decision", "book"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_decision_book_id_scan_sha256_page_no_row",
        "decision",
        ["book_id", "scan_sha256", "page_no", "row"],
    )


def _records() -> None:
    columns = json.loads((Path(__file__).parent / "v0001_records.json").read_text(encoding="utf-8"))
    for table, fields in columns.items():
        op.create_table(
            table,
            sa.Column("entry_id", sa.Integer, nullable=False, autoincrement=False),
            *(sa.Column(field, sa.Text) for field in fields),
            sa.PrimaryKeyConstraint("entry_id", name=f"pk_{table}"),
            _refers(table, "entry"),
        )


def _refuse_change(table: str, same_row: str) -> None:
    """Triggers that let rows be added and nothing else. The third one closes SQLite's side door: INSERT OR REPLACE
    deletes the old row without asking the trigger that guards deletion."""
    if op.get_bind().dialect.name == "postgresql":
        guards.append_only(table)
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_row}) {refuse}"
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, sa.Identity(), nullable=False)


def _many() -> sa.Column[int]:
    """The id of a table that every run adds to: two thousand million would not do."""
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=False)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _refers(table: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{to}_id"], [f"{to}.id"], name=f"fk_{table}_{to}_id")
