"""An office's own figures of books that it checked, on one page that it may send to whoever asks.

Nothing in it is a name, a place, a text or a picture: counts and shares by kind of value and by form, and versions of
the program. A form that the office designed itself is called so and no more. Groups of fewer than five are not shown by
themselves. Nothing is sent by the program.
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
"""Fewer entries or fields than these are not shown by themselves."""

FIRST_ENTRIES = 20
"""Entries after which the machine has learnt from people."""

OTHERS, OWN_FORM = "khác", "mẫu riêng của cơ quan"


class PilotRefused(RegistryError):
    """There is too little to make a report of."""


@dataclass(frozen=True, slots=True)
class PilotGroup:
    """The figures of a kind of value, or of a form.

    Attributes:
        accepted_first: How many the first reading accepted.
        accepted_now: How many are accepted now without a person.
        decided: How many people decided.
        right_first: How many of those the first reading had right.
        right_now: How many of those the latest reading has right.
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
        """Whether too few fields are in it, or too few that people decided, to be shown by itself."""
        return self.fields < LEAST or 0 < self.decided < LEAST

    def with_all(self, other: PilotGroup) -> PilotGroup:
        """Return both as one group of others."""
        return PilotGroup(OTHERS, *(getattr(self, name) + getattr(other, name) for name in COUNTED))


COUNTED = ("fields", "accepted_first", "accepted_now", "decided", "right_first", "right_now")


@dataclass(frozen=True, slots=True)
class PilotSource:
    """What blind checks found of values that were accepted in one way; None where too few were checked."""

    name: str
    checked: int
    wrong: int | None
    error: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class PilotReport:
    """The figures of some books.

    Attributes:
        program: The version of the program.
        readers: Versions of the readers of handwriting, as codes.
        adapted: How many books were read with what was learnt of their hand.
        clear: How many values became clear by decisions on other entries.
        total: All fields together.
        sources: Wrong among accepted, by what was accepted by; all together first.
        minutes_first: Minutes an entry, of the first entries that people checked; None where they are too few.
        minutes_later: Those of all later ones.
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
        """Return it as the file has it, for programs."""
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
                    "source": source.name,
                    "checked": source.checked,
                    "wrong": source.wrong,
                    "upper_95": source.upper,
                }
                for source in self.sources
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
    """Return the report of what was counted of some books.

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
    def kind(one: PilotField) -> str:
        record = schemas.records.get(one.record)
        spec = record.by_name.get(one.field) if record else None
        return spec.value_kind.label if spec else OTHERS

    return kind


def _form_of() -> Callable[[PilotField], str]:
    """Return what names a form: only those that come with the program have a name here."""
    shipped = frozenset(schema.load().forms)
    return lambda one: one.form if one.form in shipped else OWN_FORM


def _group(name: str, fields: Iterable[PilotField]) -> PilotGroup:
    some = tuple(fields)
    return PilotGroup(name, *(sum(getattr(one, counted) for one in some) for counted in COUNTED))


def _groups(fields: Sequence[PilotField], name_of: Callable[[PilotField], str]) -> tuple[PilotGroup, ...]:
    """Return the fields by name, the smallest groups together until none of them shows fewer than five."""
    by_name: dict[str, list[PilotField]] = {}
    for one in fields:
        by_name.setdefault(name_of(one), []).append(one)
    groups = sorted((_group(name, some) for name, some in by_name.items()), key=lambda one: one.fields)
    others = None
    left = list(groups)
    while left and (any(one.is_few for one in left) or (others is not None and others.is_few)):
        few = next((one for one in left if one.is_few), left[0])
        left.remove(few)
        others = few if others is None else few.with_all(others)
    found = sorted(left, key=lambda one: -one.fields)
    if others is None:
        return tuple(found)
    return (*found, PilotGroup(OTHERS, *(getattr(others, name) for name in COUNTED)))


def _sources(counts: PilotCounts) -> tuple[PilotSource, ...]:
    decided = [one for one in counts.sampled if one.decided_at is not None]
    found = [_source("mọi cách", [one.check(TOLERATED) for one in decided])]
    for source in ValueSource:
        mine = [one.check(TOLERATED) for one in decided if one.source is source]
        if len(mine) >= LEAST:
            found.append(_source(SOURCES[source], mine))
    return tuple(found)


def _source(name: str, checks: Sequence[SampleCheck]) -> PilotSource:
    if len(checks) < LEAST:
        return PilotSource(name, 0, None, None, None)
    wrong = sum(check.wrong for check in checks)
    upper = weighted_upper_bound(checks, BOUND_DELTA)
    return PilotSource(name, len(checks), wrong, weighted_error(checks), upper)


def _minutes(seconds: Sequence[float]) -> float | None:
    return round(sum(seconds) / len(seconds) / 60, 1) if len(seconds) >= LEAST else None


def _code(reader: str) -> str:
    """Return a reader's fingerprint as a code that no name can be in; the same reader has the same one everywhere."""
    return hashlib.sha256(reader.encode()).hexdigest()[:12]
