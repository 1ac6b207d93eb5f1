"""What reconciliations found and what people answered. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Identity, Index, Integer, Table, Text

from pipeline.registry.tables import MANY, METADATA, UtcTime


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _id() -> Column[int]:
    return Column("id", MANY, Identity(), primary_key=True)


reconciliation = Table(
    "reconciliation",
    METADATA,
    _id(),
    _text("record"),
    _text("file_name"),
    _text("file_sha256"),
    Column("counts", JSON(none_as_null=True), nullable=False),
    _text("author"),
    Column("made_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
"""One file held against the registry."""

difference = Table(
    "difference",
    METADATA,
    _id(),
    Column("reconciliation_id", MANY, ForeignKey("reconciliation.id"), nullable=False),
    _text("place_code"),
    Column("book_id", Integer, ForeignKey("book.id")),
    Column("entry_id", Integer, ForeignKey("entry.id"), index=True),
    _text("kind"),
    _text("number"),
    _text("volume"),
    Column("file_row", Integer, nullable=False),
    Column("of_row", Integer, nullable=False),
    _text("field"),
    _text("field_kind"),
    _text("ours"),
    _text("theirs"),
    Column("likeness", Float, nullable=False),
    Index(None, "reconciliation_id", "place_code"),
    sqlite_autoincrement=True,
)
"""One thing that people are asked about: a field of a pair, or an entry or a row that stands alone (``field`` is empty,
and ``theirs`` tells who the row is about)."""

difference_answer = Table(
    "difference_answer",
    METADATA,
    _id(),
    Column("difference_id", MANY, ForeignKey("difference.id"), nullable=False, index=True),
    _text("answer"),
    _text("note"),
    Column("amendment_id", MANY, ForeignKey("amendment.id")),
    _text("author"),
    Column("answered_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
"""A person's word on a difference; the last one counts."""

RECONCILIATION_APPEND_ONLY = (reconciliation, difference, difference_answer)
