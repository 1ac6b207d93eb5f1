"""Counts for reports, never names: progress of books, hours, second looks, effort of checking over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.registry.lots.stored_lots import Lot
from pipeline.registry.sampled_values import SampledValue


class LearningKind(StrEnum):
    """Kinds of learning.

    Attributes:
        CLEAR: Values of a book became clear by decisions on other entries.
        ADAPTER: The hand of a book was learnt, and its waiting pages were read with that.
        READER: A supervisor took a reader of the office into use.
        ROLLBACK: The office went back to an earlier reader.
    """

    CLEAR = "clear"
    ADAPTER = "adapter"
    READER = "reader"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry that people finished.

    Attributes:
        at: When its first field was decided.
        fields: Number of fields that people decided.
    """

    at: datetime
    fields: int


@dataclass(frozen=True, slots=True)
class LearningMark:
    """A moment at which the machine learnt something.

    Attributes:
        at: When the learnt was first used.
        values: Number of values that became clear in that hour; 0 for other kinds.
    """

    at: datetime
    kind: LearningKind
    values: int = 0


@dataclass(frozen=True, slots=True)
class LearningHistory:
    """The effort of checking over time, and the learning.

    Attributes:
        entries: The entries that people finished, in that order.
        marks: The moments of learning, in order.
        waiting: Number of waiting fields of entries that nobody has begun.
    """

    entries: tuple[CheckedEntry, ...] = ()
    marks: tuple[LearningMark, ...] = ()
    waiting: int = 0
    unchecked: int = 0


MOST_LINES = 500
"""Lines shown of a list."""

AGES = (1, 3, 7, 14, 30)
"""Upper bounds in days of the ages by which waiting tasks are counted; older tasks come last."""


@dataclass(frozen=True, slots=True)
class BookStatistics:
    """The progress of a book.

    ``entries`` = ``straight`` + ``decided`` + ``waiting``: accepted by the machine alone, settled by people, with
    an open task.

    Attributes:
        said_entries: The number of entries in its closing note; None for a second copy, whose entries do not count.
        said_pages: The number of pages in its closing note.
        pages: Pages that were read, the covers included.
        inner: Pages that were read, without the covers.
        failed: Pages without a result.
        missing: Runs of printed page numbers that are not there (``3–5, 9``).
        tickets: Pages that had to be scanned again.
        unusual: How its handwriting differs from that of the calibration (``""``: unknown).
        unseen: Number of its handwritten values that were accepted without a person nevertheless.
        is_second_copy: Whether it is the second copy of another book.
    """

    book_id: int
    folder_name: str
    record: str
    form: str
    place: str
    place_code: str
    volume: str
    said_entries: int | None = None
    said_pages: int | None = None
    pages: int = 0
    inner: int = 0
    entries: int = 0
    straight: int = 0
    waiting: int = 0
    failed: int = 0
    missing: tuple[str, ...] = ()
    tickets: int = 0
    unusual: str = ""
    unseen: int = 0
    is_second_copy: bool = False

    @property
    def decided(self) -> int:
        return self.entries - self.straight - self.waiting

    @property
    def done(self) -> int:
        return self.entries - self.waiting

    @property
    def opened_in(self) -> int:
        """The year in which the book was opened."""
        return int(self.volume.rsplit("/", 1)[1])


@dataclass(frozen=True, slots=True)
class ScanOfBook:
    """A scan and the book that it is of.

    Attributes:
        place: Its registration place.
    """

    sha256: str
    name: str
    pages: int
    book_id: int
    folder_name: str
    place: str
    place_code: str


@dataclass(frozen=True, slots=True)
class HourStatistics:
    """What happened in one hour.

    Attributes:
        at: When the hour begins (UTC).
        pages: Pages that the machine read, those read again included.
        straight: Entries that it accepted alone when their page was read for the first time.
        closed: Tasks on entries that people finished.
        words: Fields that people keyed.
    """

    at: datetime
    pages: int = 0
    straight: int = 0
    closed: int = 0
    words: int = 0


