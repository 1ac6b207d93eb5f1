"""The tables of review tasks, decisions, keyed values, tickets and leases.

Decisions name their subject by the content of the scan, not by row ids, so that they outlive all other rows. Keyed
values (``keying``) are no decisions: they wait until enough of them agree. ``account_id`` and ``login`` name the person
who acted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import Index, UniqueConstraint

from pipeline.registry.database.columns import (
    APPEND_ONLY,
    CHANGING,
    PROVEN,
    REMOVABLE,
    Id,
    Json,
    ManyId,
    SerialId,
    refers,
    table,
    uncovered,
)
from pipeline.registry.entries.rows import Subject

PAGE_ITSELF = -1
"""The ``row`` of tasks and decisions about a page itself."""


@dataclass(frozen=True, slots=True)
class ReviewTaskRow:
    """A task that waits for people.

    ``stage``, ``question``: its state at the desk; ``book_id``, ``place_code``: copies that let one index find the next
    task; ``first_keyer``, ``second_keyer``: accounts with nothing more to key at this stage, further accounts in
    ``kept_from`` (``,7,12,``).
    """

    id: Id
    page_id: Annotated[int, refers("page")]
    row: int
    entry_id: Annotated[int | None, refers("entry", index=True)]
    state: str
    reasons: Json[list[str]]
    fields: Json[list[str]]
    reopened: bool
    version: int
    opened_at: datetime
    closed_at: datetime | None
    stage: str
    book_id: int
    place_code: str
    question: str
    first_keyer: int | None
    second_keyer: int | None
    kept_from: str | None

    @property
    def subject(self) -> Subject:
        return self.page_id, self.entry_id


review_task = table(
    "review_task",
    ReviewTaskRow,
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
    info=CHANGING,
)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision of a person on a field of an entry, or on a page itself."""

    id: ManyId
    book_id: Annotated[int, refers("book")]
    scan_sha256: str
    page_no: int
    row: int
    field: str
    status: str
    text: str
    canonical: str
    author: str
    decided_at: datetime
    reason: str
    seen_fingerprint: str
    seen_status: str | None
    seen_text: str | None
    seen_canonical: str | None
    keyings: Json[list[int] | None]


decision = table(
    "decision",
    DecisionRow,
    Index(None, "book_id", "scan_sha256", "page_no", "row"),
    Index(None, "decided_at"),
    sqlite_autoincrement=True,
    info=PROVEN,
)


WITHDRAWN = "withdrawn"
"""The ``status`` of a row of ``keying`` that withdraws another row."""


@dataclass(frozen=True, slots=True)
class KeyingRow:
    """A value that a person keyed for a field.

    ``stage``, ``way``: stage of the field then, and how it is settled; ``seconds``: duration of the submission;
    ``mode``: ``KeyingMode``; ``after_decision_id``: the decision in force then; the keyed value is live as long as it
    is in force; ``takes_back_id``: the keyed value that this row withdraws; ``compared``: the form for comparison, by
    the policy of that time.
    """

    id: SerialId
    task_id: Annotated[int, refers("review_task", index=True)]
    entry_id: Annotated[int | None, refers("entry")]
    page_id: Annotated[int, refers("page")]
    field: str
    stage: str
    way: str
    status: str
    text: str
    canonical: str
    account_id: int
    login: str
    keyed_at: datetime
    seconds: float
    mode: str
    token: str
    after_decision_id: Annotated[int | None, refers("decision")]
    takes_back_id: Annotated[int | None, refers("keying")]
    compared: str | None


