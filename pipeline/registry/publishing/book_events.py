"""Events about books for other systems, and the attempts to send them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Index, UniqueConstraint, func, select

from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.registry.approvals.rows import book_approval
from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.proven_rows import ProvenRows
from pipeline.registry.database.audit.row_digests import compared
from pipeline.registry.database.columns import APPEND_ONLY, PROVEN, Json, ManyId, rows_of, table
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.publishing.model import BookEvent, ForgedNotice
from pipeline.registry.search.following import SeenApproval, approvals_seen, note_approval
from pipeline.registry.statistics.book_states import BookStage, BookState, book_states


@dataclass(frozen=True, slots=True)
class WebhookEventRow:
    """A change of a book's readiness; ``event_id`` lets a receiver recognize an event it already has."""

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
    info=PROVEN,
)


ATTEMPTS = "webhook_attempt"


@dataclass(frozen=True, slots=True)
class WebhookAttemptRow:
    """An attempt to send an event.

    ``status``: HTTP status of the answer, 0 without an answer; ``failure``: code of the reason for that.
    """

    id: ManyId
    webhook_event_id: int
    status: int
    failure: str
    attempted_at: datetime


webhook_attempt = table(
    ATTEMPTS,
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
    """Changes of books since the last events.

    Attributes:
        ready: Whether the book is ready now, for each book whose readiness changed.
        states: State of those books; withdrawn books are missing.
        seen: Approvals newly found to be in force.
    """

    ready: Mapping[int, bool]
    states: Mapping[int, BookState]
    seen: tuple[SeenApproval, ...]


def book_changes(
    connection: Connection,
    declared: RecordSchema,
    approval: ApprovalPolicy,
    key: Key | None,
    among: Collection[int] | None = None,
) -> BookChanges:
    """Return the changes of readiness since the last events; nothing is written.

    In an office that approves its books, a book is ready only while its approval is in force and the program's own.
    After an event that is not the program's own, the state of its book counts as changed.

    Args:
        among: Only these books; None: all books.
    """
    last = select(func.max(webhook_event.c.id)).group_by(webhook_event.c.book_id)
    query = select(webhook_event).where(webhook_event.c.id.in_(last))
    noted = [
        row for row in rows_of(connection, WebhookEventRow, query) if among is None or row.book_id in among
    ]
    forged = compared(connection, key, webhook_event.name, [row.id for row in noted]).altered
    was_ready = {row.book_id: row.ready for row in noted}
    to_say_again = {row.book_id for row in noted if row.id in forged}
    states = {one.book_id: one for one in book_states(connection, None, among=among)}
    ready = frozenset(one.book_id for one in states.values() if one.stage in READY)
    seen: tuple[SeenApproval, ...] = ()
    if approval.book and ready:
        approved, seen = approvals_seen(connection, declared, ready)
        ready &= approved - _books_with_forged_approval(connection, key, approved)
    changed = {
        book_id: book_id in ready
        for book_id in sorted(states.keys() | was_ready.keys())
        if (book_id in ready) != was_ready.get(book_id, False) or book_id in to_say_again
    }
    known = {book_id: states[book_id] for book_id in changed if book_id in states}
    return BookChanges(changed, known, seen)


def _books_with_forged_approval(
    connection: Connection, key: Key | None, books: Collection[int]
) -> frozenset[int]:
    newest = select(func.max(book_approval.c.id)).where(book_approval.c.book_id.in_(books))
    ids = connection.scalars(newest.group_by(book_approval.c.book_id)).all()
    forged = compared(connection, key, book_approval.name, ids).altered
    of_forged = select(book_approval.c.book_id).where(book_approval.c.id.in_(forged))
    return frozenset(connection.scalars(of_forged)) if forged else frozenset()


def note_book_changes(connection: Connection, changes: BookChanges, now: datetime) -> int:
    """Record an event for each changed book; return their number."""
    for approval in changes.seen:
        note_approval(connection, approval)
    rows = [
        _row(book_id, changes.states.get(book_id), ready, now) for book_id, ready in changes.ready.items()
    ]
    numbers = add(connection, webhook_event, rows)
    for (book_id, ready), number in zip(changes.ready.items(), numbers, strict=True):
        event = {webhook_event.name: [number]}
        record(connection, MACHINE, "book-event-noted", f"book:{book_id}", {"ready": ready}, rows=event)
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


def events_to_send(
    connection: Connection, keys: Sequence[Key], attempts: ProvenRows, now: datetime
) -> tuple[BookEvent, ...]:
    """Return the unacknowledged events that are due and the program's own, oldest first.

    An attempt that is not the program's own counts for nothing: it keeps no event back.
    """
    own = webhook_attempt.c.id.not_in(_forged_attempts(connection, attempts))
    received = webhook_attempt.c.status.between(200, 299)
    sent = select(webhook_attempt.c.webhook_event_id).where(received, own)
    tried = (
        select(
            webhook_attempt.c.webhook_event_id,
            func.count().label("attempts"),
            func.max(webhook_attempt.c.id).label("last"),
        )
        .where(own)
        .group_by(webhook_attempt.c.webhook_event_id)
        .subquery()
    )
    query = (
        select(webhook_event, func.coalesce(tried.c.attempts, 0), webhook_attempt.c.attempted_at)
        .outerjoin(tried, tried.c.webhook_event_id == webhook_event.c.id)
        .outerjoin(webhook_attempt, webhook_attempt.c.id == tried.c.last)
        .where(webhook_event.c.id.not_in(sent))
        .order_by(webhook_event.c.id)
    )
    due = [event for event in rows_of(connection, BookEvent, query) if event.is_due(now)]
    forged = compared(connection, _newest(keys), webhook_event.name, [event.number for event in due]).altered
    return tuple(event for event in due if event.number not in forged)[:MOST_AT_ONCE]


def forged_notices(
    connection: Connection, keys: Sequence[Key], attempts: ProvenRows, newest: int | None = None
) -> tuple[ForgedNotice, ...]:
    """Return the events and the attempts to send them that are not the program's own, events first.

    Args:
        newest: Compare only so many events and attempts, those with the highest ids; None: all.
    """
    ids = connection.scalars(
        select(webhook_event.c.id).order_by(webhook_event.c.id.desc()).limit(newest)
    ).all()
    events = compared(connection, _newest(keys), webhook_event.name, ids).altered
    attempted = _forged_attempts(connection, attempts, newest)
    event_place = select(webhook_event.c.id, webhook_event.c.book_id).where(webhook_event.c.id.in_(events))
    attempt_place = (
        select(webhook_attempt.c.id, webhook_event.c.book_id)
        .outerjoin(webhook_event, webhook_event.c.id == webhook_attempt.c.webhook_event_id)
        .where(webhook_attempt.c.id.in_(attempted))
    )
    return tuple(
        ForgedNotice(table.name, row_id, book_id)
        for table, place in ((webhook_event, event_place), (webhook_attempt, attempt_place))
        for row_id, book_id in connection.execute(place.order_by(table.c.id))
    )


def _forged_attempts(
    connection: Connection, attempts: ProvenRows, newest: int | None = None
) -> frozenset[int]:
    ids = select(webhook_attempt.c.id).order_by(webhook_attempt.c.id.desc()).limit(newest)
    return attempts.forged(connection, ATTEMPTS, connection.scalars(ids).all())


def _newest(keys: Sequence[Key]) -> Key | None:
    return keys[-1] if keys else None


def note_attempt(connection: Connection, event: BookEvent, status: int, failure: str, now: datetime) -> None:
    """Record an attempt to send an event; ``status`` 0: no answer, for the reason ``failure``."""
    row = {
        "webhook_event_id": event.number,
        "status": status,
        "failure": failure,
        "attempted_at": now,
    }
    add(connection, webhook_attempt, [row])
    detail = {"event": event.number, "status": status, "failure": failure}
    record(connection, MACHINE, "book-event-sent", f"book:{event.book_id}", detail)