@dataclass(frozen=True, slots=True)
class WaitingStatistics:
    """Open tasks at a stage. ``by_age``: a number for each of ``AGES``, and one for older tasks."""

    stage: str
    by_age: tuple[int, ...]
    oldest_at: datetime

    @property
    def tasks(self) -> int:
        return sum(self.by_age)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Fields of one record, keyed one way, for which a second person keyed a value.

    Attributes:
        way: How it was keyed (``checked``, ``blind``).
        overturned: Fields whose first keyed value is not what was settled.
        differing: Fields whose second keyed value differs from the first.
        of_form: Fields whose first keyed value was settled in another spelling; they are no errors.
    """

    record: str
    field: str
    way: str
    fields: int
    overturned: int
    differing: int
    of_form: int = 0


@dataclass(frozen=True, slots=True)
class ReadingStatistics:
    """Fields that people settled, compared with what the machine had read.

    Attributes:
        reader: The handwriting reader of that run (``""``: none, None: unknown).
        fields: Number of settled fields.
        right: Number of fields that the machine had read right.
    """

    form: str
    record: str
    reader: str | None
    field: str
    fields: int
    right: int


@dataclass(frozen=True, slots=True)
class PersonStatistics:
    """What one person keyed.

    Attributes:
        name: ``""`` where no account has this login any more.
        words: All values that the person keyed.
        seconds: The time that they took.
        first: Values that a second person checked.
        overturned: Values among ``first`` that were not settled on.
    """

    login: str
    name: str
    words: int
    seconds: float
    first: int
    overturned: int


@dataclass(frozen=True, slots=True)
class ScannerStatistics:
    """The pages of one scanner.

    Attributes:
        scanner: The scanner; ``""`` for scans that did not pass the intake.
        pages: Pages that were read.
        tickets: Pages that had to be scanned again.
    """

    scanner: str
    pages: int
    tickets: int


class EffortKind(StrEnum):
    """What people did with fields.

    Attributes:
        LOOKED: The first person looked at what was read.
        LOOKED_AGAIN: The second person looked at what the first one keyed.
        TYPED: Somebody typed from the ink alone.
        THIRD: A third person or a supervisor decided.
    """

    LOOKED = "looked"
    LOOKED_AGAIN = "looked-again"
    TYPED = "typed"
    THIRD = "third"


@dataclass(frozen=True, slots=True)
class BookEffort:
    """What the finished entries of a book cost in one kind of work.

    Attributes:
        entries: Entries of the book that people finished.
        fields: Values keyed.
        keys: At least so many keys: one a look, letters and Enter of what was typed from the ink.
        seconds: The time that they took.
    """

    book_id: int
    kind: EffortKind
    entries: int
    fields: int
    keys: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Overlooked:
    """The hidden checks of a stage, of one kind.

    Attributes:
        shown: Number of checks that people answered.
        missed: Planted wrong texts that were confirmed; settled fields in which somebody typed another value.
        reckoned: The share that the program assumes.
        is_settled: Whether these are settled fields, by the stage at which they were settled, and not planted texts.
    """

    stage: str
    shown: int
    missed: int
    reckoned: float
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class ChosenWaysOfField:
    """The values of a field of a book for which the program chose a way, and how many of them are expected wrong."""

    book_id: int
    field: str
    values: int
    wrong: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """All counts of one moment, in one snapshot of the registry.

    Attributes:
        since: When the counting of events begins; the present state is counted whole.
        sampled: All values that were accepted without a person and drawn for a blind check.
        learning: The effort of checking and the learning since the first decision.
        efforts: What the entries cost that people finished in the period.
        overlooked: Hidden checks of the whole office.
        settled: What the ways that the program chose leave wrong.
    """

    at: datetime
    since: datetime
    books: tuple[BookStatistics, ...] = ()
    hours: tuple[HourStatistics, ...] = ()
    waiting: tuple[WaitingStatistics, ...] = ()
    second: tuple[SecondLook, ...] = ()
    readings: tuple[ReadingStatistics, ...] = ()
    people: tuple[PersonStatistics, ...] | None = None
    lots: tuple[Lot, ...] = ()
    scanners: tuple[ScannerStatistics, ...] = ()
    sampled: tuple[SampledValue, ...] = ()
    learning: LearningHistory = field(default_factory=LearningHistory)
    efforts: tuple[BookEffort, ...] = ()
    overlooked: tuple[Overlooked, ...] = ()
    settled: tuple[ChosenWaysOfField, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """One open task of a list. ``row`` -1: the page itself."""

    task_id: int
    book_id: int
    book: str
    stage: str
    scan: str
    page_no: int
    row: int
    entry_number: str
    fields: tuple[str, ...]
    reasons: tuple[str, ...]
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field where two keyed values differ.

    Attributes:
        said: The text that was keyed first.
        said_status: Its status, as in ``FieldStatus``.
        settled_status: Its status, as in ``FieldStatus``.
    """

    entry_number: str
    book_id: int
    book: str
    scan: str
    page_no: int
    record: str
    field: str
    said_status: str
    said: str
    settled_status: str
    settled: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Filters of a list; None accepts all."""

    book_id: int | None = None
    stage: str | None = None
    record: str | None = None
    form: str | None = None
    field: str | None = None
