"""The tables of books, their scans and pages, the runs over pages, and what could not be read.

Identity and reading are excluded. ``page`` and ``entry`` stay the same rows over all runs; every run over a page adds a
``page_run`` with its readings and findings, and only the ``latest`` one counts.

``migrations/`` holds all tables written out and frozen; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from pipeline.registry.database.columns import (
    APPEND_ONLY,
    CHANGING,
    METADATA,
    REMOVABLE,
    count_column,
    flag_column,
    id_column,
    json_column,
    reference_to,
    share_column,
    text_column,
    time_column,
    uncovered,
)

book = Table(
    "book",
    METADATA,
    id_column(),
    text_column("folder_name"),
    text_column("record"),
    text_column("form"),
    text_column("place"),
    text_column("place_code"),
    text_column("volume"),
    text_column("opened_on"),
    text_column("closed_on"),
    count_column("entries", nullable=True),
    count_column("pages", nullable=True),
    Column("series", Text),
    Index(None, "record", "place_code", "volume"),
    info=CHANGING,
)
"""``series``: as in ``BookSeries``; None of an ordinary book. Which unit bore the code follows from the day of opening.
So no constraint tells two books apart: ``Whole.BOOKS`` is held while one is made (``books/stored_books.py``)."""

book_correction = Table(
    "book_correction",
    METADATA,
    id_column(),
    reference_to("book", index=True),
    json_column("old"),
    json_column("new"),
    text_column("reason"),
    text_column("author"),
    time_column("corrected_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""What the registry held of the cover of a book and holds since, by key; only what was corrected."""

scan = Table(
    "scan",
    METADATA,
    id_column(),
    reference_to("book"),
    text_column("sha256"),
    text_column("name"),
    count_column("size"),
    count_column("pages"),
    UniqueConstraint("book_id", "sha256"),
    Index(None, "sha256"),
    info=CHANGING,
)

page = Table(
    "page",
    METADATA,
    id_column(),
    reference_to("scan"),
    count_column("page_no"),
    UniqueConstraint("scan_id", "page_no"),
    info=CHANGING,
)

page_run = Table(
    "page_run",
    METADATA,
    id_column(),
    reference_to("page", index=True),
    text_column("fingerprint"),
    flag_column("latest"),
    time_column("saved_at"),
    text_column("kind"),
    text_column("form"),
    json_column("size"),
    json_column("matrix"),
    count_column("turn"),
    share_column("skew"),
    json_column("quality"),
    json_column("timings"),
    Column("hand_reader", Text),
    Column("ink_print", Text),
    Index(None, "saved_at"),
    Index(
        "uq_page_run_latest",
        "page_id",
        unique=True,
        sqlite_where=text("latest"),
        postgresql_where=text("latest"),
    ),
    info=CHANGING,
)

page_failure = Table(
    "page_failure",
    METADATA,
    id_column(),
    reference_to("book", index=True),
    text_column("scan_sha256"),
    text_column("scan_name"),
    count_column("page_no", nullable=True),
    text_column("code"),
    text_column("message"),
    time_column("failed_at"),
    Column("fingerprint", Text),
    count_column("tries", nullable=True),
    info=REMOVABLE,
)
"""``fingerprint``: of the reading that failed, where it was known; ``tries``: how often in a row it failed alike."""

book_run = Table(
    "book_run",
    METADATA,
    Column("book_id", Integer, ForeignKey("book.id"), primary_key=True, autoincrement=False),
    text_column("token"),
    text_column("host"),
    text_column("machine"),
    count_column("pid"),
    text_column("process"),
    time_column("begun_at"),
    time_column("lasts_until"),
    info=uncovered(
        REMOVABLE, "says for minutes which run has a book in hand; nothing follows from it but a wait"
    ),
)
"""Which run has a book in hand (``book_runs.py``)."""
