"""Events about books that wait until other systems received them, and the attempts to send them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Index, UniqueConstraint, func, select

from pipeline.delivery_rules import ApprovalPolicy
from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.columns import APPEND_ONLY, Json, ManyId, table
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.publishing.model import BookEvent
from pipeline.registry.search.following import SeenApproval, approvals_seen, note_approval
from pipeline.registry.statistics.book_states import BookStage, BookState, book_states


@dataclass(frozen=True, slots=True)
class WebhookEventRow:
    """A book that became ready, or is ready no more.

    ``event_id``: by which a receiver knows what it has already.
    """

    id: ManyId
    event_id: str
    book_id: int
    ready: bool
    state: str
    counts: Json[dict[str, int]]
    noted_at: datetime


webhook_event = table(
    "webhook_event",
    WebhookEventRow,
    UniqueConstraint("event_id"),
    Index(None, "book_id", "id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class WebhookAttemptRow:
    """An attempt to send an event.

    ``status``: of the answer, 0 where there was none; ``failure``: why not, as a code.
    """

    id: ManyId
    webhook_event_id: int
    status: int
    failure: str
    attempted_at: datetime


webhook_attempt = table(
    "webhook_attempt",
    WebhookAttemptRow,
    Index(None, "webhook_event_id", "id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


READY = (BookStage.READY, BookStage.DELIVERED)
GONE = "withdrawn"
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class BookChanges:
    """What is to be noted of books.

    Attributes:
        ready: Whether it is ready now, by each book of which that has changed since it was noted last.
        states: Where those books stand; nothing of one that is withdrawn.
        seen: Approvals that were found to hold, of which that was not known.
    """

    ready: Mapping[int, bool]
    states: Mapping[int, BookState]
    seen: tuple[SeenApproval, ...]


def book_changes(
    connection: Connection,
    declared: RecordSchema,
    approval: ApprovalPolicy,
    among: Collection[int] | None = None,
) -> BookChanges:
    """Return which books became ready, or are ready no more, since that was noted.

    Where the office approves its books, one is ready as long as it is approved as it is.

    Args:
        connection: A transaction; nothing is written.
        declared: The declared records and their tables.
        approval: What the office asks for before it delivers.
        among: Only these books; None: all.
    """
    last = select(func.max(webhook_event.c.id)).group_by(webhook_event.c.book_id)
    noted = select(webhook_event.c.book_id, webhook_event.c.ready).where(webhook_event.c.id.in_(last))
    told = {
        row.book_id: row.ready for row in connection.execute(noted) if among is None or row.book_id in among
    }
    states = {one.book_id: one for one in book_states(connection, None, among=among)}
    ready = frozenset(one.book_id for one in states.values() if one.stage in READY)
    seen: tuple[SeenApproval, ...] = ()
    if approval.book and ready:
        approved, seen = approvals_seen(connection, declared, ready)
        ready &= approved
    changed = {
        book_id: book_id in ready
        for book_id in sorted(states.keys() | told.keys())
        if (book_id in ready) != told.get(book_id, False)
    }
    return BookChanges(changed, {one: states[one] for one in changed if one in states}, seen)


def note_book_changes(connection: Connection, changes: BookChanges, now: datetime) -> int:
    """Note what has changed, as an event a book; return how many."""
    for one in changes.seen:
        note_approval(connection, one)
    rows = [
        _row(book_id, changes.states.get(book_id), ready, now) for book_id, ready in changes.ready.items()
    ]
    for row, number in zip(rows, add(connection, webhook_event, rows), strict=True):
        record(
            connection,
            MACHINE,
            "book-event-noted",
            f"book:{row['book_id']}",
            {"ready": row["ready"]},
            rows={webhook_event.name: [number]},
        )
    return len(rows)


def _row(book_id: int, state: BookState | None, ready: bool, now: datetime) -> dict[str, object]:
    counts = (
        {} if state is None else {"pages": state.pages, "entries": state.entries, "waiting": state.waiting}
    )
    return {
        "event_id": str(uuid.uuid4()),
        "book_id": book_id,
        "ready": ready,
        "state": GONE if state is None else state.stage.value,
        "counts": counts,
        "noted_at": now,
    }


def events_to_send(connection: Connection, now: datetime) -> tuple[BookEvent, ...]:
    """Return the events that nobody has received and that are due, the oldest first."""
    sent = select(webhook_attempt.c.webhook_event_id).where(webhook_attempt.c.status.between(200, 299))
    tried = (
        select(
            webhook_attempt.c.webhook_event_id,
            func.count().label("attempts"),
            func.max(webhook_attempt.c.id).label("last"),
        )
        .group_by(webhook_attempt.c.webhook_event_id)
        .subquery()
    )
    rows = connection.execute(
        select(webhook_event, tried.c.attempts, webhook_attempt.c.attempted_at)
        .outerjoin(tried, tried.c.webhook_event_id == webhook_event.c.id)
        .outerjoin(webhook_attempt, webhook_attempt.c.id == tried.c.last)
        .where(webhook_event.c.id.not_in(sent))
        .order_by(webhook_event.c.id)
    )
    waiting = (
        BookEvent(
            row.id,
            row.event_id,
            row.book_id,
            row.ready,
            row.state,
            row.counts,
            row.noted_at,
            row.attempts or 0,
            row.attempted_at,
        )
        for row in rows
    )
    return tuple(one for one in waiting if one.is_due(now))[:MOST_AT_ONCE]


def note_attempt(connection: Connection, event: BookEvent, status: int, failure: str, now: datetime) -> None:
    """Record an attempt to send an event; ``status`` 0 and ``failure``: there was no answer, and why."""
    row = {
        "webhook_event_id": event.number,
        "status": status,
        "failure": failure,
        "attempted_at": now,
    }
    add(connection, webhook_attempt, [row])
    detail = {"event": event.number, "status": status, "failure": failure}
    record(connection, MACHINE, "book-event-sent", f"book:{event.book_id}", detail)
