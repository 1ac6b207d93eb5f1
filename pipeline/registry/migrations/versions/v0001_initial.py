"""All tables of the registry, with their indexes and the triggers that guard what must stay. Frozen.

``v0001_tables.toml`` beside this file lists the tables; ``v0001_records.json`` lists the columns of the record tables
as ``schemas/records`` declares them at this step.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

from pipeline.registry.migrations.guards import append_only, only_ends

revision = "0001"
down_revision = None

_MANY = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_TYPES: dict[str, Any] = {
    "text": sa.Text,
    "int": sa.Integer,
    "big": sa.BigInteger,
    "many": _MANY,
    "float": sa.Float,
    "flag": sa.Boolean,
    "json": sa.JSON(none_as_null=True),
    "bytes": sa.LargeBinary,
    "time": sa.DateTime(timezone=True),
    "serial": sa.Integer,
    "identity": sa.Integer,
    "many-identity": _MANY,
}
"""``serial`` and ``identity``: the two ways in which PostgreSQL numbers rows; ``many``: beyond two thousand million."""

_FULL_TEXT = (("search_name", "bare"), ("search_entry", "words"))
"""Tables and columns whose words are indexed."""


def upgrade() -> None:
    folder = Path(__file__).parent
    tables = tomllib.loads((folder / "v0001_tables.toml").read_text(encoding="utf-8"))
    for table, declared in tables.items():
        _create(table, declared)
    for table, fields in json.loads((folder / "v0001_records.json").read_text(encoding="utf-8")).items():
        columns = ", ".join(["entry_id int -> entry", *(f"{field} text?" for field in fields)])
        _create(table, {"columns": columns})
    _special_indexes()
    for table, declared in tables.items():
        _guard(table, declared)


def _create(table: str, declared: Mapping[str, Any]) -> None:
    """Create a table. Its first column is its key, unless ``key`` names others."""
    written = [column.split() for column in declared["columns"].split(",")]
    key = declared.get("key", [written[0][0]])
    op.create_table(
        table,
        *(_column(words, is_key=words[0] in key) for words in written),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint([words[0]], [f"{words[-1]}.id"], name=f"fk_{table}_{words[0]}")
            for words in written
            if "->" in words
        ),
        *(
            sa.UniqueConstraint(*names.split(), name=f"uq_{table}_{names.replace(' ', '_')}")
            for names in declared.get("unique", ())
        ),
        sqlite_autoincrement=declared.get("autoincrement", False),
        sqlite_with_rowid=declared.get("rowid", True),
    )
    for names in declared.get("indexed", ()):
        op.create_index(f"ix_{table}_{names.replace(' ', '_')}", table, names.split())


def _column(words: Sequence[str], *, is_key: bool) -> sa.Column[Any]:
    name, kind = words[0], words[1].removesuffix("?")
    return sa.Column(
        name,
        _TYPES[kind],
        *([sa.Identity()] if kind.endswith("identity") else []),
        nullable=words[1].endswith("?"),
        autoincrement=False if is_key and kind in ("int", "many") else "auto",
    )


def _special_indexes() -> None:
    latest = sa.text("latest")
    op.create_index(
        "uq_page_run_latest",
        "page_run",
        ["page_id"],
        unique=True,
        sqlite_where=latest,
        postgresql_where=latest,
    )
    next_task = [
        "stage",
        "place_code",
        "book_id",
        "page_id",
        "row",
        "first_keyer",
        "second_keyer",
        "kept_from",
    ]
    op.create_index("ix_review_task_next", "review_task", next_task)
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, column in _FULL_TEXT:
        if on_postgresql:
            words = f"array_to_tsvector(string_to_array({column}, ' '))"
            op.execute(f"CREATE INDEX ix_{table}_words ON {table} USING gin ({words})")
        else:
            op.execute(f"CREATE VIRTUAL TABLE {table}_fts USING fts5(words, tokenize = 'ascii')")


def _guard(table: str, declared: Mapping[str, Any]) -> None:
    """Create the triggers that refuse what may not happen to the rows of a table."""
    rows = declared.get("rows", "")
    if rows == "append-only":
        append_only(table, ("id",), *(names.split() for names in declared.get("unique", ())))
    elif rows:
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        only_ends(table, rows.removeprefix("end by "), columns)
