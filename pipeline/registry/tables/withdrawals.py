"""The tables of what was withdrawn or put back, and of what left the registry in packages. Rows are only ever added.

Withdrawals name a book or a part of it by the content of the scan, as decisions do, so that they outlive every reading
and hold for what could not be read at all.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    id_column,
    json_column,
    reference_to,
    text_column,
    time_column,
)

withdrawal = Table(
    "withdrawal",
    METADATA,
    id_column(),
    reference_to("book", index=True),
    Column("scan_sha256", Text),
    count_column("page_no", nullable=True),
    count_column("row", nullable=True),
    text_column("kind"),
    text_column("reason"),
    text_column("author"),
    time_column("noted_at"),
    Column("reinstates_id", Integer, ForeignKey("withdrawal.id")),
    Column("replaced_by_sha256", Text),
    count_column("replaced_by_page_no", nullable=True),
    UniqueConstraint("reinstates_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""Of a whole book ``scan_sha256`` is empty, of a scan ``page_no``, of a page ``row``. ``reinstates_id``: the row that
this one takes back; a row is in force as long as no other takes it back."""

package = Table(
    "package",
    METADATA,
    id_column(),
    reference_to("book"),
    text_column("manifest_sha256"),
    json_column("entries"),
    time_column("written_at"),
    Index(None, "book_id", "id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A package of a book that was written, with the ``entries`` that it holds: id and number as delivered."""
