"""Values of entries: readings, decisions, effective values, and the layers of their delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.base.model import FIRST_TYPED_ROW, Box, FieldReading, FieldStatus, Finding, Ledger, PageRef
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.delivery_rules import (
    ConfirmedDelivery,
    EntryBelow,
    FieldLayers,
    LineAbove,
    WrittenEntry,
    WrittenField,
    entry_layers,
)
from pipeline.registry.amendments.model import Amendment, AmendmentOrder
from pipeline.registry.checks.model import CrossEntryFinding
from pipeline.registry.tasks.consensus import Decision


@dataclass(frozen=True, slots=True)
class EffectiveValues:
    """The effective values of an entry, by field; ``values`` is None for an entry that does not stand."""

    entry_id: int
    record: str
    values: Mapping[str, str | None] | None


@dataclass(frozen=True, slots=True)
class ResolvedPlace:
    """The administrative unit that an effective value of a place names on a day.

    Attributes:
        text: The effective value that was resolved.
        as_of: The day, ISO 8601; ``""`` when the entry has no effective day.
        state: As in ``pipeline.values.places.ResolutionState``.
        unit: Code of the unit with its scheme (``2004:31417``), ``""`` unless it is one unit.
        standing: Validity of the unit on that day, as in ``pipeline.values.places.Validity``.
        spelled: Whether every name is spelled as in the tables; else some of its marks are missing.
        province: Code of the province, as far as it is known.
        district: Code of the district, as far as it is known.
        commune: Code of the commune, as far as it is known.
        candidates: Codes of the units that the text may name on that day, or names at another time.
    """

    text: str
    as_of: str
    state: str
    unit: str
    standing: str
    spelled: bool
    province: str
    district: str
    commune: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry with what the machine says now and what people decided.

    Attributes:
        scan: File name of the scan.
        row: Row on the page, from 0.
        record: Kind of event, as in ``schemas/records``.
        readings: What the machine says now (``CurrentReadings``), one a field.
        findings: Of the latest run, without the doubts that clear values answer.
        decisions: The latest decision of each decided field.
        values: Effective values: text or canonical form, ``""`` = known to be blank, None = nothing is known.
        places: The administrative unit of each place among the values.
        cross_entry_findings: Of the checks of books and of the registry.
        hand_reader: Fingerprint of the latest run's handwriting recognizer (``""``: none, None: not known).
        amendments: In force, by field; ``values`` do not include them.
        confirmed: The last confirmed delivery, by field; ``values`` do not include it.
    """

    entry_id: int
    book_id: int
    ref: PageRef
    scan: str
    row: int
    record: str
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]
    decisions: Mapping[str, Decision]
    values: Mapping[str, str | None]
    places: Mapping[str, ResolvedPlace] = field(default_factory=dict)
    cross_entry_findings: tuple[CrossEntryFinding, ...] = ()
    hand_reader: str | None = None
    amendments: Mapping[str, Amendment] = field(default_factory=dict)
    confirmed: Mapping[str, ConfirmedDelivery] = field(default_factory=dict)

    @property
    def current(self) -> Mapping[str, str | None]:
        """Return the effective values, overridden by those that amendments gave."""
        return {**self.values, **{name: amended.value for name, amended in self.amendments.items()}}

    def noted_order(self, record: RecordSpec) -> AmendmentOrder | None:
        """Return the decision that the margin note names, as people keyed it; None without a number.

        The note gives no legal basis; whoever amends the entry does.
        """
        number, day, authority = (
            self.values.get(record.derived_fields.get(rule, "")) or ""
            for rule in ("noted_number", "noted_day", "noted_authority")
        )
        return None if not number else AmendmentOrder(number, day, "", authority)

    def is_noted(self, amendment: Amendment, record: RecordSpec) -> bool:
        """Return whether the margin note names the decision on which an amendment rests."""
        noted = self.noted_order(record)
        return noted is not None and (noted.decision_number, noted.decided_on) == (
            amendment.order.decision_number,
            amendment.order.decided_on,
        )


