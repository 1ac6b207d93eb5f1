"""The tables of the search: an index that follows from the effective values, and who searched for what reason.

Names are held once each without marks, and entries refer to them: near names are looked for among the names, not among
the entries. Words are looked for by the full-text index of the database (``repositories/search_words.py``).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    MANY,
    METADATA,
    REMOVABLE,
    count_column,
    flag_column,
    id_column,
    json_column,
    many_id_column,
    text_column,
    time_column,
    uncovered,
)

DERIVED = uncovered(REMOVABLE, "follows from the effective values; “hotich search check” compares the two")

FULL_TEXT = ("search_name_fts", "search_entry_fts")
"""The full-text tables of a SQLite file, of the words of names and of entries: no tables of the declared ones."""

FULL_TEXT_INDEXES = ("ix_search_name_words", "ix_search_entry_words")
"""The full-text indexes of PostgreSQL over the same words."""


search_name = Table(
    "search_name",
    METADATA,
    Column("id", MANY, primary_key=True, autoincrement=False),
    text_column("bare"),
    Column("ordered", BigInteger, nullable=False, index=True),
    info=DERIVED,
)
"""A name without marks; ``id`` follows from it, ``ordered`` from its words in alphabetical order."""

search_person = Table(
    "search_person",
    METADATA,
    many_id_column(),
    Column("entry_id", Integer, nullable=False, index=True),
    text_column("field"),
    Column("name_id", BigInteger, nullable=False),
    text_column("spelled"),
    Index(None, "name_id", "entry_id"),
    info=DERIVED,
)
"""A person whom an entry names in a field; ``spelled``: the name with its marks, in small letters."""

search_number = Table(
    "search_number",
    METADATA,
    many_id_column(),
    Column("entry_id", Integer, nullable=False, index=True),
    text_column("field"),
    text_column("number"),
    Index(None, "number", "entry_id"),
    info=DERIVED,
)
"""The number of a person or of a person's paper, letters and figures alone."""

search_entry = Table(
    "search_entry",
    METADATA,
    Column("entry_id", Integer, primary_key=True, autoincrement=False),
    count_column("book_id"),
    text_column("record"),
    Column("number", Text),
    count_column("year", nullable=True),
    count_column("event_year", nullable=True),
    text_column("words"),
    Index(None, "book_id", "entry_id"),
    Index(None, "number", "entry_id"),
    info=DERIVED,
)
"""``number``: without its year and leading zeros; ``year``: of the registration; ``event_year``: of birth or death;
``words``: those of notes and places without marks."""

search_book = Table(
    "search_book",
    METADATA,
    Column("book_id", Integer, primary_key=True, autoincrement=False),
    count_column("changes"),
    count_column("approval_id", nullable=True),
    info=DERIVED,
)
"""How often anything of a book was written, and the approval that was seen to hold since the last change."""

search_state = Table(
    "search_state",
    METADATA,
    id_column(),
    count_column("upto"),
    flag_column("built"),
    info=DERIVED,
)
"""How far the index was built, by the ids of entries; one row."""

search_request = Table(
    "search_request",
    METADATA,
    many_id_column(),
    text_column("author"),
    text_column("purpose"),
    text_column("reason"),
    json_column("criteria"),
    json_column("found"),
    time_column("searched_at"),
    Index(None, "author", "searched_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""A page of results that somebody was shown: ``criteria`` by their names alone, ``found`` by the ids of entries."""


SEARCH_INDEX = (search_name, search_person, search_number, search_entry, search_book, search_state)
"""What follows from the effective values and is made anew where it is not right."""
