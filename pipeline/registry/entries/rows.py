"""The tables of entries: readings and findings of every run, and what changes a reading without a new run.

A reading is overlaid by fields that people added, regions that they redrew, values that are clear by decisions on other
entries, and values drawn for a blind check.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from pipeline.registry.database.columns import (
    APPEND_ONLY,
    CHANGING,
    MANY,
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


redrawn_region = Table(
    "redrawn_region",
    METADATA,
    id_column(),
    reference_to("entry", index=True),
    text_column("field"),
    json_column("corners", nullable=True),
    text_column("status"),
    text_column("text"),
    text_column("canonical"),
    share_column("confidence"),
    text_column("writing"),
    text_column("engine"),
    json_column("hypotheses", nullable=True),
    text_column("reader"),
    Column("account_id", Integer, nullable=False),
    text_column("login"),
    time_column("drawn_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``corners``: four points [x, y] in pixels of the page as scanned; a row without any takes the one before it back, and
the region before that counts again. The other columns are those of the reading that was made there, by the readers
whose fingerprint is ``reader``; it is never accepted by itself."""


clear_value = Table(
    "clear_value",
    METADATA,
    many_id_column(),
    count_column("book_id"),
    reference_to("entry", index=True),
    text_column("field"),
    text_column("text"),
    text_column("canonical"),
    flag_column("drawn"),
    text_column("login"),
    text_column("reason"),
    time_column("noted_at"),
    Column("takes_back_id", MANY, nullable=True),
    Index(None, "book_id"),
    Index(None, "takes_back_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``text``, ``canonical``: what the machine read; the row counts as long as the latest run reads the same. ``drawn``:
the value waits for a person who is not shown it. A row with ``takes_back_id`` takes that one back, for ``reason``."""

clear_value_witness = Table(
    "clear_value_witness",
    METADATA,
    many_id_column(),
    Column("clear_value_id", MANY, nullable=False),
    Column("decision_id", MANY, nullable=False),
    Index(None, "clear_value_id"),
    Index(None, "decision_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""The decisions on which a value rests."""


sampled_value = Table(
    "sampled_value",
    METADATA,
    many_id_column(),
    count_column("book_id"),
    reference_to("entry", index=True),
    text_column("field"),
    text_column("status"),
    text_column("text"),
    text_column("canonical"),
    text_column("source"),
    flag_column("critical"),
    text_column("basis"),
    share_column("share"),
    share_column("tolerated"),
    time_column("drawn_at"),
    Index(None, "book_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``status``, ``text``, ``canonical``: what the machine read and accepted; as long as the latest run reads the same the
value waits for a person who is not shown it. ``source``: by what it was accepted (``ValueSource``); ``basis``: by which
calibration; ``share``: the probability with which it was drawn; ``tolerated``: the share of errors that was tolerated
then."""
