"""The table of amendments. Like decisions, they name the entry by the content of its scan and outlive every row."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Identity, Index, Integer, Table, Text

from pipeline.registry.tables import MANY, METADATA, UtcTime


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


amendment = Table(
    "amendment",
    METADATA,
    Column("id", MANY, Identity(), primary_key=True),
    Column("book_id", Integer, ForeignKey("book.id"), nullable=False),
    _text("scan_sha256"),
    Column("page_no", Integer, nullable=False),
    Column("row", Integer, nullable=False),
    _text("field"),
    _text("kind"),
    _text("old"),
    _text("text"),
    _text("canonical"),
    _text("decision_number"),
    _text("decided_on"),
    _text("authority"),
    _text("legal_basis"),
    Column("paper_sha256", Text),
    Column("paper_page_no", Integer),
    _text("reason"),
    _text("author"),
    Column("noted_at", UtcTime, nullable=False),
    Column("withdraws_id", MANY, ForeignKey("amendment.id")),
    Index(None, "book_id", "scan_sha256", "page_no", "row"),
    sqlite_autoincrement=True,
)
"""``withdraws_id``: the amendment that this row takes back."""

AMENDMENT_APPEND_ONLY = (amendment,)
