"""Books, their scans and pages as the registry holds them, and the entries of a book as a supervisor browses them."""

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
    """Where a page lies in its book: its own scan and number, or those of the page that it replaced.

    Attributes:
        scan: The name of the scan's file.
        page_no: The number of the page in that scan, from 1.
    """

    scan: str
    page_no: int

    @property
    def order(self) -> tuple[tuple[tuple[str | int, ...], str], int]:
        """Sorts the pages of a book as they lie in it: by the names of the scans, as a folder shows them."""
        return natural_key(self.scan), self.page_no


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of a book, without what waits for people: who keys it blind must not have seen it.

    Attributes:
        scan: The name of the scan's file.
        place: Where its page lies in the book.
        number: Its effective number, ``""`` where none is or it waits.
        registered_on: The effective day of registration, likewise.
        page_number: The effective number of the page in the book, likewise.
        stage: The stage of its task; ``SETTLED`` where nothing waits.
        waiting: How many of its fields wait for people.
        amended: How many of its fields have an amendment in force.
        subject: Whom it is about: the effective names, those that wait left out.
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
        """Whether something of it waits for people."""
        return self.stage is not Stage.SETTLED


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """The outcome of saving a page, in numbers of entries.

    Attributes:
        accepted: Entries accepted without a person.
        review: Entries with an open task.
        reopened: Entries whose task this save opened again because the reading under a decision changed.
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
        accepted: Entries that the machine accepted whole.
        decided: Entries of which people decided what the machine did not accept.
        review: Entries with an open task.
        reopened: Those of them whose decided fields wait again.
        page_tasks: Open tasks on whole pages.
        reasons: Codes of findings, counted over open tasks.
        failures: Codes of failures, counted over scans and pages without a result.
        uncoded: Effective values that no export can hold until an office gives them a code, by the printed words.
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
        size: Width and height of its picture in pixels.
        like: The form of another kind of book that it is most like; ``""``: none that is declared.
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
        form: Id of the form that it was read as.
    """

    page_id: int
    ref: PageRef
    kind: str
    form: str


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page (``page_no``) or a scan (None) without a result, and the code of why."""

    scan: str
    page_no: int | None
    code: str


@dataclass(frozen=True, slots=True)
class StoredBook:
    """A book with its pages and its failures.

    Attributes:
        record: Kind of event, as in ``schemas/records``.
        ledger: What ``ledger.toml`` says.
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
    """A book of the registry by what its cover and folder say.

    Attributes:
        scans: How many readable scans it has.
        shared: How many of the scans that were asked about are among them.
    """

    book_id: int
    folder_name: str
    ledger: Ledger
    scans: int
    shared: int = 0


@dataclass(frozen=True, slots=True)
class CorrectionOverview:
    """What hangs on a book that is to be corrected, in numbers.

    Attributes:
        pages: Pages that were read; they are read again under the corrected cover.
        entries: Valid entries.
        decisions: Fields of which people have decided.
        tasks: Open tasks.
        lots: Lots that hold entries of the book, closed or not.
        packages: Packages that were made of it; they stay what they are.
    """

    pages: int
    entries: int
    decisions: int
    tasks: int
    lots: int
    packages: int


@dataclass(frozen=True, slots=True)
class BookProgress:
    """How far the reading of a book has come.

    Attributes:
        in_hand: A run holds the book, or died while it held it.
        missing: Pages that were counted but neither read nor failed.
        read_at: When the last page was saved; None when none was.
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
        message: What to do, in Vietnamese.
        failed_at: UTC.
        tries: How often in a row it failed in this way.
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
    """``matrix`` (3, 3) maps original to straightened pixels; ``size`` (width, height) of the straight page."""

    matrix: Matrix
    size: tuple[int, int]

    @property
    def mark(self) -> str:
        """Equal for pages that are rectified alike: what a person drew on one may be told by it from another."""
        return hashlib.sha256(repr((self.size, self.matrix.tolist())).encode()).hexdigest()[:16]
