"""What other systems read: settled values with their state, the tokens they read with, and events about books."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.errors import NotThere
from pipeline.registry.statistics.book_states import BookState

MOST_DAYS = 366
"""Longest lifetime of a token, in days."""

MOST_TOKENS = 200
"""Largest number of tokens in force."""


class ApiScope(StrEnum):
    """A kind of data that a token may read."""

    BOOKS = "read:books"
    ENTRIES = "read:entries"
    SEARCH = "search"
    PACKAGES = "read:packages"


SCOPE_LABELS = {
    ApiScope.BOOKS: "danh sách sổ và tình trạng",
    ApiScope.ENTRIES: "các sự kiện của sổ",
    ApiScope.SEARCH: "tra cứu",
    ApiScope.PACKAGES: "bản kê của gói dữ liệu bàn giao",
}


class ApiTokenError(RegistryError):
    """A token cannot be created: its name is taken, it has no scope, or its lifetime is too long."""

    code = "api-token"


class UnknownApiToken(ApiTokenError, NotThere):
    """There is no token of that name."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token without its secret.

    Attributes:
        name: Unique among all tokens, also revoked ones.
        scopes: Values of ``ApiScope``, sorted.
        places: Codes of the registration places whose books it may read; None: all places.
        created_by: A login, or ``CONSOLE``.
        revoked_by: A login; ``""`` while it is not revoked.
        used_at: Last use, to the minute.
    """

    token_id: int
    name: str
    scopes: list[str]
    places: list[str] | None
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str
    used_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Return whether the token may be used."""
        return self.revoked_at is None and self.created_at <= now < self.expires_at

    @property
    def author(self) -> str:
        """Name of its user in the audit; it is no valid login."""
        return f"api:{self.name}"

    @property
    def person(self) -> Person:
        """The person on whose behalf the registry answers requests with this token."""
        places = None if self.places is None else frozenset(self.places)
        return Person(0, self.author, self.name, Role.SUPERVISOR, places)


@dataclass(frozen=True, slots=True)
class NewApiToken:
    """A new token; ``secret`` is shown once and stored nowhere."""

    token: ApiToken
    secret: str = field(repr=False)


FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class BookEvent:
    """A change of a book's readiness that no receiver has acknowledged yet.

    Attributes:
        number: Increases with every event.
        event_id: Lets a receiver recognize an event it already has.
        ready: Whether the book became ready, or is no longer ready.
        state: ``BookStage`` of the book; ``withdrawn`` for a withdrawn book.
        counts: Numbers of pages, entries and waiting tasks.
        attempts: Number of failed attempts to send it.
        attempted_at: Time of the last attempt.
    """

    number: int
    event_id: str
    book_id: int
    ready: bool
    state: str
    counts: Mapping[str, int]
    noted_at: datetime
    attempts: int
    attempted_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Return whether the event should be sent now; the wait doubles after each failed attempt."""
        if self.attempted_at is None or self.attempted_at > now:
            return True
        wait = min(FIRST_WAIT * (1 << min(self.attempts - 1, 16)), LONGEST_WAIT)
        return now - self.attempted_at >= wait


class PublishedState(StrEnum):
    """Whether a value may be taken for settled; only of ``SETTLED`` a value is told.

    Attributes:
        SETTLED: It may be delivered as it is.
        WAITING: Its entry waits for people, or a finding of it is open.
        UNKNOWN: The entry is settled, but of this field nothing is known.
        UNCONFIRMED: What would be delivered is a proposal that nobody has confirmed.
        UNSIGNED: An amendment of the entry wants its second signature.
        UNAPPROVED: The office approves its books, and this one is not approved as it is.
        ALTERED: A row of the entry was changed behind the program's back.
    """

    SETTLED = "settled"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    UNCONFIRMED = "unconfirmed"
    UNSIGNED = "unsigned"
    UNAPPROVED = "unapproved"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """A field of an entry.

    Attributes:
        column: The Ministry's column, ``""``: none.
        state: Whether the value may be taken for settled.
        value: What is delivered; ``""``: known to be blank; None unless settled.
        written: What stands on paper; None unless settled.
    """

    field: str
    label: str
    column: str
    state: PublishedState
    value: str | None
    written: str | None
    amended: bool


@dataclass(frozen=True, slots=True)
class PublishedAmendment:
    """An amendment in force.

    Attributes:
        kind: ``correction`` or ``supplement``.
        old: The value before; None unless the entry is settled.
        value: The value since, likewise.
        legal_basis: The article or the document.
        signed: Whether a second person has signed it, or the office does not want that.
    """

    field: str
    kind: str
    old: str | None
    value: str | None
    decision_number: str
    decided_on: str
    legal_basis: str
    authority: str
    signed: bool


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """An entry that stands.

    Attributes:
        scan: The name of the scan's file.
        state: ``SETTLED`` where every value of it may be taken for settled.
        values: Its fields that are on paper, or amended, in the order of the record.
        notes: The margin note as it is delivered; None unless settled.
        amendments: Those in force.
    """

    entry_id: int
    book_id: int
    record: str
    title: str
    scan: str
    ref: PageRef
    row: int
    state: PublishedState
    values: tuple[PublishedValue, ...]
    notes: str | None
    amendments: tuple[PublishedAmendment, ...]


@dataclass(frozen=True, slots=True)
class PublishedBooks:
    """Books in the order of their numbers; ``after``: the number to go on after, None where that is all."""

    books: tuple[BookState, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class PublishedEntries:
    """Entries of a book in its order; ``after``: the place to go on after, ``""`` where that is all."""

    entries: tuple[PublishedEntry, ...]
    after: str


def whole_state(states: Collection[PublishedState]) -> PublishedState:
    """Return the state of an entry by those of its values: what keeps the first of them from being settled."""
    open_states = (PublishedState.UNCONFIRMED, PublishedState.UNKNOWN)
    return next((one for one in open_states if one in states), PublishedState.SETTLED)
