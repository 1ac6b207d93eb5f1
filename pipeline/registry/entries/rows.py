"""The tables of entries: readings and findings of every run, and rows that change a reading without a new run.

``current_readings`` says how clear values, values drawn for a blind check, added fields and redrawn regions overlay
readings.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Index, Select, UniqueConstraint

from pipeline.base.model import PageRef
from pipeline.registry.books.rows import on_page, page, scan
from pipeline.registry.data_entry.model import Corners
from pipeline.registry.database.columns import (
    APPEND_ONLY,
    CHANGING,
    REMOVABLE,
    Id,
    Json,
    ManyId,
    column,
    refers,
    table,
    uncovered,
)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry, the same over all runs.

    ``found``: the latest run found the entry; ``stands``: it exists and is not withdrawn (``projections``); ``number``,
    ``year`` and ``unaccepted`` follow from its effective values.
    """

    id: Id
    page_id: Annotated[int, refers("page")]
    row: int
    record: str
    found: bool
    stands: bool
    accepted: bool
    number: str | None
    year: int | None
    number_text: str
    unaccepted: Json[dict[str, str] | None]


entry = table("entry", EntryRow, UniqueConstraint("page_id", "row"), info=CHANGING)

ENTRIES = entry.join(page).join(scan)
"""Entries with their pages and scans."""


def on_entry(rows: FromClause) -> ColumnElement[bool]:
    """Return the condition that rows name an entry of ``ENTRIES`` by book, scan, page and row."""
    return on_page(rows) & (rows.c.row == entry.c.row)


