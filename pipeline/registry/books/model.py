"""Books, their scans and pages in the registry, and the entries of a book as a supervisor browses them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.base.model import Ledger, Matrix, PageRef
from pipeline.base.stages import Stage
from pipeline.base.text.natural_order import natural_key


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The position of a page in its book: its own scan and number, or those of the page that it replaced.

    Attributes:
        scan: File name of the scan.
        page_no: From 1.
    """

    scan: str
    page_no: int

    @property
    def order(self) -> tuple[tuple[tuple[str | int, ...], str], int]:
        """Sort key of the pages of a book: scans by name as a folder shows them, then page numbers."""
        return natural_key(self.scan), self.page_no


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of a book, without values that wait for people: a person who keys blind must not see them.

    Attributes:
        scan: File name of the scan.
        place: Position of its page in the book.
        number: Effective entry number; ``""`` if there is none or it waits.
        registered_on: Effective day of registration, likewise.
        page_number: Effective page number in the book, likewise.
        stage: Stage of its task; ``SETTLED`` if nothing waits.
        waiting: Number of fields that wait for people.
        amended: Number of fields with an amendment in force.
        subject: Effective names of the people whom the entry is about, without names that wait.
    """

    entry_id: int
    ref: PageRef
    scan: str
    place: PagePosition
    row: int
    record: str
    number: str
    registered_on: str
    page_number: str
    stage: Stage
    waiting: int
    amended: int
    subject: str = ""

    @property
    def waits(self) -> bool:
        """Whether fields of the entry wait for people."""
        return self.stage is not Stage.SETTLED


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """The outcome of saving a page, in numbers of entries.

    Attributes:
        accepted: Entries accepted without a person.
        review: Entries with an open task.
        reopened: Entries with a task that this save reopened because the reading under a decision changed.
    """

    entries: int
    accepted: int
    review: int
    reopened: int


@dataclass(frozen=True, slots=True)
class BookSummary:
    """The state of a book, or of all books.

    Attributes:
        scans: Number of readable scans.
        pages: Number of pages by kind of page.
        entries: Number of entries: ``accepted`` + ``decided`` + ``review``.
        accepted: Entries with all values accepted by the machine.
        decided: Entries with the remaining values decided by people.
        review: Entries with an open task.
        reopened: Entries in review with decided fields that wait again.
        page_tasks: Open tasks on whole pages.
        reasons: Codes of findings, counted over open tasks.
        failures: Codes of failures, counted over scans and pages without a result.
        uncoded: Counts of effective values without a code, which no export can hold, by their printed words.
    """

    books: int = 0
    scans: int = 0
    pages: Mapping[str, int] = field(default_factory=dict)
    entries: int = 0
    accepted: int = 0
    decided: int = 0
    review: int = 0
    reopened: int = 0
    page_tasks: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    uncoded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnfitPage:
    """A page that fits neither the form of its book nor a cover.

    Attributes:
        size: Width and height in pixels.
        like: Most similar form of another kind of book; ``""`` if no declared form is similar.
    """

    ref: PageRef
    scan: str
    size: tuple[float, float]
    like: str


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page that was read.

    Attributes:
        kind: As in ``PageKind``.
        form: Id of the form with which it was read.
    """

    page_id: int
    ref: PageRef
    kind: str
    form: str


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page without a result, or a scan (``page_no`` None), with the code of the failure."""

    scan: str
    page_no: int | None
    code: str


@dataclass(frozen=True, slots=True)
class StoredBook:
    """A book with its pages and its failures.

    Attributes:
        record: Kind of event, as in ``schemas/records``.
        scans: File names of the scans by content hash.
        pages: In the order of the scans.
        failures: Pages and scans without a result.
    """

    book_id: int
    folder_name: str
    record: str
    ledger: Ledger
    scans: Mapping[str, str]
    pages: tuple[StoredPage, ...]
    failures: tuple[FailedPage, ...]


@dataclass(frozen=True, slots=True)
class KnownBook:
    """A book of the registry with its cover and folder.

    Attributes:
        scans: Number of readable scans.
        shared: Number of scans in common with the folder that is compared with the book.
    """

    book_id: int
    folder_name: str
    ledger: Ledger
    scans: int
    shared: int = 0


@dataclass(frozen=True, slots=True)
class CorrectionOverview:
    """The data that depend on a book to be corrected, in numbers.

    Attributes:
        pages: Pages read; they are read again under the corrected cover.
        entries: Valid entries.
        decisions: Fields decided by people.
        tasks: Open tasks.
        lots: Lots with entries of the book, open or closed.
        packages: Packages made of the book; they stay unchanged.
    """

    pages: int
    entries: int
    decisions: int
    tasks: int
    lots: int
    packages: int


@dataclass(frozen=True, slots=True)
class BookProgress:
    """The progress of reading a book.

    Attributes:
        in_hand: Whether a run holds the book, or died while it held it.
        missing: Number of pages of the scans that were neither read nor failed.
        read_at: Time at which the last page was saved.
    """

    in_hand: bool
    missing: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookRow:
    """A book and the number of its valid entries."""

    book_id: int
    folder_name: str
    record: str
    place: str
    place_code: str
    volume: str
    entries: int


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """A page or a scan without a result.

    Attributes:
        scan: Name of the scan's file.
        page_no: From 1, or None when the scan as a whole failed.
        code: As in ``docs/reference/exit-codes.md``.
        message: Advice in Vietnamese.
        failed_at: UTC.
        tries: Number of equal failures in a row.
    """

    book_id: int
    book: str
    scan: str
    sha256: str
    page_no: int | None
    code: str
    message: str
    failed_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Rectification:
    """``matrix`` (3, 3) maps pixels of the scan to the rectified page; ``size``: its width and height."""

    matrix: Matrix
    size: tuple[int, int]

    @property
    def mark(self) -> str:
        """Equal for pages that are rectified alike; identifies the page on which a person drew a region."""
        return hashlib.sha256(repr((self.size, self.matrix.tolist())).encode()).hexdigest()[:16]
