"""Physical books and handover notes as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Direction(StrEnum):
    """Whether books leave the place that keeps them, or come back."""

    OUT = "out"
    BACK = "back"


DIRECTION_LABELS = {Direction.OUT: "giao đi", Direction.BACK: "nhận lại"}


class CustodyAct(StrEnum):
    """What people do with a note: each side signs it, or it is cancelled before both have signed."""

    GIVER = "giver"
    RECEIVER = "receiver"
    CANCELLED = "cancelled"


SIDES = {CustodyAct.GIVER: "bên giao", CustodyAct.RECEIVER: "bên nhận"}


@dataclass(frozen=True, slots=True)
class BookDescription:
    """A physical book as a person describes it; see ``PhysicalBookRow``."""

    folder_name: str
    place_code: str
    record: str
    volume: str
    shelf: str = ""
    box: str = ""
    condition: str = ""
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class NotedBook:
    """A book on a note, with its condition and pages at the handover."""

    folder_name: str
    record: str
    volume: str
    shelf: str
    box: str
    condition: str
    pages: int | None


@dataclass(frozen=True, slots=True)
class CustodyParty:
    """The giver or receiver of books."""

    office: str
    name: str
    title: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.name, self.office)))


@dataclass(frozen=True, slots=True)
class CustodyOrder:
    """A handover note to make.

    Attributes:
        conditions: The condition now by folder name; other books keep the condition of their description.
        due_on: The day by which the books come back; ``None``: not agreed.
    """

    direction: Direction
    folder_names: tuple[str, ...]
    giver: CustodyParty
    receiver: CustodyParty
    handed_on: date
    due_on: date | None = None
    remark: str = ""
    conditions: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CustodySignature:
    """A signature or cancellation; ``on_paper``: ``author`` says that ``name`` has signed the paper."""

    name: str
    on_paper: bool
    reason: str
    author: str
    acted_at: datetime


@dataclass(frozen=True, slots=True)
class CustodyNote:
    """A handover note with what people did with it."""

    note_id: int
    place_code: str
    direction: Direction
    books: tuple[NotedBook, ...]
    giver: CustodyParty
    receiver: CustodyParty
    handed_on: date
    due_on: date | None
    remark: str
    author: str
    made_at: datetime
    acts: Mapping[CustodyAct, CustodySignature]

    @property
    def is_cancelled(self) -> bool:
        return CustodyAct.CANCELLED in self.acts

    @property
    def is_signed(self) -> bool:
        """Whether both sides have signed, so that the books have changed hands."""
        return not self.is_cancelled and all(side in self.acts for side in SIDES)

    @property
    def is_open(self) -> bool:
        return not self.is_cancelled and not self.is_signed

    @property
    def signed_at(self) -> datetime:
        """The moment of the last signature, of a signed note."""
        return max(act.acted_at for act in self.acts.values())


@dataclass(frozen=True, slots=True)
class BookCustody:
    """A physical book today.

    Attributes:
        book_id: The book in the registry; None before its first scan.
        scanned: The number of its scanned pages, covers included.
        out: The signed note by which it is away; None: it stands on its shelf.
        open_note: The note that waits for a signature and names it.
        last_condition: Condition on the last signed note, if it differs from the condition on the note before.
    """

    description: BookDescription
    described_at: datetime
    author: str
    book_id: int | None
    scanned: int
    out: CustodyNote | None
    open_note: CustodyNote | None
    last_condition: str = ""

    def is_late(self, today: date) -> bool:
        """Whether it has not come back by its day."""
        return self.out is not None and self.out.due_on is not None and self.out.due_on < today
