"""Lots of acceptance sampling in the database: their entries, their witnesses, and the tasks withheld from these."""

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
from pipeline.registry.accounts.rows import account
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.database.audit.chain import audit
from pipeline.registry.database.audit.row_digests import forged
from pipeline.registry.database.columns import APPEND_ONLY, Id, Json, newest_only, refers, table
from pipeline.registry.entries.rows import entry
from pipeline.registry.reconciliation.model import difference
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import decision, keying, review_task, ticket


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot as it was drawn.

    ``entries``: all settled entries of its books at that time (runs of ids, ``size`` in all); ``sample``: the ids drawn
    by ``seed``; ``acceptance``, ``quality``: the plan; ``turn``: 1 for the first lot of these books.
    """

    id: Id
    place_code: str
    book_ids: Json[list[int]]
    preset: str
    turn: int
    entries: Json[list[list[int]]]
    size: int
    sample: Json[list[int]]
    acceptance: int
    quality: Json[dict[str, Any]]
    fields: str
    seed: str
    account_id: int
    login: str
    drawn_at: datetime


lot = table(
    "lot", LotRow, Index(None, "place_code"), sqlite_autoincrement=True, info=newest_only(APPEND_ONLY)
)


@dataclass(frozen=True, slots=True)
class LotEntryRow:
    """An entry whose ``fields`` were reopened.

    ``part``: it belongs to the ``sample``, or to the ``rest`` that was reopened when the lot was rejected.
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
    """A person who saw or keyed anything of the books before the draw; tasks of the sample are withheld from them."""

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

    ``bound``: upper bound of the share of wrong entries.
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
    "lot_closing",
    LotClosingRow,
    UniqueConstraint("lot_id"),
    sqlite_autoincrement=True,
    info=newest_only(APPEND_ONLY),
)


class Part(StrEnum):
    """The part of a lot to which a reopened entry belongs."""

    SAMPLE = "sample"
    REST = "rest"


class LotVerdict(StrEnum):
    """How a lot was closed."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


BOUND_RISK = 0.05
"""Probability that the share of wrong entries exceeds the bound."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The results of checking a sample so far.

    Attributes:
        checked: Entries with all fields checked.
        wrong: Entries with at least one wrong field.
    """

    checked: int
    wrong: int
    fields_checked: int
    fields_wrong: int


@dataclass(frozen=True, slots=True)
class Closing:
    """How a lot was closed.

    Attributes:
        findings: The results of the sample until then.
        bound: Upper bound of the share of wrong entries.
    """

    verdict: LotVerdict
    findings: Findings
    bound: float
    reason: str
    login: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class CharacterErrors:
    """The characters of the checked values of a sample, and the wrong ones; ``fields_wrong``: the values with them."""

    checked: int
    wrong: int
    fields_wrong: int


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot of books whose entries are accepted or rejected together.

    Attributes:
        plan: The sampling plan by which the lot is judged.
        questioned: Reopened entries of the sample.
        reopened: Reopened entries of the rest.
        left: Entries that are still to be reopened.
        checkers: How many accounts may check the lot.
        findings: The results of the sample so far.
        closing: The verdict; None while the lot is open.
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
        """Whether the results decide: the sample is checked, or more entries are wrong than the plan accepts."""
        whole = self.findings.checked >= self.plan.sample
        return whole or (self.findings.wrong > self.plan.acceptance and not self.plan.is_whole)

    @property
    def verdict(self) -> LotVerdict:
        """The verdict of the plan on the results so far."""
        passes = self.plan.is_whole or self.findings.wrong <= self.plan.acceptance
        return LotVerdict.ACCEPTED if passes else LotVerdict.REJECTED

    @property
    def bound(self) -> float:
        """Upper bound of the share (0..1) of wrong entries in the lot as drawn, with 95 % confidence."""
        return bound_of(self.plan, self.findings)


def bound_of(plan: SamplingPlan, findings: Findings) -> float:
    """Return the upper bound of the share of wrong entries; unchecked entries do not count."""
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
"""Actions of the audit by which a person saw something of a book; their subject is the book, or one of its tasks,
tickets, differences or entries."""


def settled_entries(connection: Connection, book_ids: Sequence[int]) -> tuple[int, ...]:
    """Return the ids of the standing entries of these books without an open task, ascending."""
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
    """Return the accounts that keyed, decided or were shown anything of these books."""
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
    """Return the subjects of such rows in the audit."""
    return select(literal(f"{kind}:") + cast(key, Text)).where(which)


def held_lots(connection: Connection) -> frozenset[int]:
    """Return the lots that are held back, since they or what closed them are not the program's own."""
    closings: dict[int, int] = dict(connection.execute(select(lot_closing.c.id, lot_closing.c.lot_id)).all())
    held = forged(connection, lot.name, connection.scalars(select(lot.c.id)).all())
    return held | {closings[one] for one in forged(connection, lot_closing.name, closings)}


def lots_before(connection: Connection, book_ids: Sequence[int]) -> int:
    """Return the number of lots of exactly these books that were not cancelled."""
    cancelled = exists().where(
        lot_closing.c.lot_id == lot.c.id, lot_closing.c.verdict == LotVerdict.CANCELLED
    )
    own = lot.c.id.not_in(held_lots(connection))
    drawn = connection.scalars(select(lot.c.book_ids).where(~cancelled, own))
    return sum(set(ids) == set(book_ids) for ids in drawn)


_SEEN = lot_entry.join(lot_witness, lot_witness.c.lot_id == lot_entry.c.lot_id)
_OF_OPEN_SAMPLE = (lot_entry.c.part == Part.SAMPLE) & ~exists().where(
    lot_closing.c.lot_id == lot_entry.c.lot_id
)


def seen_before(account_id: int) -> ColumnElement[bool]:
    """Return the condition that a task is of the sample of an open lot of which the person is a witness."""
    return exists(
        select(lot_entry.c.id)
        .select_from(_SEEN)
        .where(
            lot_entry.c.task_id == review_task.c.id,
            _OF_OPEN_SAMPLE,
            lot_witness.c.account_id == account_id,
        )
        .correlate(review_task)
    )


def witnesses_of_samples(connection: Connection, task_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Return by task of the sample of an open lot the accounts from which it is withheld."""
    query = (
        select(lot_entry.c.task_id, lot_witness.c.account_id)
        .select_from(_SEEN)
        .where(lot_entry.c.task_id.in_(task_ids), _OF_OPEN_SAMPLE)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for task_id, account_id in connection.execute(query):
        found[task_id].add(account_id)
    return {task_id: frozenset(accounts) for task_id, accounts in found.items()}