def about_fields(
    rows: FromClause, entry_ids: Collection[int] | Select[Any], field: str | None = None
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that rows are about these entries, and about one field of them if it is given."""
    of_field = () if field is None else (rows.c.field == field,)
    return rows.c.entry_id.in_(entry_ids), *of_field


Subject: TypeAlias = tuple[int, int | None]
"""The id of a page and the id of an entry on it; None: the page itself.

It is the key of a place within one database. ``RegistryPart`` names a place by the content of its scan, for rows that
outlive readings.
"""


@dataclass(frozen=True, slots=True)
class SubjectPlace:
    """The place of an entry, or of a page itself (``row``: ``PAGE_ITSELF``), in its book."""

    page_id: int
    row: int
    page_no: int
    sha256: str
    name: str
    book_id: int
    place_code: str

    @property
    def ref(self) -> PageRef:
        return PageRef(self.sha256, self.page_no)

    @property
    def subject(self) -> Subject:
        return self.page_id, None


@dataclass(frozen=True, slots=True)
class EntryPlace(SubjectPlace):
    """An entry with its place; the fields are those of ``EntryRow``."""

    id: int
    record: str
    found: bool
    stands: bool
    accepted: bool
    number: str | None
    year: int | None
    number_text: str
    unaccepted: dict[str, str] | None

    @property
    def subject(self) -> Subject:
        return self.page_id, self.id


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """The reading of a field by a run."""

    id: ManyId
    page_run_id: Annotated[int, refers("page_run")]
    entry_id: Annotated[int, refers("entry", index=True)]
    field: str
    status: str
    text: str
    canonical: str
    confidence: float
    writing: str
    engine: str
    box: Json[list[float] | None]
    lines: Json[list[list[float]]]
    accepted: bool
    hypotheses: Json[list[tuple[str, float]] | None]
    evidence: Json[dict[str, float] | None]


reading = table(
    "reading",
    ReadingRow,
    UniqueConstraint("page_run_id", "entry_id", "field"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding of a run on an entry, or on the page itself."""

    id: ManyId
    page_run_id: Annotated[int, refers("page_run", index=True)]
    entry_id: Annotated[int | None, refers("entry", index=True)]
    code: str
    severity: str
    fields: Json[list[str]]
    details: Json[dict[str, str]]


finding = table("finding", FindingRow, sqlite_autoincrement=True, info=APPEND_ONLY)


@dataclass(frozen=True, slots=True)
class ResolvedPlaceRow:
    """The administrative unit of a written place on the day in force.

    The last row of a field counts. Codes come with their scheme (``2004:31417``).
    """

    id: ManyId
    entry_id: Annotated[int, refers("entry")]
    field: str
    text: str | None
    as_of: str
    state: str
    unit: str
    standing: str
    spelled: bool
    province: str
    district: str
    commune: str
    candidates: Json[list[str]]
    gazetteer: str
    resolved_at: datetime


resolved_place = table(
    "resolved_place",
    ResolvedPlaceRow,
    Index(None, "entry_id", "field"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class AddedFieldRow:
    """A field that a person added to an entry; the last row of a field counts.

    ``text``, ``canonical``: its value on the cover of the book; ``""``: people key it. ``corners``: the place of its
    ink as a person drew it, four points [x, y] in pixels of the page as scanned.
    """

    id: Id
    entry_id: Annotated[int, refers("entry", index=True)]
    field: str
    text: str
    canonical: str
    corners: Json[Corners | None]
    account_id: int
    login: str
    added_at: datetime


added_field = table("added_field", AddedFieldRow, sqlite_autoincrement=True, info=APPEND_ONLY)


@dataclass(frozen=True, slots=True)
class RedrawnRegionRow:
    """A field region that a person redrew, and its reading, which is never accepted by itself.

    ``corners``: four points [x, y] in pixels of the page as scanned; a row without corners takes the row before it
    back, and the region before that counts again. ``reader``: the fingerprint of the readers.
    """

    id: Id
    entry_id: Annotated[int, refers("entry", index=True)]
    field: str
    corners: Json[Corners | None]
    status: str
    text: str
    canonical: str
    confidence: float
    writing: str
    engine: str
    hypotheses: Json[list[tuple[str, float]] | None]
    reader: str
    account_id: int
    login: str
    drawn_at: datetime


redrawn_region = table("redrawn_region", RedrawnRegionRow, sqlite_autoincrement=True, info=APPEND_ONLY)


@dataclass(frozen=True, slots=True)
class ClearValueRow:
    """A value that is clear by decisions on other entries.

    ``text``, ``canonical``: the reading; the row counts as long as the latest run reads the same. ``drawn``: the value
    waits for a blind check. A row with ``takes_back_id`` takes that row back, for ``reason``.
    """

    id: ManyId
    book_id: int
    entry_id: Annotated[int, refers("entry", index=True)]
    field: str
    text: str
    canonical: str
    drawn: bool
    login: str
    reason: str
    noted_at: datetime
    takes_back_id: Annotated[int | None, column(many=True)]


clear_value = table(
    "clear_value",
    ClearValueRow,
    Index(None, "book_id"),
    Index(None, "takes_back_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class ClearValueWitnessRow:
    """A decision on which a clear value rests."""

    id: ManyId
    clear_value_id: Annotated[int, column(many=True)]
    decision_id: Annotated[int, column(many=True)]


clear_value_witness = table(
    "clear_value_witness",
    ClearValueWitnessRow,
    Index(None, "clear_value_id"),
    Index(None, "decision_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)


@dataclass(frozen=True, slots=True)
class SampledValueRow:
    """An accepted value that was drawn for a blind check.

    ``status``, ``text``, ``canonical``: the accepted reading; the value waits for a blind check as long as the latest
    run reads the same. ``source``: what accepted it (``ValueSource``); ``basis``: by which calibration; ``share``: the
    probability of the draw; ``tolerated``: the share of errors that was tolerated then.
    """

    id: ManyId
    book_id: int
    entry_id: Annotated[int, refers("entry", index=True)]
    field: str
    status: str
    text: str
    canonical: str
    source: str
    critical: bool
    basis: str
    share: float
    tolerated: float
    drawn_at: datetime


sampled_value = table(
    "sampled_value", SampledValueRow, Index(None, "book_id"), sqlite_autoincrement=True, info=APPEND_ONLY
)


@dataclass(frozen=True, slots=True)
class PairedEntryRow:
    """An entry of a book and the same entry of the book's second copy."""

    id: ManyId
    book_id: Annotated[int, refers("book", index=True)]
    entry_id: Annotated[int, refers("entry", index=True)]
    copy_id: Annotated[int, refers("entry")]


paired_entry = table(
    "paired_entry",
    PairedEntryRow,
    info=uncovered(
        REMOVABLE,
        "shows the ink of the other copy beside a field; the next pass over the book pairs entries again",
    ),
)
