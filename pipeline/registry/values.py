"""What the registry takes and gives back. Frozen values; nothing here touches a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.errors import RegistryError
from pipeline.model import FieldReading, FieldStatus, Finding, PageRef
from pipeline.registry.amendments.values import Amendment

WHOLE_ENTRY = ""
"""The field name of a decision on an entry (or a page) as a whole: its findings that name no field have been seen."""


class StaleTask(RegistryError):
    """Someone else changed the task since it was shown."""

    code = "stale-task"


class NotThere(RegistryError):
    """There is nothing of that number: no entry, task, book or whatever was asked for."""

    code = "not-there"


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """What became of the entries of a page: ``accepted`` without a person, ``review`` with an open task, ``reopened``
    those whose task this very save opened again because the reading under a decision changed."""

    entries: int
    accepted: int
    review: int
    reopened: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's word on one field. ``text`` is what stands on paper (``""`` unless READ or STRUCK_THROUGH)."""

    field: str
    status: FieldStatus
    text: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a machine's reading says; two runs that say the same have equal ``Seen``."""

    status: str
    text: str
    canonical: str

    @classmethod
    def of(cls, reading: FieldReading | None) -> Seen | None:
        return None if reading is None else cls(reading.status, reading.text, reading.canonical)


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the append-only record of what people decided; ``seen`` is the reading they had before them,
    ``keyings`` are the ids of the words at the reviewers' desk that led to it."""

    decision_id: int
    field: str
    status: FieldStatus
    text: str
    canonical: str
    author: str
    decided_at: datetime
    reason: str
    seen: Seen | None
    seen_fingerprint: str
    keyings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """The values in force of an entry, by field; ``values`` None: there is no such entry on paper."""

    entry_id: int
    record: str
    values: Mapping[str, str | None] | None


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person has to look at: an entry, or a whole page (``entry_id`` is None, ``row`` -1).

    ``entry_number`` is the number in force, else what the machine took it for, else ``""``. ``reasons`` are
    codes of findings; ``fields`` what is left to decide (``""`` = the whole); ``reopened``: the machine now
    reads something else than what a person saw when deciding. ``version`` goes back to ``decide``.
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

    @property
    def field_count(self) -> int:
        return len(self.fields)


@dataclass(frozen=True, slots=True)
class StandingFinding:
    """What a check of whole books or of the registry says: of an entry, or with ``entry_id`` None of a page.
    ``raised_at``: since when (None = not stored yet)."""

    book_id: int
    page_id: int
    entry_id: int | None
    finding: Finding
    raised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChecksOutcome:
    """What a check changed: ``raised`` are new, ``cleared`` no longer hold, ``standing`` hold now."""

    raised: int
    cleared: int
    standing: int


@dataclass(frozen=True, slots=True)
class Link:
    """A suggestion that two entries speak of one event (``again``) or of one person (``person``), with the role of the
    person in each, its probability 0..1 and what agrees (without names)."""

    kind: str
    first_entry_id: int
    first_role: str
    second_entry_id: int
    second_role: str
    probability: float
    evidence: Mapping[str, str]


class LinkVerdict(StrEnum):
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """A person's word on a suggested link. ``outdated``: the evidence is another now than that person saw."""

    verdict: LinkVerdict
    author: str
    decided_at: datetime
    reason: str
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class StandingLink(Link):
    """A link under its number. ``suggested``: still found; a confirmed one stands without that, too. ``decision``: the
    last word on the pair."""

    link_id: int = 0
    suggested: bool = True
    decision: LinkDecision | None = None


@dataclass(frozen=True, slots=True)
class BookSummary:
    """Where a book (or all of them) stands. ``entries`` = ``accepted`` + ``decided`` + ``review``; ``page_tasks`` are
    open tasks on whole pages; ``reasons`` counts codes over open tasks, ``failures`` over scans and pages without a
    result; ``pages`` by kind of page; ``uncoded``: values in force that cannot be exported until an office gives them a
    code, by the words beside their boxes."""

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
class PlaceInForce:
    """Which administrative unit a written place in force is on the day ``as_of`` (``""`` = no day in force).

    ``state`` and ``standing`` as in ``pipeline.places``; ``unit``: its code with the scheme (``2004:31417``),
    ``""`` unless it is one unit; ``province``, ``district``, ``commune``: the codes of what is known of it;
    ``candidates``: codes of what it may be, or was or will be at another time. ``text`` is what was resolved,
    as it stands in the record.
    """

    text: str
    as_of: str
    state: str
    unit: str
    standing: str
    spelled: bool
    province: str
    district: str
    commune: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as the registry holds it: the latest run's word, and above it what people decided (latest a
    field).

    ``values`` are those in force: text or canonical form, ``""`` = known to be blank, None = nothing is known;
    ``places``: which unit each place among them is; ``beside``: what checks of books and of the registry found.
    ``hand_reader`` is the reader of handwriting of that run (``""``: none, None: not known); ``amendments`` in force
    by field change no value of these.
    """

    entry_id: int
    book_id: int
    ref: PageRef
    scan: str
    row: int
    record: str
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]
    decisions: Mapping[str, Decision]
    values: Mapping[str, str | None]
    places: Mapping[str, PlaceInForce] = field(default_factory=dict)
    beside: tuple[StandingFinding, ...] = ()
    hand_reader: str | None = None
    amendments: Mapping[str, Amendment] = field(default_factory=dict)

    @property
    def current(self) -> Mapping[str, str | None]:
        """The values in force, and above them those that amendments gave."""
        return {**self.values, **{name: one.value for name, one in self.amendments.items()}}


@dataclass(frozen=True, slots=True)
class PastReading:
    """One reading of any run, the latest included."""

    fingerprint: str
    saved_at: datetime
    latest: bool
    reading: FieldReading
