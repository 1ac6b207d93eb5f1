"""Review tasks and rescan tickets as the desk hands them out and takes them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, FieldReading, Finding, Ledger, PageRef, Writing
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry.books.model import Rectification
from pipeline.registry.comments.model import CommentThread
from pipeline.registry.tasks.consensus import Verdict
from pipeline.registry.tasks.rows import TicketRow
from pipeline.values.derivations import Derived


class TaskState(StrEnum):
    """Whether a task waits for people, is done, or is about something that was withdrawn."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person has to look at: an entry, or a whole page.

    Attributes:
        entry_id: Its entry, None for a whole page.
        volume: Number and year of the volume.
        record: Kind of event, as in ``schemas/records``.
        scan: File name of the scan.
        page_no: Page of the scan, from 1.
        row: Row on the page, from 0; -1 for a whole page.
        entry_number: The effective number, else the one the machine read, else ``""``.
        reasons: Codes of findings.
        fields: Fields left to decide (``""`` = the entry as a whole).
        reopened: Whether the machine now reads something else than a person saw when deciding.
        version: Changes with the task; ``decide`` takes it back and refuses an old one.
    """

    task_id: int
    page_id: int
    entry_id: int | None
    book_id: int
    book: str
    volume: str
    record: str
    scan_sha256: str
    scan: str
    page_no: int
    row: int
    entry_number: str
    reasons: tuple[str, ...]
    fields: tuple[str, ...]
    reopened: bool
    version: int


class NotYours(RegistryError):
    """The task is another person's now, or was never this one's to take."""

    code = "not-yours"


class HandsFull(RegistryError):
    """The person holds as many tasks as one may."""

    code = "hands-full"


class CannotUndo(RegistryError):
    """There is nothing to take back, or somebody has built on it."""

    code = "cannot-undo"


@dataclass(frozen=True, slots=True)
class FieldWork:
    """One field of a task that waits for this person.

    Attributes:
        blind: The machine's reading and what others keyed are withheld.
        box: The area of its ink on the rectified page.
        lines: The lines of its ink on the rectified page.
        first: The keyed value that a checker confirms or corrects.
        candidates: At ``THIRD``, the values that differ, in an order that does not reveal whose they are.
        mine: What this person keyed before taking it back.
        decided: What was decided before the field was opened again.
        is_likely: The machine's reading is likely enough to stand in the input at first.
        offers: What follows from other values of the entry.
        inked: Whether the machine saw ink of the field, whatever it read; set even if the reading is withheld, as
            the person sees the same picture.
    """

    field: str
    way: Way
    blind: bool
    box: Box | None = None
    lines: tuple[Box, ...] = ()
    reading: FieldReading | None = None
    first: Verdict | None = None
    candidates: tuple[Verdict, ...] = ()
    mine: Verdict | None = None
    decided: Verdict | None = None
    is_likely: bool = True
    offers: tuple[Derived, ...] = ()
    inked: bool = False


@dataclass(frozen=True, slots=True)
class DrawnRegion:
    """A region that a person drew for a field on the page of a task.

    Attributes:
        box: The region on the rectified page as it was shown.
        version: The version of the task that was shown.
        mark: How that page was rectified (``Rectification.mark``).
    """

    field: str
    box: Box
    version: int
    mark: str


@dataclass(frozen=True, slots=True)
class RegionToRead:
    """A drawn region that may be read.

    Attributes:
        drawn: The region, its box within the page.
        shown: How the page is rectified.
        writing: What the field was read as, else most fields of the entry.
        is_kept: The same region is in force already.
    """

    drawn: DrawnRegion
    ref: PageRef
    shown: Rectification
    record: str
    form: str
    ledger: Ledger
    writing: Writing
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class RegionReading:
    """What was read in a drawn region, and the fingerprint of the readers."""

    reading: FieldReading
    reader: str


@dataclass(frozen=True, slots=True)
class DeskTask:
    """A task that is leased to a person until ``lease_until``.

    Attributes:
        version: The version of the task, which goes back with the keyed values.
        entry_id: The entry; None where a page itself is the task.
        row: The row of the entry on its page; -1 where a page itself is the task.
        values: The effective values of the other fields; empty where a field is blind, as they might reveal it.
        findings: The findings of the entry; empty where a field is blind.
        question: The question to the supervisor, with the answer.
        reopened: The machine reads otherwise than it did when somebody decided.
        comments: The open comments on it that this person may read.
        hidden_comments: How many more there are, which a person who keys blind does not read yet.
        guided: The fields that have a guideline.
        is_teaching: Whether the entry is handed out early, as the machine learns most from it.
    """

    task_id: int
    version: int
    stage: Stage
    lease_until: datetime
    book_id: int
    book: str
    volume: str
    place_code: str
    record: str
    form: str
    entry_id: int | None
    entry_number: str
    ref: PageRef
    scan: str
    row: int
    fields: tuple[FieldWork, ...]
    values: Mapping[str, str | None]
    findings: tuple[Finding, ...]
    question: str = ""
    reopened: bool = False
    comments: tuple[CommentThread, ...] = ()
    hidden_comments: int = 0
    guided: frozenset[str] = frozenset()
    is_teaching: bool = False


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What may be known of the entry of a task besides what a person is keying.

    Attributes:
        entry_id: The entry; None where a page itself is the task.
        fields: The fields that the person keys.
        readings: The effective values of the others; empty where a field is blind, as they might reveal it.
        is_blind: Whether the person keys any of the fields blind.
    """

    entry_id: int | None
    record: str
    form: str
    ledger: Ledger
    fields: tuple[str, ...]
    readings: tuple[FieldReading, ...]
    is_blind: bool = False


