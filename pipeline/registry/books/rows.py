"""The tables of books, their scans and pages, the runs over pages, and what could not be read.

``page`` and ``entry`` are the same rows over all runs; every run over a page adds a ``page_run`` with its readings and
findings, and only the ``latest`` run counts.

``migrations/`` holds a frozen copy of all tables; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import ColumnElement, FromClause, Index, UniqueConstraint, text

from pipeline.base.model import BookSeries, Ledger
from pipeline.registry.database.columns import (
    APPEND_ONLY,
    CHANGING,
    REMOVABLE,
    Id,
    Json,
    newest_only,
    refers,
    table,
    uncovered,
)


@dataclass(frozen=True, slots=True)
class StoredBookRow:
    """A book.

    ``series``: as in ``BookSeries``, None for an ordinary book; ``copy_of``: None for a delivered book. The unit that
    bore the place code follows from the day of opening, so no constraint keeps two books apart: ``Whole.BOOKS`` is held
    while a book is added (``books/stored_books.py``).
    """

    id: Id
    folder_name: str
    record: str
    form: str
    place: str
    place_code: str
    volume: str
    opened_on: str
    closed_on: str
    entries: int | None
    pages: int | None
    series: str | None
    copy_of: str | None

    @property
    def ledger(self) -> Ledger:
        values = {one.name: getattr(self, one.name) for one in fields(Ledger)}
        series = BookSeries(self.series or BookSeries.ORDINARY)
        return Ledger(**(values | {"series": series, "copy_of": self.copy_of or ""}))


book = table("book", StoredBookRow, Index(None, "record", "place_code", "volume"), info=newest_only(CHANGING))


@dataclass(frozen=True, slots=True)
class BookCorrection:
    """A correction of a book: the words before and since, by key of ``ledger.toml`` or ``folder``."""

    id: Id
    book_id: Annotated[int, refers("book", index=True)]
    old: Json[dict[str, str]]
    new: Json[dict[str, str]]
    reason: str
    author: str
    corrected_at: datetime


book_correction = table("book_correction", BookCorrection, sqlite_autoincrement=True, info=APPEND_ONLY)


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A scanned file of a book."""

    id: Id
    book_id: Annotated[int, refers("book")]
    sha256: str
    name: str
    size: int
    pages: int


scan = table("scan", ScanRow, UniqueConstraint("book_id", "sha256"), Index(None, "sha256"), info=CHANGING)


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page of a scan, the same over all runs."""

    id: Id
    scan_id: Annotated[int, refers("scan")]
    page_no: int


page = table("page", PageRow, UniqueConstraint("scan_id", "page_no"), info=CHANGING)

PAGES = page.join(scan)
"""Pages with their scans."""


def on_page(rows: FromClause) -> ColumnElement[bool]:
    """Return the condition that rows name a page of ``PAGES`` by book, scan and page."""
    return (
        (rows.c.book_id == scan.c.book_id)
        & (rows.c.scan_sha256 == scan.c.sha256)
        & (rows.c.page_no == page.c.page_no)
    )


@dataclass(frozen=True, slots=True)
class PageArrangementRow:
    """Pages that a person puts before another page of their book, in this order; rows hold one after the other.

    ``pages``: scan and number of each; ``before_*``: empty for the end of the book; ``replaces``: whether the pages
    were made of the page at that position, which is withdrawn.
    """

    id: Id
    book_id: Annotated[int, refers("book", index=True)]
    pages: Json[list[tuple[str, int]]]
    before_sha256: str | None
    before_page_no: int | None
    replaces: bool
    author: str
    arranged_at: datetime


page_arrangement = table(
    "page_arrangement",
    PageArrangementRow,
    sqlite_autoincrement=True,
    info=newest_only(APPEND_ONLY, missed=True),
)


@dataclass(frozen=True, slots=True)
class PageRunRow:
    """The readings of one run on a page; only the ``latest`` run counts."""

    id: Id
    page_id: Annotated[int, refers("page", index=True)]
    fingerprint: str
    latest: bool
    saved_at: datetime
    kind: str
    form: str
    size: Json[list[int]]
    matrix: Json[list[list[float]]]
    turn: int
    skew: float
    quality: Json[dict[str, Any]]
    timings: Json[dict[str, float]]
    hand_reader: str | None
    ink_print: str | None


page_run = table(
    "page_run",
    PageRunRow,
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


@dataclass(frozen=True, slots=True)
class PageFailureRow:
    """A page or a scan without a result.

    ``fingerprint``: of the reading that failed, if known; ``tries``: number of equal failures in a row.
    """

    id: Id
    book_id: Annotated[int, refers("book", index=True)]
    scan_sha256: str
    scan_name: str
    page_no: int | None
    code: str
    message: str
    failed_at: datetime
    fingerprint: str | None
    tries: int | None


page_failure = table("page_failure", PageFailureRow, info=REMOVABLE)


@dataclass(frozen=True, slots=True)
class BookRunRow:
    """The run that holds a book (``book_locks.py``)."""

    book_id: Annotated[int, refers("book", key=True)]
    token: str
    host: str
    machine: str
    pid: int
    process: str
    begun_at: datetime
    lasts_until: datetime


book_run = table(
    "book_run",
    BookRunRow,
    info=uncovered(
        REMOVABLE, "says for minutes which run has a book in hand; nothing follows from it but a wait"
    ),
)
