"""Entries as the registry holds them: readings, decisions, effective values, and both layers of what is delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.base.model import FIRST_TYPED_ROW, FieldReading, FieldStatus, Finding, Ledger, PageRef
from pipeline.declarations.schema import Schemas
from pipeline.delivery_rules import (
    ConfirmedDelivery,
    DeliveryPolicy,
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
    """The effective values of an entry, by field; ``values`` is None when there is no such entry on paper."""

    entry_id: int
    record: str
    values: Mapping[str, str | None] | None


@dataclass(frozen=True, slots=True)
class ResolvedPlace:
    """The administrative unit that an effective value of a place names on a day.

    Attributes:
        text: What was resolved, as the record holds it.
        as_of: The day, ISO 8601; ``""`` when the entry has no effective day.
        state: As in ``pipeline.values.places.ResolutionState``.
        unit: Code of the unit with its scheme (``2004:31417``), ``""`` unless it is one unit.
        standing: Validity of the unit on that day, as in ``pipeline.values.places.Validity``.
        spelled: Whether every name is spelled as in the tables; else some of its marks are missing.
        province: Code of the province, as far as it is known.
        district: Code of the district, as far as it is known.
        commune: Code of the commune, as far as it is known.
        candidates: Codes of the units that it may be, or that it was or will be at another time.
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
    """An entry as the registry holds it: the latest run's readings, and above them what people decided.

    Attributes:
        entry_id: The entry in the registry.
        book_id: Its book.
        ref: Scan and page number.
        scan: File name of the scan.
        row: Row on the page, from 0.
        record: Kind of event, as in ``schemas/records``.
        readings: Of the latest run, one a field.
        findings: Of the latest run.
        decisions: The latest decision of each decided field.
        values: Effective values: text or canonical form, ``""`` = known to be blank, None = nothing is known.
        places: The unit of each place among the values.
        cross_entry_findings: What checks of books and of the registry found.
        hand_reader: Fingerprint of that run's handwriting recognizer (``""``: none, None: not known).
        amendments: Those that hold now, by field; they change none of ``values``.
        confirmed: What people confirmed last to be delivered, by field; it changes none of ``values`` either.
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
        return {**self.values, **{name: one.value for name, one in self.amendments.items()}}

    @property
    def noted_order(self) -> AmendmentOrder | None:
        """The decision that the entry's margin note tells of, as people keyed it; None without a number.

        Its legal basis is for whoever amends: the note does not give one.
        """
        number = self.values.get("noted_number")
        if not number:
            return None
        day, authority = (self.values.get(name) or "" for name in ("noted_decided_on", "noted_authority"))
        return AmendmentOrder(number, day, "", authority)

    def is_noted(self, amendment: Amendment) -> bool:
        """Return whether the margin note tells of the decision on which an amendment rests."""
        noted = self.noted_order
        return noted is not None and (noted.decision_number, noted.decided_on) == (
            amendment.order.decision_number,
            amendment.order.decided_on,
        )


@dataclass(frozen=True, slots=True)
class PastReading:
    """One reading of any run, the latest included.

    Attributes:
        fingerprint: Of declarations, models and options of the run.
        saved_at: UTC.
        latest: Whether the run is the page's latest.
        reading: What was read.
    """

    fingerprint: str
    saved_at: datetime
    latest: bool
    reading: FieldReading


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A valid entry with its effective values.

    Attributes:
        entry_id: The entry.
        book_id: The book of the entry.
        values: Values by field, amendments included (``""`` = known to be blank, None = no effective value).
        unsettled: Fields that wait for a person.
    """

    entry_id: int
    book_id: int
    values: Mapping[str, str | None]
    unsettled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """What the latest run read of an entry.

    Attributes:
        entry_id: The entry in the registry.
        page_id: Its page.
        record: Kind of event, as in ``schemas/records``.
        hand_reader: Fingerprint of that run's handwriting recognizer (``""``: none, None: not known).
        readings: One a field.
        findings: Of that run.
    """

    entry_id: int
    page_id: int
    record: str
    hand_reader: str | None
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class LastReading:
    """The last reading of a field.

    Attributes:
        status: As in ``FieldReading``.
        text: As in ``FieldReading``.
        canonical: As in ``FieldReading``.
        accepted: Whether it was accepted without a person.
        decided: Whether a person has decided the field.
    """

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
    """Return an entry as it stands on paper: a person's decision before the machine's reading.

    Args:
        entry: The entry.
        ledger: Its book.
        schemas: The declarations.
        typed: Status and text of fields that a person is typing, whose values the entry has already.
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
    """Both layers of the entries of a book, which are asked for one after the other in its order.

    A typed entry is no line right below another: its row tells in what order people typed, not where it stands.
    """

    def __init__(self, ledger: Ledger, schemas: Schemas, policy: DeliveryPolicy) -> None:
        self._ledger, self._schemas, self._policy = ledger, schemas, policy
        self._before: tuple[PageRef, int, Mapping[str, FieldLayers]] | None = None

    def of(
        self,
        entry: StoredEntry,
        *,
        is_trusted: bool = True,
        typed: Mapping[str, tuple[FieldStatus, str]] | None = None,
    ) -> Mapping[str, FieldLayers]:
        """Return the layers of the next entry.

        Args:
            entry: The entry.
            is_trusted: Whether its rows are what the program wrote; else the next entry takes nothing from it.
            typed: As in ``written_entry``.
        """
        above = None
        if self._before is not None:
            ref, row, layers = self._before
            above = LineAbove(layers, ref == entry.ref and row + 1 == entry.row < FIRST_TYPED_ROW)
        found = self._layers(entry, above, typed)
        on_paper = self._layers(replace(entry, amendments={}), above, typed) if entry.amendments else found
        self._before = (entry.ref, entry.row, on_paper) if is_trusted else None
        return found

    def _layers(
        self,
        entry: StoredEntry,
        above: LineAbove | None,
        typed: Mapping[str, tuple[FieldStatus, str]] | None,
    ) -> Mapping[str, FieldLayers]:
        written = written_entry(entry, self._ledger, self._schemas, typed)
        return entry_layers(written, above, self._schemas, self._policy)