@dataclass(frozen=True, slots=True)
class PastReading:
    """A reading of any run, the latest included.

    Attributes:
        fingerprint: Of declarations, models and options of the run.
        saved_at: UTC.
        latest: Whether the run is the page's latest.
    """

    fingerprint: str
    saved_at: datetime
    latest: bool
    reading: FieldReading


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A valid entry with its effective values.

    Attributes:
        values: Values by field, amendments included (``""`` = known to be blank, None = no effective value).
        unsettled: Fields that wait for a person.
    """

    entry_id: int
    book_id: int
    values: Mapping[str, str | None]
    unsettled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """What the machine says now of an entry.

    Attributes:
        record: Kind of event, as in ``schemas/records``.
        hand_reader: Fingerprint of the latest run's handwriting recognizer (``""``: none, None: not known).
    """

    entry_id: int
    page_id: int
    record: str
    hand_reader: str | None
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class LastReading:
    """The reading of a field by the latest run; ``decided``: a person has decided the field."""

    status: str
    text: str
    canonical: str
    accepted: bool
    decided: bool


def written_entry(
    entry: StoredEntry,
    ledger: Ledger,
    schemas: Schemas,
    typed: Mapping[str, tuple[FieldStatus, str]] | None = None,
) -> WrittenEntry:
    """Return an entry as written on paper: a person's decision before the machine's reading.

    Args:
        typed: Status and text of fields that a person is typing; ``entry`` has their values already.
    """
    readings = {reading.field: reading for reading in entry.readings}
    fields: dict[str, WrittenField] = {}
    for name in schemas.record(entry.record).by_name:
        word = entry.decisions.get(name) or readings.get(name)
        amendment = entry.amendments.get(name)
        value = entry.values.get(name)
        if typed and name in typed:
            status, text = typed[name]
            fields[name] = WrittenField(status, text, value, is_decided=True)
            continue
        amended = None if amendment is None else amendment.value
        if word is not None:
            is_decided = name in entry.decisions
            fields[name] = WrittenField(word.status, word.text, value, amended, is_decided)
        elif amended is not None:
            fields[name] = WrittenField(FieldStatus.NOT_ON_FORM, "", value, amended)
    return WrittenEntry(schemas.record(entry.record), ledger, fields, entry.confirmed)


class BookLayers:
    """Both layers of the entries of a book, one after the other in the order of the book.

    A typed entry is no line below another line: its row is the order of typing, not its place on the page.
    """

    def __init__(self, ledger: Ledger, schemas: Schemas, policy: DeliveryPolicy) -> None:
        self._ledger, self._schemas, self._policy = ledger, schemas, policy
        self._before: tuple[PageRef, int, Mapping[str, FieldLayers]] | None = None
        self._page_year: int | None = None

    def of(
        self,
        entry: StoredEntry,
        *,
        is_trusted: bool = True,
        typed: Mapping[str, tuple[FieldStatus, str]] | None = None,
        below: StoredEntry | None = None,
    ) -> Mapping[str, FieldLayers]:
        """Return the layers of the next entry.

        Args:
            below: The following entry of the book.
            is_trusted: Whether nobody altered its rows behind the program's back; else the next entry takes nothing
                from it.
            typed: As in ``written_entry``.
        """
        above = None
        if self._before is not None:
            ref, row, layers = self._before
            is_next_to = ref == entry.ref and row + 1 == entry.row < FIRST_TYPED_ROW
            above = LineAbove(layers, is_next_to, self._page_year if ref == entry.ref else None)
        known = self._known_below(below)
        found = self._layers(entry, above, typed, known)
        on_paper = (
            self._layers(replace(entry, amendments={}), above, typed, known) if entry.amendments else found
        )
        if self._before is None or self._before[0] != entry.ref:
            self._page_year = None
        self._before = (entry.ref, entry.row, on_paper) if is_trusted else None
        day = on_paper.get(self._schemas.record(entry.record).key_fields.registered_on)
        if is_trusted and day is not None and not day.waits and day.delivered.value[-4:].isdecimal():
            self._page_year = int(day.delivered.value[-4:])
        return found

    def _layers(
        self,
        entry: StoredEntry,
        above: LineAbove | None,
        typed: Mapping[str, tuple[FieldStatus, str]] | None,
        below: EntryBelow,
    ) -> Mapping[str, FieldLayers]:
        written = written_entry(entry, self._ledger, self._schemas, typed)
        return entry_layers(written, above, self._schemas, self._policy, below)

    def _known_below(self, below: StoredEntry | None) -> EntryBelow:
        if below is None:
            return EntryBelow()
        key = self._schemas.record(below.record).key_fields
        return EntryBelow(below.values.get(key.number) or "", below.values.get(key.registered_on) or "")


@dataclass(frozen=True, slots=True)
class LedgerCopies:
    """A book and the other copy of its ledger.

    Attributes:
        is_copy: Whether the book is the one that only bears witness.
        other: Folder name of the other copy; for a copy, of the book that its cover names.
        other_id: None where no standing book has that folder, place and volume: the copy waits for it.
        only_in_copy: The entries, by page, row and the scan's file name, that the book has no counterpart of; empty
            until both are read.
    """

    is_copy: bool
    other: str
    other_id: int | None
    only_in_copy: tuple[tuple[PageRef, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CopiedEntry:
    """The same entry in the second copy of its ledger: only where its ink lies, never how it was read.

    Attributes:
        book: Folder name of the second copy.
        scan: File name of the scan.
        boxes: Place of each field on the rectified page.
    """

    entry_id: int
    book_id: int
    book: str
    ref: PageRef
    scan: str
    boxes: Mapping[str, Box]
