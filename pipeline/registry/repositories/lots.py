"""Lots in the database: which entries can be drawn, who has seen them, and which tasks they keep from whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, exists, literal, select, union

from pipeline.registry.model.accounts import Person
from pipeline.registry.model.lots import LotVerdict, Part
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.tables.accounts import account
from pipeline.registry.tables.audit import audit
from pipeline.registry.tables.books import book, page, scan
from pipeline.registry.tables.desk import keying, ticket
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.lots import lot, lot_closing, lot_entry, lot_witness
from pipeline.registry.tables.reconciliation import difference
from pipeline.registry.tables.tasks import decision, review_task

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
