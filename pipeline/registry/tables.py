"""The tables of books, pages, entries, readings, tasks and decisions. What the checks find stands in ``check_tables``,
the records in ``record_tables``; every room below has ``tables`` of its own.

``migrations/`` holds the same tables written out and frozen; a test compares the two.

Identity and reading are apart. ``page`` and ``entry`` stay the same rows over all runs; every run over a page
adds a ``page_run`` with its readings and findings, and only the ``latest`` one counts. Decisions name what they
decide by the content of the scan, not by row ids, so that they outlive everything else.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from pipeline.registry.table_parts import (
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

PAGE_ITSELF = -1
"""The ``row`` of tasks and decisions that speak of a page and not of one of its entries."""

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
    UniqueConstraint("record", "place_code", "volume", "folder_name"),
)

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
)

page = Table(
    "page",
    METADATA,
    id_column(),
    reference_to("scan"),
    count_column("page_no"),
    UniqueConstraint("scan_id", "page_no"),
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
)
"""Which run has a book in hand (``book_runs.py``)."""

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
)

review_task = Table(
    "review_task",
    METADATA,
    id_column(),
    reference_to("page"),
    count_column("row"),
    reference_to("entry", nullable=True, index=True),
    text_column("state"),
    json_column("reasons"),
    json_column("fields"),
    flag_column("reopened"),
    count_column("version"),
    time_column("opened_at"),
    time_column("closed_at", nullable=True),
    text_column("stage"),
    count_column("book_id"),
    text_column("place_code"),
    text_column("question"),
    count_column("first_keyer", nullable=True),
    count_column("second_keyer", nullable=True),
    Column("kept_from", Text),
    UniqueConstraint("page_id", "row"),
    Index(None, "state"),
    Index(None, "closed_at"),
    Index(
        "ix_review_task_next",
        "stage",
        "place_code",
        "book_id",
        "page_id",
        "row",
        "first_keyer",
        "second_keyer",
        "kept_from",
    ),
)
"""What waits for people. ``stage``, ``question``: where it stands at the reviewers' desk; ``book_id``, ``place_code``:
here once more, so that one index finds the next task; ``first_keyer``, ``second_keyer``: accounts that have said all
they may at this stage, and in ``kept_from`` those beyond two (``,7,12,``)."""

decision = Table(
    "decision",
    METADATA,
    many_id_column(),
    reference_to("book"),
    text_column("scan_sha256"),
    count_column("page_no"),
    count_column("row"),
    text_column("field"),
    text_column("status"),
    text_column("text"),
    text_column("canonical"),
    text_column("author"),
    time_column("decided_at"),
    text_column("reason"),
    text_column("seen_fingerprint"),
    Column("seen_status", Text),
    Column("seen_text", Text),
    Column("seen_canonical", Text),
    json_column("keyings", nullable=True),
    Index(None, "book_id", "scan_sha256", "page_no", "row"),
    Index(None, "decided_at"),
    sqlite_autoincrement=True,
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
)
"""Which administrative unit the written place in force is on the day in force; the last row of a field counts. Codes
come with their scheme (``2004:31417``)."""

REMOVABLE = (page_failure, book_run)
"""Rows of these are deleted when they are over; so are those of the record tables."""

APPEND_ONLY = (reading, finding, decision, resolved_place)
"""No row of these is ever changed or deleted; triggers of the migrations refuse it."""
