"""Review tasks and rescan tickets as the desk hands them out and takes them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, FieldReading, FieldStatus, Finding, Ledger, PageRef, Writing
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry.books.model import Rectification
from pipeline.registry.comments.model import CommentThread
from pipeline.registry.entries.model import CopiedEntry
from pipeline.registry.tasks.consensus import Verdict
from pipeline.registry.tasks.rows import TicketRow
from pipeline.values.derivations import Derived


class TaskState(StrEnum):
    """Whether a task waits for people, is done, or is about something that was withdrawn."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    """Why a finished task waits for people again."""

    ASKED_AGAIN = "asked-again"
    """A supervisor or a lot has fields read from the paper once more."""
    DOUBTED = "doubted"
    """A check of the book or of the registry doubts a field."""
    READ_OTHERWISE = "read-otherwise"
    """The machine now reads something else than a person saw when deciding."""
    UNSURE = "unsure"
    """Readings that were accepted no longer are, or somebody undid their work."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task for a person: an entry, or a page itself.

    Attributes:
        entry_id: None for a page itself.
        volume: Number and year of the volume.
        record: Kind of event, as in ``schemas/records``.
        scan: File name of the scan.
        page_no: Page of the scan, from 1.
        row: Row on the page, from 0; -1 for a page itself.
        entry_number: The effective number, else the number that the machine read, else ``""``.
        reasons: Codes of findings.
        fields: Fields left to decide (``""``: the entry as a whole).
        reopened: Whether the machine now reads something else than a person saw when deciding.
        version: Changes with the task; ``decide`` refuses an old version.
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
    """The person does not hold the task, or may not take it."""

    code = "not-yours"


class HandsFull(RegistryError):
    """The person already holds the largest allowed number of tasks."""

    code = "hands-full"


class CannotUndo(RegistryError):
    """There is nothing to undo, or somebody has built on it."""

    code = "cannot-undo"


@dataclass(frozen=True, slots=True)
class FieldWork:
    """A field of a task that waits for a person.

    Attributes:
        blind: Whether the machine's reading and the values of others are withheld.
        box: Area of its ink on the rectified page.
        lines: Lines of its ink on the rectified page.
        first: The keyed value that a checker confirms or corrects.
        candidates: At ``THIRD``, the values that differ, in an order that does not reveal their authors.
        mine: The value that this person keyed and withdrew.
        decided: The last decision before the field was reopened.
        is_likely: Whether the machine's reading is likely enough to prefill the input.
        likely: Text that people keyed elsewhere in the book and that this ink probably has, instead of the reading.
        offers: Values derived from other values of the entry.
        wrong: The probability that the reading is wrong, where the program chose the way; set even if it is withheld.
        few: How many people may key values of the book, where the ways that need more were left out.
        is_again: Whether the person has just confirmed a planted wrong text in this field.
        is_settled: Whether the field is settled and only asked again to learn how carefully people work.
        inked: Whether the machine saw ink of the field; set even if the reading is withheld, as the person sees the
            same picture.
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
    likely: str = ""
    offers: tuple[Derived, ...] = ()
    inked: bool = False
    wrong: float | None = None
    few: int | None = None
    is_again: bool = False
    is_settled: bool = False

    @property
    def initial(self) -> Verdict | None:
        """The value that is shown first.

        It is the value keyed by the first person, else the likely value of the book, else the reading, else a value
        derived from other values. There is none for a blind field, where two people keyed different texts, where
        nothing was read, and where the reading is unlikely (then it is only a choice).
        """
        if self.blind or self.candidates:
            return None
        if self.first is not None:
            return self.first
        if self.likely:
            return Verdict(self.field, FieldStatus.READ, self.likely)
        reading = self.reading
        if reading is None or reading.status is not FieldStatus.READ or not reading.text:
            return Verdict(self.field, FieldStatus.READ, self.offers[0].text) if self.offers else None
        return Verdict(self.field, FieldStatus.READ, reading.text) if self.is_likely else None


@dataclass(frozen=True, slots=True)
class DrawnRegion:
    """A region that a person drew for a field on the page of a task.

    Attributes:
        box: The region on the rectified page as shown.
        version: Version of the task that was shown.
        mark: ``Rectification.mark`` of that page.
    """

    field: str
    box: Box
    version: int
    mark: str


@dataclass(frozen=True, slots=True)
class RegionToRead:
    """A drawn region that may be read.

    Attributes:
        drawn: The region, clipped to the page.
        shown: Rectification of the page.
        writing: Writing of the field's reading, else the commonest writing in the entry.
        is_kept: Whether the same region is in force already.
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
    """The reading of a drawn region, and the fingerprint of the readers."""

    reading: FieldReading
    reader: str