keying = table(
    "keying",
    KeyingRow,
    UniqueConstraint("token", "task_id", "field"),
    UniqueConstraint("takes_back_id"),
    Index(None, "account_id", "id"),
    Index(None, "keyed_at"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """The outcome of a submission on a task, so that the same submission gets the same answer again."""

    id: SerialId
    token: str
    task_id: Annotated[int, refers("review_task", index=True)]
    account_id: int
    login: str
    submitted_at: datetime
    stage: str
    settled: Json[list[str]]
    waiting: Json[list[str]]
    version: int


submission = table(
    "submission",
    SubmissionRow,
    UniqueConstraint("token", "task_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class ChosenWayRow:
    """The way that the program chose for a field when it first showed the field to a person at a stage.

    ``stage``: ``SETTLED`` if the field was settled and is asked of somebody else once more; ``wrong``: the probability
    that its reading is wrong, by the calibration; ``planted``: the wrong text that the person is shown in the place of
    the right one, ``""`` for none; ``after_decision_id``: the decision in force then.
    """

    id: SerialId
    task_id: Annotated[int, refers("review_task", index=True)]
    book_id: int
    field: str
    stage: str
    way: str
    wrong: float
    planted: str
    after_decision_id: Annotated[int | None, refers("decision")]
    chosen_at: datetime


chosen_way = table(
    "chosen_way", ChosenWayRow, Index(None, "book_id"), sqlite_autoincrement=True, info=APPEND_ONLY
)


@dataclass(frozen=True, slots=True)
class PlantedAnswerRow:
    """What a person keyed in a hidden check: at a planted wrong text, or in a settled field; it names no person.

    ``text``: what they keyed; ``missed``: whether that is the planted text, which then counts as no keyed value; at
    stage ``SETTLED``, whether it is another value than the one in force.
    """

    id: SerialId
    chosen_way_id: Annotated[int, refers("chosen_way")]
    task_id: Annotated[int, refers("review_task", index=True)]
    field: str
    stage: str
    text: str
    missed: bool
    token: str
    answered_at: datetime


planted_answer = table(
    "planted_answer",
    PlantedAnswerRow,
    UniqueConstraint("chosen_way_id"),
    Index(None, "stage"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class AsideRow:
    """An act of setting a task aside (``kind``): it is skipped, asked about or answered."""

    id: SerialId
    task_id: Annotated[int, refers("review_task", index=True)]
    account_id: int
    login: str
    kind: str
    words: str
    said_at: datetime


aside = table(
    "aside", AsideRow, Index(None, "account_id", "task_id"), sqlite_autoincrement=True, info=APPEND_ONLY
)


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A page that must be scanned again; open until it has a row in ``ticket_closing``.

    ``code``: the finding for which the machine asks, in which case open tasks do not wait; None if a person asks.
    """

    id: SerialId
    page_id: Annotated[int, refers("page", index=True)]
    book_id: Annotated[int, refers("book")]
    place_code: str
    reason: str
    account_id: int
    login: str
    opened_at: datetime
    code: str | None


ticket = table("ticket", TicketRow, Index(None, "place_code"), sqlite_autoincrement=True, info=APPEND_ONLY)


@dataclass(frozen=True, slots=True)
class TicketClosingRow:
    """The closing of a ticket."""

    id: SerialId
    ticket_id: Annotated[int, refers("ticket")]
    note: str
    account_id: int
    login: str
    closed_at: datetime


ticket_closing = table(
    "ticket_closing",
    TicketClosingRow,
    UniqueConstraint("ticket_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """The lease of a task by a person; after ``until`` anybody may take the task over."""

    task_id: Annotated[int, refers("review_task", key=True)]
    account_id: int
    login: str
    mode: str
    taken_at: datetime
    until: datetime


lease = table(
    "lease",
    LeaseRow,
    Index(None, "account_id"),
    info=uncovered(REMOVABLE, "lasts for minutes; whoever takes, is shown or hands back a task is told of"),
)


@dataclass(frozen=True, slots=True)
class TeachingEntryRow:
    """An entry that is handed out early. ``plan``: number in the book, the last plan counts; ``place``: from 0."""

    id: Id
    book_id: int
    plan: int
    place: int
    entry_id: Annotated[int, refers("entry", index=True)]
    planned_at: datetime


teaching_entry = table(
    "teaching_entry",
    TeachingEntryRow,
    Index(None, "book_id", "plan"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class StampedFieldRow:
    """A field that holds a stamp. ``stamp``: number of the stamp in the book; equal pictures have one number."""

    id: ManyId
    book_id: Annotated[int, refers("book", index=True)]
    entry_id: Annotated[int, refers("entry")]
    field: str
    stamp: int


stamped_field = table(
    "stamped_field",
    StampedFieldRow,
    info=uncovered(
        REMOVABLE, "orders the pictures of a column; the next pass over the book compares the pictures again"
    ),
)
