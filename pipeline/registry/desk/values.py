"""What the desk hands out and takes back. Frozen values; nothing here touches a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.errors import RegistryError
from pipeline.model import FieldReading, Finding, PageRef
from pipeline.registry.values import Verdict


class NotYours(RegistryError):
    """The task is another person's now, or was never this one's to take."""

    code = "not-yours"


class Stage(StrEnum):
    """Where an open task stands. ``REVIEW``: nobody's word yet on some field; ``CHECK``: each field has a first word and
    waits for somebody else's; ``THIRD``: two differ, a third decides; ``SUPERVISOR``: a question was asked; ``RESCAN``:
    the page must be scanned again; ``SETTLED``: nothing is left."""

    REVIEW = "review"
    CHECK = "check"
    THIRD = "third"
    SUPERVISOR = "supervisor"
    RESCAN = "rescan"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class FieldWork:
    """One field of a task that waits for this person.

    ``blind``: the person sees neither the machine's reading nor another's word (both are then withheld here);
    ``reading``: the machine's; ``first``: the word that a checker confirms or corrects; ``candidates``: at ``THIRD``,
    the words that differ, in an order that does not tell whose they are; ``mine``: what this person already said of it
    and can still take back.
    """

    field: str
    blind: bool
    reading: FieldReading | None = None
    first: Verdict | None = None
    candidates: tuple[Verdict, ...] = ()
    mine: Verdict | None = None


@dataclass(frozen=True, slots=True)
class DeskTask:
    """A task in a person's hands until ``lease_until``. ``values``: what is in force of the other fields (empty where a
    field is blind, as they might tell it); ``findings`` likewise; ``question``: what was asked of the supervisor;
    ``reopened``: the machine reads otherwise than it did when somebody decided. ``version`` goes back with the words."""

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


@dataclass(frozen=True, slots=True)
class KeyOutcome:
    """What a person's words came to: the stage the task is in now, and the fields that are settled for good."""

    stage: Stage
    settled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnTask:
    """One snippet of a column: a field of one entry, leased to this person."""

    task_id: int
    version: int
    entry_id: int
    entry_number: str
    ref: PageRef
    book_id: int
    work: FieldWork


@dataclass(frozen=True, slots=True)
class Column:
    """One field of many entries of a book, like readings beside one another."""

    book_id: int
    book: str
    record: str
    field: str
    stage: Stage
    lease_until: datetime
    tasks: tuple[ColumnTask, ...]


@dataclass(frozen=True, slots=True)
class ColumnCount:
    """How many entries of a book wait for a word on a field that this person may give."""

    book_id: int
    book: str
    record: str
    field: str
    stage: Stage
    waiting: int


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many tasks of a book wait at a stage."""

    book_id: int
    book: str
    volume: str
    place_code: str
    stage: Stage
    waiting: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A page that the scanning desk must scan again. ``closed_at`` is None as long as it waits."""

    ticket_id: int
    book_id: int
    book: str
    ref: PageRef
    scan: str
    reason: str
    author: str
    opened_at: datetime
    closed_at: datetime | None
