"""The tables of entries, of the readings and findings of every run, and of the places among the effective values."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    CHANGING,
    METADATA,
    count_column,
    flag_column,
    id_column,
    json_column,
    many_id_column,
    reference_to,
    share_column,
    text_column,
    time_column,
)

entry = Table(
    "entry",
    METADATA,
    id_column(),
    reference_to("page"),
    count_column("row"),
    text_column("record"),
    flag_column("found"),
    flag_column("stands"),
    flag_column("accepted"),
    Column("number", Text),
    count_column("year", nullable=True),
    text_column("number_text"),
    json_column("unaccepted", nullable=True),
    UniqueConstraint("page_id", "row"),
    info=CHANGING,
)


reading = Table(
    "reading",
    METADATA,
    many_id_column(),
    reference_to("page_run"),
    reference_to("entry", index=True),
    text_column("field"),
    text_column("status"),
    text_column("text"),
    text_column("canonical"),
    share_column("confidence"),
    text_column("writing"),
    text_column("engine"),
    json_column("box", nullable=True),
    json_column("lines"),
    flag_column("accepted"),
    json_column("hypotheses", nullable=True),
    json_column("evidence", nullable=True),
    UniqueConstraint("page_run_id", "entry_id", "field"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


finding = Table(
    "finding",
    METADATA,
    many_id_column(),
    reference_to("page_run", index=True),
    reference_to("entry", nullable=True, index=True),
    text_column("code"),
    text_column("severity"),
    json_column("fields"),
    json_column("details"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


resolved_place = Table(
    "resolved_place",
    METADATA,
    many_id_column(),
    reference_to("entry"),
    text_column("field"),
    Column("text", Text),
    text_column("as_of"),
    text_column("state"),
    text_column("unit"),
    text_column("standing"),
    flag_column("spelled"),
    text_column("province"),
    text_column("district"),
    text_column("commune"),
    json_column("candidates"),
    text_column("gazetteer"),
    time_column("resolved_at"),
    Index(None, "entry_id", "field"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""Which administrative unit the written place in force is on the day in force; the last row of a field counts. Codes
come with their scheme (``2004:31417``)."""
