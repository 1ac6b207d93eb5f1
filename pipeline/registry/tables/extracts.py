"""The tables of extracts that an office has issued, and of those it declared void. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    MANY,
    METADATA,
    count_column,
    many_id_column,
    reference_to,
    text_column,
    time_column,
)

issued_extract = Table(
    "issued_extract",
    METADATA,
    many_id_column(),
    reference_to("book"),
    text_column("scan_sha256"),
    count_column("page_no"),
    count_column("row"),
    text_column("record"),
    text_column("office"),
    count_column("year"),
    count_column("number"),
    text_column("entry_number"),
    text_column("subject"),
    text_column("recipient"),
    text_column("reason"),
    count_column("copies"),
    text_column("signer"),
    text_column("signer_title"),
    text_column("state"),
    text_column("template_sha256"),
    text_column("pdf_sha256"),
    Column("pdf", LargeBinary, nullable=False),
    text_column("token"),
    text_column("author"),
    text_column("issued_on"),
    time_column("issued_at"),
    Column("said", Text),
    UniqueConstraint("office", "year", "number"),
    UniqueConstraint("token"),
    Index(None, "book_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""The book of issued extracts. ``office`` and ``year`` name a series, in which ``number`` runs without gaps;
``subject``: whom the entry is about; ``state``: the digest of what the entry said with all that let it be
printed (``entry_to_print``); ``said``: of what it said alone (``contents_digest``), NULL of extracts of earlier
versions; ``token``: that of the form that was sent, so that a form sent twice issues one extract; ``issued_on``: the
day on the paper."""

voided_extract = Table(
    "voided_extract",
    METADATA,
    many_id_column(),
    Column("extract_id", MANY, ForeignKey("issued_extract.id"), nullable=False),
    text_column("reason"),
    text_column("author"),
    time_column("voided_at"),
    UniqueConstraint("extract_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
