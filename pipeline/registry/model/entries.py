"""Entries as the registry holds them: what was read, what was decided, and which values are effective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.model import FieldReading, Finding, PageRef
from pipeline.registry.model.amendments import Amendment
from pipeline.registry.model.checks import CrossEntryFinding
from pipeline.registry.model.decisions import Decision


@dataclass(frozen=True, slots=True)
class EffectiveValues:
    """The values in force of an entry, by field; ``values`` None: there is no such entry on paper."""

    entry_id: int
    record: str
    values: Mapping[str, str | None] | None


@dataclass(frozen=True, slots=True)
class ResolvedPlace:
    """Which administrative unit a written place in force is on the day ``as_of`` (``""`` = no day in force).

    ``state`` and ``standing`` as in ``pipeline.places``; ``unit``: its code with the scheme (``2004:31417``),
    ``""`` unless it is one unit; ``province``, ``district``, ``commune``: the codes of what is known of it;
    ``candidates``: codes of what it may be, or was or will be at another time. ``text`` is what was resolved,
    as it stands in the record.
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
    """An entry as the registry holds it: the latest run's word, and above it what people decided (latest a
    field).

    ``values`` are those in force: text or canonical form, ``""`` = known to be blank, None = nothing is known;
    ``places``: which unit each place among them is; ``beside``: what checks of books and of the registry found.
    ``hand_reader`` is the reader of handwriting of that run (``""``: none, None: not known); ``amendments`` in force
    by field change no value of these.
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

    @property
    def current(self) -> Mapping[str, str | None]:
        """The values in force, and above them those that amendments gave."""
        return {**self.values, **{name: one.value for name, one in self.amendments.items()}}


@dataclass(frozen=True, slots=True)
class PastReading:
    """One reading of any run, the latest included."""

    fingerprint: str
    saved_at: datetime
    latest: bool
    reading: FieldReading


@dataclass(frozen=True, slots=True)
class RecordRow:
    """An entry that stands: ``values`` by field, those in force with what amendments gave (``""`` = known to be blank,
    None = nothing in force); ``unsettled``: fields that wait for a person."""

    entry_id: int
    book_id: int
    values: Mapping[str, str | None]
    unsettled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """The latest run's word on an entry that stands. ``hand_reader``: the reader of handwriting of that run (``""``:
    none, None: not known)."""

    entry_id: int
    page_id: int
    record: str
    hand_reader: str | None
    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class LastReading:
    """``status``, ``text``, ``canonical`` as in ``FieldReading``; ``accepted`` without a person; ``decided``: whether a
    person has decided the field."""

    status: str
    text: str
    canonical: str
    accepted: bool
    decided: bool
