"""The table of fields that people asked to have typed, off the form or of entries that the machine did not find."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    id_column,
    json_column,
    reference_to,
    text_column,
    time_column,
)

added_field = Table(
    "added_field",
    METADATA,
    id_column(),
    reference_to("entry", index=True),
    text_column("field"),
    text_column("text"),
    text_column("canonical"),
    json_column("corners", nullable=True),
    Column("account_id", Integer, nullable=False),
    text_column("login"),
    time_column("added_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""The last row of a field counts. ``text``, ``canonical``: what the cover of the book says of it, so that nobody has to
type it; ``""``: it waits for people. ``corners``: where its ink stands, as a person drew it: four points [x, y] in
pixels of the page as scanned, None where nobody drew anything."""
