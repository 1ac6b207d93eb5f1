"""The tables of the registry. Those of the records derive from ``schemas/records``: one text column a field.

Only types that every SQL database has: text, numbers, booleans, times in UTC, JSON. ``migrations/`` holds the
same tables written out and frozen; a test compares the two.

Identity and reading are apart. ``page`` and ``entry`` stay the same rows over all runs; every run over a page
adds a ``page_run`` with its readings and findings, and only the ``latest`` one counts. Decisions name what they
decide by the content of the scan, not by row ids, so that they outlive everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from pipeline.schema import Schemas

PAGE_ITSELF = -1
"""The ``row`` of tasks and decisions that speak of a page and not of one of its entries."""


class UtcTime(TypeDecorator[datetime]):
    """A moment, always in UTC; SQLite forgets the zone, so it is put back on reading, and a server may tell another."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (its signature)
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


MANY = BigInteger().with_variant(Integer, "sqlite")
"""Ids of tables that every run or every word adds to: two thousand million would not do. SQLite's are large anyway."""


def _id() -> Column[int]:
    return Column("id", Integer, Identity(), primary_key=True)


def _many() -> Column[int]:
    return Column("id", MANY, Identity(), primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _count(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=nullable)


def _share(name: str) -> Column[float]:
    return Column(name, Float, nullable=False)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _json(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, JSON(none_as_null=True), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, UtcTime, nullable=nullable)


def _of(table: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    return Column(f"{table}_id", Integer, ForeignKey(f"{table}.id"), nullable=nullable, index=index)


book = Table(
    "book",
    METADATA,
    _id(),
    _text("folder_name"),
    _text("record"),
    _text("form"),
    _text("place"),
    _text("place_code"),
    _text("volume"),
    _text("opened_on"),
    _text("closed_on"),
    _count("entries", nullable=True),
    _count("pages", nullable=True),
    UniqueConstraint("record", "place_code", "volume", "folder_name"),
)

scan = Table(
    "scan",
    METADATA,
    _id(),
    _of("book"),
    _text("sha256"),
    _text("name"),
    _count("size"),
    _count("pages"),
    UniqueConstraint("book_id", "sha256"),
    Index(None, "sha256"),
)

page = Table(
    "page",
    METADATA,
    _id(),
    _of("scan"),
    _count("page_no"),
    UniqueConstraint("scan_id", "page_no"),
)

page_run = Table(
    "page_run",
    METADATA,
    _id(),
    _of("page", index=True),
    _text("fingerprint"),
    _flag("latest"),
    _time("saved_at"),
    _text("kind"),
    _text("form"),
    _json("size"),
    _json("matrix"),
    _count("turn"),
    _share("skew"),
    _json("quality"),
    _json("timings"),
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
    _id(),
    _of("book", index=True),
    _text("scan_sha256"),
    _text("scan_name"),
    _count("page_no", nullable=True),
    _text("code"),
    _text("message"),
    _time("failed_at"),
    Column("fingerprint", Text),
    _count("tries", nullable=True),
)
"""``fingerprint``: of the reading that failed, where it was known; ``tries``: how often in a row it failed alike."""

book_run = Table(
    "book_run",
    METADATA,
    Column("book_id", Integer, ForeignKey("book.id"), primary_key=True, autoincrement=False),
    _text("token"),
    _text("host"),
    _text("machine"),
    _count("pid"),
    _text("process"),
    _time("begun_at"),
    _time("lasts_until"),
)
"""Which run has a book in hand (``book_runs.py``)."""

entry = Table(
    "entry",
    METADATA,
    _id(),
    _of("page"),
    _count("row"),
    _text("record"),
    _flag("found"),
    _flag("stands"),
    _flag("accepted"),
    Column("number", Text),
    _count("year", nullable=True),
    _text("number_text"),
    _json("unaccepted", nullable=True),
    UniqueConstraint("page_id", "row"),
)

reading = Table(
    "reading",
    METADATA,
    _many(),
    _of("page_run"),
    _of("entry", index=True),
    _text("field"),
    _text("status"),
    _text("text"),
    _text("canonical"),
    _share("confidence"),
    _text("writing"),
    _text("engine"),
    _json("box", nullable=True),
    _json("lines"),
    _flag("accepted"),
    _json("hypotheses", nullable=True),
    _json("evidence", nullable=True),
    UniqueConstraint("page_run_id", "entry_id", "field"),
    sqlite_autoincrement=True,
)

finding = Table(
    "finding",
    METADATA,
    _many(),
    _of("page_run", index=True),
    _of("entry", nullable=True, index=True),
    _text("code"),
    _text("severity"),
    _json("fields"),
    _json("details"),
    sqlite_autoincrement=True,
)

review_task = Table(
    "review_task",
    METADATA,
    _id(),
    _of("page"),
    _count("row"),
    _of("entry", nullable=True, index=True),
    _text("state"),
    _json("reasons"),
    _json("fields"),
    _flag("reopened"),
    _count("version"),
    _time("opened_at"),
    _time("closed_at", nullable=True),
    _text("stage"),
    _count("book_id"),
    _text("place_code"),
    _text("question"),
    _count("first_keyer", nullable=True),
    _count("second_keyer", nullable=True),
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
    _many(),
    _of("book"),
    _text("scan_sha256"),
    _count("page_no"),
    _count("row"),
    _text("field"),
    _text("status"),
    _text("text"),
    _text("canonical"),
    _text("author"),
    _time("decided_at"),
    _text("reason"),
    _text("seen_fingerprint"),
    Column("seen_status", Text),
    Column("seen_text", Text),
    Column("seen_canonical", Text),
    _json("keyings", nullable=True),
    Index(None, "book_id", "scan_sha256", "page_no", "row"),
    Index(None, "decided_at"),
    sqlite_autoincrement=True,
)

resolved_place = Table(
    "resolved_place",
    METADATA,
    _many(),
    _of("entry"),
    _text("field"),
    Column("text", Text),
    _text("as_of"),
    _text("state"),
    _text("unit"),
    _text("standing"),
    _flag("spelled"),
    _text("province"),
    _text("district"),
    _text("commune"),
    _json("candidates"),
    _text("gazetteer"),
    _time("resolved_at"),
    Index(None, "entry_id", "field"),
    sqlite_autoincrement=True,
)
"""Which administrative unit the written place in force is on the day in force; the last row of a field counts. Codes
come with their scheme (``2004:31417``)."""

book_finding = Table(
    "book_finding",
    METADATA,
    _many(),
    _of("book", index=True),
    _of("page", index=True),
    _of("entry", nullable=True, index=True),
    _text("code"),
    _text("severity"),
    _json("fields"),
    _json("details"),
    _time("raised_at"),
    _time("cleared_at", nullable=True),
    sqlite_autoincrement=True,
)
"""What a check of whole books or of the registry found, and as long as it is found (``cleared_at`` is None)."""

link = Table(
    "link",
    METADATA,
    _many(),
    _text("kind"),
    Column("first_entry_id", Integer, ForeignKey("entry.id"), nullable=False, index=True),
    _text("first_role"),
    Column("second_entry_id", Integer, ForeignKey("entry.id"), nullable=False, index=True),
    _text("second_role"),
    _share("probability"),
    _json("evidence"),
    _time("suggested_at"),
    _time("withdrawn_at", nullable=True),
    sqlite_autoincrement=True,
)
"""Two entries that may speak of one person or of one event: a suggestion, nothing follows from it by itself."""

link_decision = Table(
    "link_decision",
    METADATA,
    _many(),
    Column("link_id", MANY, ForeignKey("link.id"), nullable=False, index=True),
    _text("verdict"),
    _text("reason"),
    _text("author"),
    _time("decided_at"),
    sqlite_autoincrement=True,
)
"""A person's word on a suggestion, with the evidence as it was then; the last one on a pair counts."""

ONLY_ENDS = {book_finding: book_finding.c.cleared_at, link: link.c.withdrawn_at}
"""Rows of these are added and end, once, by that column; nothing else of them is ever changed or deleted."""

REMOVABLE = (page_failure, book_run)
"""Rows of these are deleted when they are over; so are those of the record tables."""

APPEND_ONLY = (reading, finding, decision, resolved_place, link_decision)
"""No row of these is ever changed or deleted; triggers of the migrations refuse it."""


def all_tables(schemas: Schemas) -> MetaData:
    """The fixed tables and one ``<record>_record`` table a declared record, in a ``MetaData`` of their own."""
    metadata = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(metadata)
    for spec in schemas.records.values():
        Table(
            record_table_name(spec.record),
            metadata,
            Column("entry_id", Integer, ForeignKey("entry.id"), primary_key=True, autoincrement=False),
            *(Column(field.name, Text) for field in spec.fields),
        )
    return metadata


def record_tables(metadata: MetaData, schemas: Schemas) -> Mapping[str, Table]:
    """The record tables of ``metadata`` by record."""
    return {name: metadata.tables[record_table_name(name)] for name in schemas.records}


def record_table_name(record: str) -> str:
    return f"{record}_record"
