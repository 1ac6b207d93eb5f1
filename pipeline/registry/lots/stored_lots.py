"""Lots of acceptance sampling in the database: entries to draw from, their witnesses, tasks they keep back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    Select,
    Text,
    UniqueConstraint,
    cast,
    exists,
    literal,
    select,
    union,
)

from pipeline.declarations.sampling import SamplingPlan, upper_bound_of_wrong
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.rows import account
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.database.audit.chain import audit
from pipeline.registry.database.columns import APPEND_ONLY, Id, Json, refers, table
from pipeline.registry.entries.rows import entry
from pipeline.registry.reconciliation.model import difference
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import decision, keying, review_task, ticket


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot as it was drawn.

    ``entries``: all that were settled then in its books (runs of ids, ``size`` in all); ``sample``: the ids that
    ``seed`` drew; the plan that it is judged by; ``turn``: 1 for the first lot of these books.
    """

    id: Id
    place_code: str
    book_ids: Json[list[int]]
    preset: str
    turn: int
    entries: Json[list[int]]
    size: int
    sample: Json[list[int]]
    acceptance: int
    quality: Json[dict[str, Any]]
    fields: str
    seed: str
    account_id: int
    login: str
    drawn_at: datetime


lot = table("lot", LotRow, Index(None, "place_code"), sqlite_autoincrement=True, info=APPEND_ONLY)


@dataclass(frozen=True, slots=True)
class LotEntryRow:
    """An entry whose ``fields`` were put into question.

    It is ``part`` of the ``sample``, or of the ``rest`` that was opened again when the lot was rejected.
    """

    id: Id
    lot_id: Annotated[int, refers("lot")]
    entry_id: Annotated[int, refers("entry")]
    task_id: Annotated[int, refers("review_task")]
    part: str
    fields: Json[list[str]]


