"""The values of an entry that the rest of its book confirms: the same value elsewhere, or the only value in order.

An accepted value on another entry, on untouched ink, is an independent witness. Two such entries confirm a value of a
pool (``book_model.pool_of``) or a term of a list. The accepted numbers before and after it confirm an entry or page
number that alone fits between them; the same date in words confirms a date in figures. Two days within a month confirm
a day between them; their ink may be touched if they are surely read, since misread days do not follow one another.
Nothing confirms names of the entry's people, numbers of papers, or notes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.base.model import Confirmed, FieldReading, FieldStatus, PageRef, PageResult
from pipeline.books.book_context.order_chain import day_of, number_of, page_of
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.recognition.calibration import fields_saying_the_same

WITNESSES = 2
"""Number of other entries that must have the value."""

NEAR = 3
"""Number of entries before and after that are searched for an accepted number, page or day."""

SURE = 0.99
"""The confidence from which a day is surely read, even on touched ink."""

MONTH = 31
"""Largest number of days between the two days that confirm a day."""

EntryKey = tuple[PageRef, int]
"""A page and a row on the page."""


@dataclass(frozen=True)
class ConfirmedValues:
    """The values in a book that confirm each other.

    Attributes:
        said: The accepted entries with each value of a pool.
        order: For each ordering field its accepted values by entry position, and days that are surely read.
        places: The position of each entry in the book, counted in entries and in pages.
        pages: The page of each entry, counted from the first.
    """

    record: RecordSpec
    said: Mapping[tuple[str, str], frozenset[EntryKey]] = field(default_factory=dict)
    order: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    places: Mapping[EntryKey, tuple[int, int]] = field(default_factory=dict)
    pages: Sequence[int] = ()

    def of(self, key: EntryKey, readings: Sequence[FieldReading]) -> Confirmed:
        """Return the confirmed fields of an entry."""
        read = [
            reading
            for reading in readings
            if reading.status is FieldStatus.READ and reading.canonical and not reading.is_cut_short
        ]
        repeated = {reading.field for reading in read if self._is_said(key, reading)}
        # a list has few terms, and a hand writes an officer's name alike on every page: repetition makes neither surer
        texts = {name for name in repeated if not self.record.by_name[name].value_kind.recurs_in_ink}
        order = {reading.field for reading in read if self._is_in_order(key, reading)}
        days = {reading.field for reading in read if self._is_within_month(key, reading)}
        same = fields_saying_the_same(read, self.record)
        return Confirmed(frozenset(texts), frozenset(order), frozenset(repeated | order | days | same))

    def breaks_order(self, key: EntryKey, reading: FieldReading) -> bool:
        """Return whether a page number contradicts the only number that fits between its accepted neighbours."""
        book = self.record.book
        if book is None or reading.field != book.page or reading.status is not FieldStatus.READ:
            return False
        expected = self._between(reading.field, key)
        return expected is not None and page_of(reading.canonical) != expected

    def _is_said(self, key: EntryKey, reading: FieldReading) -> bool:
        pool = _pool(self.record.by_name[reading.field], self.record)
        return bool(pool) and len(self.said.get((pool, reading.canonical), frozenset()) - {key}) >= WITNESSES

    def _is_in_order(self, key: EntryKey, reading: FieldReading) -> bool:
        """Return whether an entry or page number is the only number that fits between its neighbours."""
        book = self.record.book
        if book is None or reading.field not in (book.number, book.page):
            return False
        value = (page_of if reading.field == book.page else number_of)(reading.canonical)
        return value is not None and value == self._between(reading.field, key)

    def _between(self, name: str, key: EntryKey) -> int | None:
        """Return the only number that fits between the accepted neighbours of an entry, if it is unique."""
        if key not in self.places:
            return None
        entry, page = self.places[key]
        around = self._around(name, entry)
        if around is None:
            return None
        by_page = self.record.book is not None and name == self.record.book.page
        own = page if by_page else entry
        fitting = {known + own - (self.pages[at] if by_page else at) for at, known in around}
        return fitting.pop() if len(fitting) == 1 else None

    def _is_within_month(self, key: EntryKey, reading: FieldReading) -> bool:
        book = self.record.book
        if book is None or reading.field != book.registered_on or key not in self.places:
            return False
        value, around = day_of(reading.canonical), self._around(reading.field, self.places[key][0])
        if value is None or around is None:
            return False
        (_, before), (_, behind) = around
        return before <= value <= behind <= before + MONTH

    def _around(self, name: str, entry: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Return position and value of the nearest accepted values before and after an entry."""
        known = self.order.get(name, {})
        before = next((at for at in range(entry - 1, entry - 1 - NEAR, -1) if at in known), None)
        behind = next((at for at in range(entry + 1, entry + 1 + NEAR) if at in known), None)
        if before is None or behind is None:
            return None
        return (before, known[before]), (behind, known[behind])


def confirmed_values(
    pages: Sequence[PageResult], decided: Mapping[tuple[PageRef, int, str], str], record: RecordSpec
) -> ConfirmedValues:
    """Return the values in a book that confirm each other.

    Args:
        pages: The pages of the first pass, in the order of the scans.
        decided: The canonical values that people decided, by page, row and field; ``""`` for no value.
    """
    entries_of: dict[tuple[str, str], set[EntryKey]] = defaultdict(set)
    order: dict[str, dict[int, int]] = defaultdict(dict)
    places: dict[EntryKey, tuple[int, int]] = {}
    turned: list[int] = []
    readers = _order_readers(record)
    for page_no, page in enumerate(pages):
        for entry in sorted(page.entries, key=lambda entry: entry.row):
            key = (page.ref, entry.row)
            places[key] = (len(turned), page_no)
            for reading in entry.readings:
                value = decided.get((*key, reading.field), _accepted(reading))
                pool = _pool(record.by_name[reading.field], record)
                if value and pool:
                    entries_of[pool, value].add(key)
                if record.book is not None and reading.field == record.book.registered_on and not value:
                    value = _surely_read(reading) if (*key, reading.field) not in decided else ""
                known = readers[reading.field](value) if value and reading.field in readers else None
                if known is not None:
                    order[reading.field][len(turned)] = known
            turned.append(page_no)
    return ConfirmedValues(
        record, {pooled: frozenset(keys) for pooled, keys in entries_of.items()}, order, places, turned
    )


def _accepted(reading: FieldReading) -> str:
    """Return the accepted value of a reading, ``""`` if it is not accepted."""
    return reading.canonical if reading.accepted and reading.status is FieldStatus.READ else ""


def _surely_read(reading: FieldReading) -> str:
    is_sure = reading.confidence >= SURE and not reading.is_cut_short
    return reading.canonical if is_sure and reading.status is FieldStatus.READ else ""


def _order_readers(record: RecordSpec) -> Mapping[str, Callable[[str], int | None]]:
    book = record.book
    if book is None:
        return {}
    readers = {book.number: number_of, book.registered_on: day_of, book.page: page_of}
    return {name: read for name, read in readers.items() if name}


def _pool(spec: FieldSpec, record: RecordSpec) -> str:
    if spec.value_kind.is_listed:
        return f"{spec.kind}:{spec.vocab}"
    return record.pool_of(spec.name)
