"""A ledger kept in two copies: which entries of both are the same, and where they say the same.

The second copy is a witness alone: it never proposes a text, and no ink of the delivered book is bent by it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pipeline.base.model import Confirmed, FieldReading, FieldStatus, PageResult
from pipeline.books.book_context.confirmed_values import EntryKey
from pipeline.declarations.schema import RecordSpec

LEAD = 3.0
"""How much likelier (nats) two entries are to be the same than the next pair of either, and than chance."""

DIFFERENCE = 0.5
"""Nats by which a field that differs makes two entries less likely the same; few, as a misread field differs too."""

CLEAR = 0.95
"""The confidence from which a copy counts as a witness: what it reads less clearly it misreads as its book does."""

FREQUENT = 8
"""Entries with a value from which it leads to no candidate."""

UNSEEN = 50
"""Entries that are added to the number of both copies: a short book alone makes rare values look common."""

FROM_COVER = "ledger"
"""The engine of readings that follow from the cover."""

Own = TypeVar("Own", bound=Hashable)
Other = TypeVar("Other", bound=Hashable)
Readings = Mapping[str, FieldReading]
"""The readings of an entry, by field."""


@dataclass(frozen=True)
class SecondCopy:
    """The entries of a second copy, each by the entry of the delivered book that it repeats.

    Attributes:
        pairs: Where they are in the copy.
    """

    entries: Mapping[EntryKey, Readings] = field(default_factory=dict)
    pairs: Mapping[EntryKey, EntryKey] = field(default_factory=dict)

    def confirmed(self, key: EntryKey, readings: Sequence[FieldReading], confirmed: Confirmed) -> Confirmed:
        """Return what the book confirms of an entry, and what the copy says as well."""
        other = self.entries.get(key)
        if other is None:
            return confirmed
        same = frozenset(
            reading.field
            for reading in readings
            if reading.field in other and says_the_same(reading, other[reading.field])
        )
        differing = frozenset(
            reading.field
            for reading in readings
            if reading.field in other and says_otherwise(reading, other[reading.field])
        )
        inks = confirmed.inks | same
        return replace(confirmed, inks=inks, copied=same, contradicted=differing)


def readings_of(pages: Iterable[PageResult]) -> dict[EntryKey, Readings]:
    """Return the readings of all entries on these pages."""
    return {
        (page.ref, entry.row): {reading.field: reading for reading in entry.readings}
        for page in pages
        for entry in page.entries
    }


def says_the_same(reading: FieldReading, other: FieldReading) -> bool:
    """Return whether the other copy clearly has the canonical value of a reading, both read to their ends."""
    value = _canonical(reading)
    return value != "" and value == _canonical(other) and other.confidence >= CLEAR


def says_otherwise(reading: FieldReading, other: FieldReading) -> bool:
    """Return whether the other copy has an accepted value that a reading, or its blank, is not."""
    if not (other.accepted and _canonical(other)) or reading.engine == FROM_COVER:
        return False
    if reading.status is FieldStatus.BLANK:
        return reading.accepted
    return _canonical(reading) not in ("", _canonical(other))


def pair_entries(
    book: Mapping[Own, Readings], copy: Mapping[Other, Readings], record: RecordSpec
) -> dict[Own, Other]:
    """Return for each entry of the book the entry of the copy that repeats it; doubtful pairs are left out.

    An entry repeats another where what both say would hardly agree by chance: a number or a name of few entries tells
    much, a term of a list or an officer nothing. Each has to be the best for the other, by ``LEAD``. The order of
    entries is of no account. Two entries whose numbers are both accepted and differ are none.
    """
    ours, theirs = _telling(book, record), _telling(copy, record)
    counted = Counter(pair for values in (*ours.values(), *theirs.values()) for pair in values.items())
    holders: defaultdict[tuple[str, str], list[Other]] = defaultdict(list)
    for key, values in theirs.items():
        for pair in values.items():
            holders[pair].append(key)
    of_own: dict[Own, dict[Other, float]] = {}
    of_other: defaultdict[Other, list[float]] = defaultdict(list)
    total = len(ours) + len(theirs)
    for own, values in ours.items():
        near = {key for pair in values.items() if len(holders[pair]) <= FREQUENT for key in holders[pair]}
        of_own[own] = {
            key: _likelihood(values, theirs[key], counted, total)
            for key in near
            if not _numbers_differ(book[own], copy[key], record)
        }
        for key, score in of_own[own].items():
            of_other[key].append(score)
    least = LEAD + math.log(max(len(ours), len(theirs), 1))
    return {
        own: key
        for own, scores in of_own.items()
        for key, score in scores.items()
        if score >= least and _leads(score, scores.values()) and _leads(score, of_other[key])
    }


def _canonical(reading: FieldReading) -> str:
    """Return the canonical value that was read from ink; ``""`` if there is none, or if the ink may go on."""
    is_ink = reading.status is FieldStatus.READ and reading.engine != FROM_COVER and not reading.is_cut_short
    return reading.canonical if is_ink else ""


def _telling(entries: Mapping[Own, Readings], record: RecordSpec) -> dict[Own, dict[str, str]]:
    """Return the values of each entry that may tell it from others."""
    telling = {
        spec.name for spec in record.fields if not spec.value_kind.is_listed and not record.pool_of(spec.name)
    }
    return {
        key: {
            name: value
            for name, reading in readings.items()
            if name in telling and (value := _canonical(reading))
        }
        for key, readings in entries.items()
    }


def _likelihood(
    ours: Mapping[str, str], theirs: Mapping[str, str], counted: Mapping[tuple[str, str], int], total: int
) -> float:
    """Return the log likelihood ratio (nats): both are the same entry, against agreement by chance."""
    shared = [name for name in ours if name in theirs]
    same = [name for name in shared if ours[name] == theirs[name]]
    told = math.fsum(math.log((total + UNSEEN) / counted[name, ours[name]]) for name in same)
    return told - DIFFERENCE * (len(shared) - len(same))


def _numbers_differ(ours: Readings, theirs: Readings, record: RecordSpec) -> bool:
    name = record.book.number if record.book else None
    if not name or name not in ours or name not in theirs:
        return False
    both = ours[name], theirs[name]
    return all(reading.accepted for reading in both) and _canonical(both[0]) != _canonical(both[1])


def _leads(score: float, scores: Iterable[float]) -> bool:
    """Return whether a score is by ``LEAD`` ahead of all other ``scores``."""
    return sum(score - other < LEAD for other in scores) == 1