lot_entry = table(
    "lot_entry",
    LotEntryRow,
    UniqueConstraint("lot_id", "entry_id"),
    Index(None, "task_id"),
    Index(None, "entry_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class LotWitnessRow:
    """Who had seen or keyed anything of the books before the lot was drawn: they get nothing of its sample."""

    id: Id
    lot_id: Annotated[int, refers("lot")]
    account_id: int


lot_witness = table(
    "lot_witness",
    LotWitnessRow,
    UniqueConstraint("lot_id", "account_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class LotClosingRow:
    """How a lot ended: ``accepted``, ``rejected`` or ``cancelled``, with what was found.

    ``bound``: the share of wrong entries in the lot that is not exceeded.
    """

    id: Id
    lot_id: Annotated[int, refers("lot")]
    verdict: str
    checked: int
    wrong: int
    fields_checked: int
    fields_wrong: int
    bound: float
    reason: str
    account_id: int
    login: str
    closed_at: datetime


lot_closing = table(
    "lot_closing", LotClosingRow, UniqueConstraint("lot_id"), sqlite_autoincrement=True, info=APPEND_ONLY
)


class Part(StrEnum):
    """Why an entry of a lot was put into question."""

    SAMPLE = "sample"
    REST = "rest"


class LotVerdict(StrEnum):
    """How a lot was closed."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


BOUND_RISK = 0.05
"""How often more may be wrong in a lot than its bound says."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a sample so far.

    Attributes:
        checked: Entries that were checked whole.
        wrong: Entries with at least one wrong field.
        fields_checked: Fields that were checked.
        fields_wrong: Fields that were wrong.
    """

    checked: int
    wrong: int
    fields_checked: int
    fields_wrong: int


@dataclass(frozen=True, slots=True)
class Closing:
    """How a lot was closed.

    Attributes:
        verdict: The verdict on the lot.
        findings: What was found in the sample until then.
        bound: The share of wrong entries that the lot does not exceed.
        reason: Why it was closed.
        login: Who closed it.
        closed_at: When it was closed.
    """

    verdict: LotVerdict
    findings: Findings
    bound: float
    reason: str
    login: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot of books whose entries are accepted or rejected together.

    Attributes:
        plan: The sampling plan by which the lot is judged.
        questioned: Entries of the sample that were handed to checkers.
        reopened: Other entries that were opened again.
        left: Entries that are still to be handed out or opened again.
        checkers: How many accounts may check the lot.
        findings: What was found in the sample so far.
        closing: How the lot was closed; None as long as it is open.
    """

    lot_id: int
    place_code: str
    books: tuple[str, ...]
    preset: str
    turn: int
    fields: str
    seed: str
    plan: SamplingPlan
    login: str
    drawn_at: datetime
    questioned: int
    reopened: int
    left: int
    checkers: int
    findings: Findings
    closing: Closing | None

    @property
    def is_decided(self) -> bool:
        """Whether what was found decides: all is checked, or more is wrong than the plan lets pass."""
        whole = self.findings.checked >= self.plan.sample
        return whole or (self.findings.wrong > self.plan.acceptance and not self.plan.is_whole)

    @property
    def verdict(self) -> LotVerdict:
        """What the plan says of what was found so far."""
        passes = self.plan.is_whole or self.findings.wrong <= self.plan.acceptance
        return LotVerdict.ACCEPTED if passes else LotVerdict.REJECTED

    @property
    def bound(self) -> float:
        """The share (0..1) of wrong entries in the lot as it was drawn that is not exceeded, with 95 % confidence."""
        return bound_of(self.plan, self.findings)


def bound_of(plan: SamplingPlan, findings: Findings) -> float:
    """The same of a plan and what was found. Entries that nobody has checked yet say nothing."""
    if plan.lot == 0:
        return 0.0
    seen = max(findings.checked, findings.wrong)
    return upper_bound_of_wrong(findings.wrong, plan.lot, seen, BOUND_RISK) / plan.lot


SHOWN = (
    "task-shown",
    "page-shown",
    "column-shown",
    "difference-shown",
    "entry-shown",
    "package-taken",
    "entry-printed",
    "extract-drafted",
    "extract-issued",
    "extract-taken",
    "list-printed",
)
"""Actions of the audit by which somebody saw something of a book; their subject is one of its tasks, tickets,
differences or entries, or the book."""


def settled_entries(connection: Connection, book_ids: Sequence[int]) -> tuple[int, ...]:
    """Return the ids of the valid entries of these books that wait for nobody, in rising order."""
    waiting = exists().where(
        review_task.c.page_id == entry.c.page_id,
        review_task.c.row == entry.c.row,
        review_task.c.state == TaskState.OPEN,
    )
    return tuple(
        connection.scalars(
            select(entry.c.id)
            .join(page, page.c.id == entry.c.page_id)
            .join(scan, scan.c.id == page.c.scan_id)
            .where(scan.c.book_id.in_(book_ids), entry.c.stands, ~waiting)
            .order_by(entry.c.id)
        )
    )


def witnesses(connection: Connection, book_ids: Sequence[int]) -> tuple[int, ...]:
    """The accounts that have keyed, decided or been shown anything of these books."""
    tasks = select(review_task.c.id).where(review_task.c.book_id.in_(book_ids))
    keyed = (
        select(account.c.login)
        .join(keying, keying.c.account_id == account.c.id)
        .where(keying.c.task_id.in_(tasks))
    )
    pages = select(page.c.id).join(scan).where(scan.c.book_id.in_(book_ids))
    subjects = union(
        _named("entry", entry.c.id, entry.c.page_id.in_(pages)),
        _named("task", review_task.c.id, review_task.c.book_id.in_(book_ids)),
        _named("ticket", ticket.c.id, ticket.c.book_id.in_(book_ids)),
        _named("difference", difference.c.id, difference.c.book_id.in_(book_ids)),
        _named("book", book.c.id, book.c.id.in_(book_ids)),
    )
    seen = select(audit.c.actor).where(audit.c.action.in_(SHOWN), audit.c.subject.in_(subjects))
    authors = connection.scalars(select(decision.c.author).where(decision.c.book_id.in_(book_ids)).distinct())
    logins = {login.strip() for together in authors for login in together.split(",")}
    logins |= set(connection.scalars(union(keyed, seen)))
    accounts = connection.execute(select(account.c.id, account.c.login).order_by(account.c.id))
    return tuple(row.id for row in accounts if row.login in logins)


def _named(kind: str, key: ColumnElement[int], which: ColumnElement[bool]) -> Select[str]:
    """What the audit calls such rows."""
    return select(literal(f"{kind}:") + cast(key, Text)).where(which)


def lots_before(connection: Connection, book_ids: Sequence[int]) -> int:
    """How many lots of exactly these books were drawn and not cancelled."""
    cancelled = exists().where(
        lot_closing.c.lot_id == lot.c.id, lot_closing.c.verdict == LotVerdict.CANCELLED
    )
    rows = connection.execute(select(lot.c.book_ids).where(~cancelled))
    return sum(set(row.book_ids) == set(book_ids) for row in rows)


_SEEN = lot_entry.join(lot_witness, lot_witness.c.lot_id == lot_entry.c.lot_id)
_OF_OPEN_SAMPLE = (lot_entry.c.part == Part.SAMPLE) & ~exists().where(
    lot_closing.c.lot_id == lot_entry.c.lot_id
)


def seen_before(person: Person) -> ColumnElement[bool]:
    """The condition on ``review_task`` that it is of the sample of an open lot that this person had seen before."""
    return exists(
        select(lot_entry.c.id)
        .select_from(_SEEN)
        .where(
            lot_entry.c.task_id == review_task.c.id,
            _OF_OPEN_SAMPLE,
            lot_witness.c.account_id == person.account_id,
        )
        .correlate(review_task)
    )


def witnesses_of_samples(connection: Connection, task_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """The accounts from which each of these tasks is kept that is of the sample of an open lot."""
    query = (
        select(lot_entry.c.task_id, lot_witness.c.account_id)
        .select_from(_SEEN)
        .where(lot_entry.c.task_id.in_(task_ids), _OF_OPEN_SAMPLE)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for row in connection.execute(query):
        found[row.task_id].add(row.account_id)
    return {task_id: frozenset(accounts) for task_id, accounts in found.items()}
