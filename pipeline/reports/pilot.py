"""Pilot figures: an office's own figures of checked books, on a page that it may send to others.

It holds no name, place, text or picture: only counts and shares by kind of value and by form, and program versions. A
form designed by the office is not named. Groups of fewer than five are merged. The program sends nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pipeline
from pipeline.base.errors import RegistryError
from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.recognition.calibration import SampleCheck, weighted_error, weighted_upper_bound
from pipeline.registry.sampled_values import ValueSource
from pipeline.registry.statistics.pilot import PilotCounts, PilotField
from pipeline.reports.sections.unseen import BOUND_DELTA, SOURCES, TOLERATED

FORMAT = "hotich-pilot-1"
LEAST = 5
"""Smallest number of entries or fields in a separate group."""

FIRST_ENTRIES = 20
"""Number of first entries, before the machine has learnt from people."""

OTHERS, OWN_FORM = "khác", "mẫu riêng của cơ quan"


class PilotRefused(RegistryError):
    """There is too little data for a report."""


@dataclass(frozen=True, slots=True)
class PilotGroup:
    """The figures of a kind of value, or of a form.

    Attributes:
        accepted_first: Number accepted by the first reading.
        accepted_now: Number accepted at present without a person.
        decided: Number decided by people.
        right_first: Number of decided values that the first reading had right.
        right_now: Number of decided values that the latest reading has right.
    """

    name: str
    fields: int
    accepted_first: int
    accepted_now: int
    decided: int
    right_first: int
    right_now: int

    @property
    def is_few(self) -> bool:
        """Whether the group has too few fields, or too few decided fields, to be shown separately."""
        return self.fields < LEAST or 0 < self.decided < LEAST

    def with_all(self, other: PilotGroup) -> PilotGroup:
        """Return the union of both groups."""
        return PilotGroup(OTHERS, *(getattr(self, name) + getattr(other, name) for name in COUNTED))


COUNTED = ("fields", "accepted_first", "accepted_now", "decided", "right_first", "right_now")


@dataclass(frozen=True, slots=True)
class PilotSource:
    """The blind checks of values accepted by a source; None where too few were checked."""

    name: str
    checked: int
    wrong: int | None
    error: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class PilotReport:
    """The figures of some books.

    Attributes:
        program: The program's version.
        readers: Codes of the handwriting readers' versions.
        adapted: Number of books read with an adapter of their hand.
        clear: Number of values clear by decisions on other entries.
        total: All fields together.
        sources: Errors among accepted values by source; all sources together first.
        minutes_first: Minutes per entry for the first checked entries; None where too few.
        minutes_later: The same for all later entries.
    """

    program: str
    readers: tuple[str, ...]
    books: int
    pages: int
    entries: int
    finished: int
    adapted: int
    clear: int
    total: PilotGroup
    kinds: tuple[PilotGroup, ...]
    forms: tuple[PilotGroup, ...]
    sources: tuple[PilotSource, ...]
    minutes_first: float | None
    minutes_later: float | None
    timed_first: int
    timed_later: int

    def as_json(self) -> dict[str, Any]:
        """Return the report as the JSON file holds it."""
        return {
            "format": FORMAT,
            "program": self.program,
            "readers": list(self.readers),
            "counts": {name: getattr(self, name) for name in ("books", "pages", "entries", "finished")},
            "learnt": {"books_adapted": self.adapted, "clear_values": self.clear},
            "fields": _plain(self.total),
            "by_kind": [_plain(kind) for kind in self.kinds],
            "by_form": [_plain(form) for form in self.forms],
            "wrong_among_accepted": [
                {
                    "source": row.name,
                    "checked": row.checked,
                    "wrong": row.wrong,
                    "upper_95": row.upper,
                }
                for row in self.sources
            ],
            "minutes_an_entry": {
                "first": self.minutes_first,
                "first_entries": self.timed_first,
                "later": self.minutes_later,
                "later_entries": self.timed_later,
            },
        }


def _plain(group: PilotGroup) -> dict[str, Any]:
    return {"name": group.name, **{name: getattr(group, name) for name in COUNTED}}


def pilot_report(counts: PilotCounts, schemas: Schemas) -> PilotReport:
    """Return the report on the counts of some books.

    Raises:
        PilotRefused: Too few entries were checked.
    """
    total = _group("", counts.fields)
    if counts.finished < LEAST or total.decided < LEAST:
        raise PilotRefused(
            f"Các sổ này mới có {counts.finished} sự kiện đã xong. Cần ít nhất {LEAST} sự kiện, có ô do người quyết "
            "định, để làm báo cáo mà không lộ sự kiện nào. Hãy rà soát thêm rồi làm lại."
        )
    first, later = counts.seconds[:FIRST_ENTRIES], counts.seconds[FIRST_ENTRIES:]
    return PilotReport(
        program=pipeline.__version__,
        readers=tuple(_code(reader) for reader in counts.readers),
        books=counts.books,
        pages=counts.pages,
        entries=counts.entries,
        finished=counts.finished,
        adapted=counts.adapted,
        clear=counts.clear,
        total=total,
        kinds=_groups(counts.fields, _kind_of(schemas)),
        forms=_groups(counts.fields, _form_of()),
        sources=_sources(counts),
        minutes_first=_minutes(first),
        minutes_later=_minutes(later),
        timed_first=len(first) if len(first) >= LEAST else 0,
        timed_later=len(later) if len(later) >= LEAST else 0,
    )


def _kind_of(schemas: Schemas) -> Callable[[PilotField], str]:
    def kind(field: PilotField) -> str:
        record = schemas.records.get(field.record)
        spec = record.by_name.get(field.field) if record else None
        return spec.value_kind.label if spec else OTHERS

    return kind


def _form_of() -> Callable[[PilotField], str]:
    """Return the naming of forms: only shipped forms keep their name."""
    shipped = frozenset(schema.load().forms)
    return lambda field: field.form if field.form in shipped else OWN_FORM


def _group(name: str, fields: Iterable[PilotField]) -> PilotGroup:
    members = tuple(fields)
    return PilotGroup(name, *(sum(getattr(field, counted) for field in members) for counted in COUNTED))


def _groups(fields: Sequence[PilotField], name_of: Callable[[PilotField], str]) -> tuple[PilotGroup, ...]:
    """Return groups of fields by name; small groups are merged until each shows at least five."""
    by_name: dict[str, list[PilotField]] = {}
    for field in fields:
        by_name.setdefault(name_of(field), []).append(field)
    groups = sorted((_group(name, parts) for name, parts in by_name.items()), key=lambda group: group.fields)
    others = None
    remaining = list(groups)
    while remaining and (any(group.is_few for group in remaining) or (others is not None and others.is_few)):
        few = next((group for group in remaining if group.is_few), remaining[0])
        remaining.remove(few)
        others = few if others is None else few.with_all(others)
    shown = sorted(remaining, key=lambda group: -group.fields)
    if others is None:
        return tuple(shown)
    return (*shown, PilotGroup(OTHERS, *(getattr(others, name) for name in COUNTED)))


def _sources(counts: PilotCounts) -> tuple[PilotSource, ...]:
    decided = [value for value in counts.sampled if value.decided_at is not None]
    sources = [_source("mọi cách", [value.check(TOLERATED) for value in decided])]
    for source in ValueSource:
        checks = [value.check(TOLERATED) for value in decided if value.source is source]
        if len(checks) >= LEAST:
            sources.append(_source(SOURCES[source], checks))
    return tuple(sources)


def _source(name: str, checks: Sequence[SampleCheck]) -> PilotSource:
    if len(checks) < LEAST:
        return PilotSource(name, 0, None, None, None)
    wrong = sum(check.wrong for check in checks)
    upper = weighted_upper_bound(checks, BOUND_DELTA)
    return PilotSource(name, len(checks), wrong, weighted_error(checks), upper)


def _minutes(seconds: Sequence[float]) -> float | None:
    return round(sum(seconds) / len(seconds) / 60, 1) if len(seconds) >= LEAST else None


def _code(reader: str) -> str:
    """Return a reader's fingerprint as a code without names; equal for the same reader everywhere."""
    return hashlib.sha256(reader.encode()).hexdigest()[:12]