@dataclass(frozen=True, slots=True)
class KeyOutcome:
    """The outcome of the values that a person keyed on a task.

    Attributes:
        settled: The fields that these values settled.
        version: The new version of the task.
        waiting: Fields that still wait for this person, who keeps the task while there are any.
        refused: Why nothing was recorded (``""``: it was; only in column mode, where the other tasks go on).
    """

    stage: Stage
    settled: tuple[str, ...]
    version: int
    waiting: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ColumnTask:
    """One snippet of a column: a field of one entry, leased to this person.

    Attributes:
        beside: What is effective of the other fields that share its blank on the paper, ``None`` of those that are not
            settled. Empty where the person keys a field of the entry blind.
    """

    task_id: int
    version: int
    entry_id: int
    entry_number: str
    ref: PageRef
    book_id: int
    work: FieldWork
    beside: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeasedColumn:
    """One field of many entries of a book, with like readings next to one another."""

    book_id: int
    book: str
    record: str
    field: str
    stage: Stage
    lease_until: datetime
    tasks: tuple[ColumnTask, ...]


@dataclass(frozen=True, slots=True)
class ColumnCount:
    """How many entries of a book wait for this person to key a field."""

    book_id: int
    book: str
    record: str
    field: str
    stage: Stage
    waiting: int


@dataclass(frozen=True, slots=True)
class HeldWork:
    """How many tasks a person has in hand.

    Attributes:
        desk: Those taken by themselves, at the desk.
        column: Those taken as snippets of a column.
    """

    desk: int
    column: int


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many tasks of a book wait at a stage."""

    book_id: int
    book: str
    volume: str
    place_code: str
    stage: Stage
    waiting: int


MISSING_PAGES = "K11-MISSING"
"""Code of the finding that pages next to a page are missing; its details name them."""


@dataclass(frozen=True, slots=True)
class Ticket(TicketRow):
    """A page that the scanning desk must scan again.

    Attributes:
        scan: File name of the scan.
        book: Folder name of the book.
        place: The registration place as on the cover.
        place_now: Present place code of the book.
        closed_at: None while the ticket is open.
        note: The outcome; ``""`` while it is open.
        entries: Known numbers of the entries on the page.
        printed: Page numbers printed on the page.
    """

    page_no: int
    sha256: str
    scan: str
    book: str
    volume: str
    place: str
    record: str
    place_now: str
    closed_at: datetime | None
    closed_by: str
    note: str
    entries: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()

    @property
    def ref(self) -> PageRef:
        return PageRef(self.sha256, self.page_no)

    @property
    def names_page(self) -> bool:
        """Whether another scan of this very page answers the ticket; False if pages next to it are missing."""
        return self.code != MISSING_PAGES

    @property
    def by_machine(self) -> bool:
        return bool(self.code)


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A page of a book; ``scan`` is the file name of the scan."""

    book_id: int
    ref: PageRef
    scan: str
