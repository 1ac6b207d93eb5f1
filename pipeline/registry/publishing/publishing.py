"""The data that other systems read, and their tokens; each call is a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry.database.audit.proven_rows import ProvenRows
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.publishing import api_tokens, book_events, reading
from pipeline.registry.publishing.model import (
    ApiScope,
    ApiToken,
    BookEvent,
    ForgedNotice,
    NewApiToken,
    PublishedBooks,
    PublishedEntries,
    PublishedEntry,
)
from pipeline.registry.publishing.reading import PublishingPolicy
from pipeline.registry.statistics.book_states import BookState


class Publishing:
    """Tokens of other systems, and what those may read.

    Args:
        now: The clock, in UTC.
        attempts: Whether attempts to send events are the program's own.
    """

    def __init__(
        self,
        database: Database,
        declared: RecordSchema,
        now: Callable[[], datetime],
        attempts: ProvenRows,
    ) -> None:
        self._database, self._declared, self._now, self._attempts = database, declared, now, attempts

    def create_token(
        self,
        name: str,
        scopes: Collection[ApiScope],
        places: Collection[str] | None,
        days: int,
        *,
        author: str,
    ) -> NewApiToken:
        """Make a token (``publishing.api_tokens``)."""
        with self._database.writing() as connection:
            hold(connection, Whole.ACCOUNTS)
            return api_tokens.create_api_token(
                connection, name, scopes, places, days, self._now(), author=author
            )

    def revoke_token(self, name: str, *, author: str) -> ApiToken:
        """End a token at once (``publishing.api_tokens``)."""
        with self._database.writing() as connection:
            hold(connection, Whole.ACCOUNTS)
            return api_tokens.revoke_api_token(connection, name, self._now(), author=author)

    def tokens(self) -> tuple[ApiToken, ...]:
        """All tokens there ever were, the newest first."""
        with self._database.reading() as connection:
            return api_tokens.api_tokens(connection)

    def token_in_force(self, secret: str) -> ApiToken | None:
        """The token of a secret, if it may be used now."""
        with self._database.reading() as connection:
            return api_tokens.token_in_force(connection, secret, self._database.key, self._now())

    def note_read(self, token: ApiToken, route: str, subject: str) -> None:
        """Record that a system is about to read something."""
        with self._database.writing() as connection:
            api_tokens.note_api_read(connection, token, route, subject, self._now())

    def books(self, places: Collection[str] | None, after: int, most: int) -> PublishedBooks:
        """Books by their numbers, those above ``after`` (``publishing.reading``)."""
        with self._database.reading() as connection:
            return reading.published_books(connection, places, after, most)

    def book(self, places: Collection[str] | None, book_id: int) -> BookState:
        """One book. Raises ``NotThere``."""
        with self._database.reading() as connection:
            return reading.published_book(connection, places, book_id)

    def entries(
        self,
        places: Collection[str] | None,
        book_id: int,
        after: str,
        most: int,
        delivery: DeliveryPolicy,
        approval: ApprovalPolicy,
    ) -> PublishedEntries:
        """Entries of a book in its order (``publishing.reading``). Raises ``NotThere``."""
        policy = PublishingPolicy(delivery, approval, self._database.key)
        with self._database.reading() as connection:
            return reading.published_entries(connection, self._declared, places, book_id, after, most, policy)

    def entry(
        self,
        places: Collection[str] | None,
        entry_id: int,
        delivery: DeliveryPolicy,
        approval: ApprovalPolicy,
    ) -> PublishedEntry:
        """One entry. Raises ``NotThere``."""
        policy = PublishingPolicy(delivery, approval, self._database.key)
        with self._database.reading() as connection:
            return reading.published_entry(connection, self._declared, places, entry_id, policy)

    def entries_among(
        self,
        places: Collection[str] | None,
        entry_ids: Collection[int],
        delivery: DeliveryPolicy,
        approval: ApprovalPolicy,
    ) -> dict[int, PublishedEntry]:
        """Those of these entries that may be read, by their numbers (``publishing.reading``)."""
        policy = PublishingPolicy(delivery, approval, self._database.key)
        with self._database.reading() as connection:
            return reading.published_among(connection, self._declared, places, entry_ids, policy)

    def note_book_events(self, approval: ApprovalPolicy) -> int:
        """Note which books became ready, or are ready no more (``publishing.book_events``).

        Nobody waits for the look at all books: only those that have changed are looked at once more to be noted.
        """
        with self._database.reading() as connection:
            changes = book_events.book_changes(connection, self._declared, approval, self._database.key)
        if not (changes.ready or changes.seen):
            return 0
        with self._database.writing() as connection:
            hold(connection, Whole.EVENTS)
            among = frozenset(changes.ready)
            now = book_events.book_changes(connection, self._declared, approval, self._database.key, among)
            return book_events.note_book_changes(
                connection, replace(now, seen=(*changes.seen, *now.seen)), self._now()
            )

    def events_to_send(self) -> tuple[BookEvent, ...]:
        """Events that nobody has received and that are due, the oldest first."""
        with self._database.reading() as connection:
            return book_events.events_to_send(connection, self._database.keys, self._attempts, self._now())

    def forged_notices(self, newest: int | None = None) -> tuple[ForgedNotice, ...]:
        """Rows about notices that are not the program's own (``publishing.book_events``)."""
        with self._database.reading() as connection:
            return book_events.forged_notices(connection, self._database.keys, self._attempts, newest)

    def note_attempt(self, event: BookEvent, status: int, failure: str) -> None:
        """Record an attempt to send an event."""
        with self._database.writing() as connection:
            book_events.note_attempt(connection, event, status, failure, self._now())