@dataclass(frozen=True, slots=True)
class DeskTask:
    """A task that is leased to a person until ``lease_until``.

    Attributes:
        version: Version of the task, sent back with the keyed values.
        entry_id: None for a page itself.
        row: Row of the entry on its page; -1 for a page itself.
        values: Effective values of the other fields; empty if a field is blind, as they might reveal it.
        findings: Findings of the entry; empty if a field is blind.
        question: Question to the supervisor, with the answer.
        returned: Why the task is asked again after it was finished; None for other tasks.
        comments: Open comments that this person may read.
        hidden_comments: Number of open comments withheld while the person keys blind.
        guided: Fields with a guideline.
        is_teaching: Whether the entry is handed out early, as the machine learns most from it.
        copied: The same entry in the second copy of the ledger.
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
    returned: ReturnReason | None = None
    comments: tuple[CommentThread, ...] = ()
    hidden_comments: int = 0
    guided: frozenset[str] = frozenset()
    is_teaching: bool = False
    copied: CopiedEntry | None = None


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """The part of a task's entry that a person may know while keying.

    Attributes:
        entry_id: None for a page itself.
        fields: Fields that the person keys.
        readings: Effective values of the other fields; empty if a field is blind, as they might reveal it.
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
        settled: Fields that these values settled.
        version: New version of the task.
        waiting: Fields that still wait for this person, who then keeps the task.
        refused: Reason why nothing was recorded, or ``""``; only in column mode, where other tasks continue.
    """

    stage: Stage
    settled: tuple[str, ...]
    version: int
    waiting: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ColumnTask:
    """A snippet of a column: a field of an entry, leased to a person.

    Attributes:
        beside: Effective values of the other fields that share its blank on the paper, ``None`` if not settled; empty
            if the person keys a field of the entry blind.
        of_row: The value that the snippet takes when its row is accepted; None where it is keyed by itself.
    """

    task_id: int
    version: int
    entry_id: int
    entry_number: str
    ref: PageRef
    book_id: int
    work: FieldWork
    beside: Mapping[str, str | None] = field(default_factory=dict)
    of_row: Verdict | None = None


@dataclass(frozen=True, slots=True)
class SnippetRow:
    """Snippets of a column with equal values, in the order of the book.

    Attributes:
        verdict: The value as most of them have it; None where no value is shown.
        is_stamp: Whether all of them hold one stamp.
        is_known: Whether people keyed the value elsewhere in the book.
    """

    verdict: Verdict | None
    tasks: tuple[ColumnTask, ...]
    is_stamp: bool = False
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class LeasedColumn:
    """A field of many entries of a book, in rows of equal values.

    Rows whose value people keyed elsewhere in the book come first, then large rows; snippets without a value come last.
    """

    book_id: int
    book: str
    record: str
    field: str
    stage: Stage
    lease_until: datetime
    rows: tuple[SnippetRow, ...]

    @property
    def tasks(self) -> tuple[ColumnTask, ...]:
        return tuple(task for row in self.rows for task in row.tasks)


@dataclass(frozen=True, slots=True)
class ColumnCount:
    """Number of entries of a book with a field that waits for a person."""

    book_id: int
    book: str
    record: str
    field: str
    stage: Stage
    waiting: int


@dataclass(frozen=True, slots=True)
class HeldWork:
    """Numbers of tasks that a person holds, at the desk and as snippets of a column."""

    desk: int
    column: int


@dataclass(frozen=True, slots=True)
class QueueCount:
    """Number of tasks of a book that wait at a stage; ``place``: as on the cover."""

    book_id: int
    book: str
    record: str
    place: str
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
