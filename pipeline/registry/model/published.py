"""Books and entries as other systems read them: what is settled with its value, all else with its state alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from pipeline.base.model import PageRef
from pipeline.registry.model.book_states import BookState


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
