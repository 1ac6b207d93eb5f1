"""The data that other systems read: values with their state, access tokens, and events about books."""

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


@dataclass(frozen=True, slots=True)
class ForgedNotice:
    """A row about a notice to another system that is not the program's own.

    Attributes:
        book_id: The book that the notice is about; None: no event of that number exists.
    """

    table: str
    row_id: int
    book_id: int | None

    @property
    def sentence(self) -> str:
        about = "không rõ sổ nào" if self.book_id is None else f"sổ mã {self.book_id}"
        return (
            f"tin báo cho hệ thống khác về {about}: dòng {self.table} {self.row_id} không do chương trình ghi"
        )


class PublishedState(StrEnum):
    """The state of a published value or entry; only ``SETTLED`` values are published.

    Attributes:
        SETTLED: It may be delivered as it is.
        WAITING: Its entry waits for people or has an open finding.
        UNKNOWN: The entry is settled, but the field has no value.
        UNCONFIRMED: The value to be delivered is a proposal that nobody has confirmed.
        UNSIGNED: An amendment of the entry lacks its second signature.
        UNAPPROVED: The office approves its books, and the present state of this book is not approved.
        ALTERED: A row of the entry was altered in the database.
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
        column: The Ministry's column, or ``""``.
        value: The delivered value; ``""`` if known to be blank; None unless settled.
        written: The text on paper; None unless settled.
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
        value: The new value, likewise.
        legal_basis: The article or the document.
        signed: Whether a second person has signed it, or the office requires no second signature.
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
    """A valid entry.

    Attributes:
        scan: File name of the scan.
        state: ``SETTLED`` if all its values are settled.
        values: Fields on paper or with an amendment, in the order of the record.
        notes: The margin note as delivered; None unless settled.
        amendments: Amendments in force.
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
    """Books by id; ``after``: the id after which to continue, None at the end."""

    books: tuple[BookState, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class PublishedEntries:
    """Entries of a book in its order; ``after``: cursor for the next entries, ``""`` at the end."""

    entries: tuple[PublishedEntry, ...]
    after: str


def whole_state(states: Collection[PublishedState]) -> PublishedState:
    """Return the state of an entry by those of its values: what keeps the first of them from being settled."""
    open_states = (PublishedState.UNCONFIRMED, PublishedState.UNKNOWN)
    return next((one for one in open_states if one in states), PublishedState.SETTLED)
