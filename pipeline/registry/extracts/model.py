"""Extracts of entries: the entry to print, the order, and the book of issued extracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pipeline.base.errors import RegistryError
from pipeline.base.model import Ledger, PageRef
from pipeline.delivery_rules import FieldLayers
from pipeline.registry.entries.model import StoredEntry

MOST_COPIES = 50
"""Maximum number of copies under one number."""


class NumberTaken(RegistryError):
    """The number was taken by another extract, or the day ended, while the paper was set; the caller tries again."""

    code = "number-taken"


@dataclass(frozen=True, slots=True)
class EntryToPrint:
    """An entry with all that decides whether it may be printed.

    Attributes:
        neighbours: The other entries of its page that stand, for the places of their rows.
        altered: The tables with a row that was changed behind the program's back.
        unsigned: Fields whose amendments need a second signature.
        scans: File names of the book's scans by content hash.
        held: What the office asked for before it delivers, and who amended, signed and approved.
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
    held: Mapping[str, Any]
    state: str


@dataclass(frozen=True, slots=True)
class ExtractOrder:
    """The order of an extract.

    Attributes:
        copies: How many copies are signed under its number.
        token: The mark of the form that was sent.
        paper: The kind of paper.
    """

    recipient: str
    reason: str
    copies: int = 1
    signer: str = ""
    signer_title: str = ""
    token: str = ""
    paper: str = "extract"


@dataclass(frozen=True, slots=True)
class SetExtract:
    """An extract that is set and waits for its place in the book of issued extracts.

    Attributes:
        office: The short name of the office.
        year: The year of the series.
        state: The digest of the entry that it was set from.
    """

    office: str
    year: int
    number: int
    issued_on: date
    entry_number: str
    subject: str
    state: str
    template_sha256: str
    pdf: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class IssuedExtract:
    """A line of the book of issued extracts.

    Attributes:
        office: The short name of the office.
        year: The year of the series.
        entry_id: Its entry; None if the entry no longer stands.
        entry_number: The number of the entry as it was printed.
        subject: The person whom the entry concerns, as printed.
        day: The day on the paper, in ISO 8601.
        void_reason: Why it was declared void; ``""``: it was not.
        held: What the office asked for when it was issued, who amended, signed and approved, and the kind of paper;
            None: not known.
        state: The digest of the entry that it was printed from.
        outdated: The later change of its entry, as the end of a sentence; ``""`` if it is unchanged or not checked.
    """

    extract_id: int
    office: str
    year: int
    number: int
    record: str
    book_id: int
    folder_name: str
    scan_sha256: str
    page_no: int
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
    day: str
    issued_at: datetime
    void_reason: str = ""
    voided_by: str = ""
    voided_at: datetime | None = None
    held: Mapping[str, Any] | None = None
    state: str = ""
    outdated: str = ""

    @property
    def ref(self) -> PageRef:
        return PageRef(self.scan_sha256, self.page_no)

    @property
    def issued_on(self) -> date:
        return date.fromisoformat(self.day)

    @property
    def held_words(self) -> tuple[str, ...]:
        """What the office asked for and who signed, where the entry was amended or an approval was asked for."""
        if self.held is None:
            return ()
        asked = self.held["approval"]
        words = [
            f"cải chính do {one['noted_by']} ghi, "
            + (f"{one['signed_by']} ký xác nhận" if one["signed_by"] else "không ai ký xác nhận")
            for one in self.held["amendments"].values()
        ]
        if words and not asked["amendments"]:
            words.append("lúc cấp, cơ quan không đòi người thứ hai ký")
        if asked["book"]:
            words.append(f"sổ do {self.held['approved_by']} phê duyệt")
        return tuple(dict.fromkeys(words))

    @property
    def paper(self) -> str:
        """The kind of paper."""
        return str((self.held or {}).get("paper", "extract"))

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
    """Filters of the book of issued extracts.

    Attributes:
        office: Its code, in capitals or small letters; ``""``: all offices.
        start: Number of lines to skip.
        most: Maximum number of lines.
    """

    office: str = ""
    year: int | None = None
    number: int | None = None
    book_id: int | None = None
    start: int = 0
    most: int = 100


@dataclass(frozen=True, slots=True)
class IssueBook:
    """A part of the book of issued extracts: ``rows``, newest first; ``found``: number of all matching lines."""

    rows: tuple[IssuedExtract, ...]
    found: int
