"""Extracts of entries: what is known of an entry before it is printed, and the book of those that were issued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.base.errors import RegistryError
from pipeline.base.model import Ledger, PageRef
from pipeline.delivery_rules import FieldLayers
from pipeline.registry.entries.model import StoredEntry

MOST_COPIES = 50
"""Copies of one extract under one number."""


class NumberTaken(RegistryError):
    """Somebody else was given the number, or the day ended, while the paper was set: the next number is asked for."""

    code = "number-taken"


@dataclass(frozen=True, slots=True)
class EntryToPrint:
    """An entry with all that decides whether it may be printed.

    Attributes:
        entry: The entry.
        folder_name: The name of its book's folder.
        ledger: Its book.
        layers: Both layers of its values.
        neighbours: The other entries of its page that stand, for the places of their rows.
        waits: Whether it waits for people.
        altered: The tables in which a row of it was changed behind the program's back.
        unsigned: Its fields whose amendments want a second signature.
        approved: Whether the book is approved as it is.
        scans: File names of the book's scans by content hash.
        state: The digest of all of this.
    """

    entry: StoredEntry
    folder_name: str
    ledger: Ledger
    layers: Mapping[str, FieldLayers]
    neighbours: tuple[StoredEntry, ...]
    waits: bool
    altered: tuple[str, ...]
    unsigned: tuple[str, ...]
    approved: bool
    scans: Mapping[str, str]
    state: str


@dataclass(frozen=True, slots=True)
class ExtractOrder:
    """What is asked of an extract.

    Attributes:
        recipient: Who gets it.
        reason: What for.
        copies: How many copies are signed under its number.
        signer: Who signs it.
        signer_title: Their title.
        token: The mark of the form that was sent.
    """

    recipient: str
    reason: str
    copies: int = 1
    signer: str = ""
    signer_title: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class SetExtract:
    """An extract that is set and waits for its place in the book of issued extracts.

    Attributes:
        office: The short name of the office.
        year: The year of the series.
        number: The number that stands on it.
        issued_on: The day that stands on it.
        entry_number: The number of the entry.
        subject: Whom the entry is about.
        state: The digest of the entry that it was set from.
        template_sha256: Of the template.
        pdf: The file.
    """

    office: str
    year: int
    number: int
    issued_on: date
    entry_number: str
    subject: str
    state: str
    template_sha256: str
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class IssuedExtract:
    """A line of the book of issued extracts.

    Attributes:
        extract_id: Its number in the registry.
        office: The short name of the office.
        year: The year of the series.
        number: Its number in the series.
        record: The kind of event.
        book_id: The book of its entry.
        folder_name: The name of that book's folder.
        ref: The page of its entry.
        row: The row of its entry.
        entry_id: Its entry; None where the entry stands no more.
        entry_number: The number of the entry as it was printed.
        subject: Whom the entry is about, as it was printed.
        recipient: Who got it.
        reason: What for.
        copies: How many copies.
        signer: Who signs it.
        signer_title: Their title.
        pdf_sha256: Of the file.
        author: Who issued it.
        issued_on: The day on the paper.
        issued_at: When it was issued.
        void_reason: Why it was declared void; ``""``: it was not.
        voided_by: Who declared it void.
        voided_at: When.
        outdated: What has become of its entry since, as the end of a sentence; ``""``: the entry says what it said, or
            nobody has looked.
    """

    extract_id: int
    office: str
    year: int
    number: int
    record: str
    book_id: int
    folder_name: str
    ref: PageRef
    row: int
    entry_id: int | None
    entry_number: str
    subject: str
    recipient: str
    reason: str
    copies: int
    signer: str
    signer_title: str
    pdf_sha256: str
    author: str
    issued_on: date
    issued_at: datetime
    void_reason: str = ""
    voided_by: str = ""
    voided_at: datetime | None = None
    outdated: str = ""

    @property
    def told_number(self) -> str:
        """The number with its year, as on the paper."""
        return f"{self.number}/{self.year}"

    @property
    def is_void(self) -> bool:
        """Whether it was declared void."""
        return self.voided_at is not None


@dataclass(frozen=True, slots=True)
class IssueFilter:
    """Which lines of the book of issued extracts are asked for, the newest first.

    Attributes:
        office: Only of this office; ``""``: of all.
        year: Only of this year.
        number: Only of this number.
        book_id: Only of entries of this book.
        start: How many lines to pass over.
        most: How many lines at most.
    """

    office: str = ""
    year: int | None = None
    number: int | None = None
    book_id: int | None = None
    start: int = 0
    most: int = 100


@dataclass(frozen=True, slots=True)
class IssueBook:
    """A part of the book of issued extracts: ``rows``, newest first, of ``found`` lines."""

    rows: tuple[IssuedExtract, ...]
    found: int
