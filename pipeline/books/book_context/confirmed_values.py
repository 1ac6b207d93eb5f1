"""Which values of an entry the rest of the book bears out: others say the very same, or the order leaves no other.

What is accepted on other entries, on ink that nothing touches, is a witness that no ink of this entry bent. Two such
entries confirm a value of a pool (``book_model.pool_of``) or a term of a list. A number or a page is confirmed by the
accepted ones before and behind it, between which it alone fits, and a date in figures by the same date in words. A day
is confirmed by two days within a month, which may be touched too if they are surely read: misread days do not follow
one another. Names of the people of an entry, numbers of papers and notes are confirmed by nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.base.model import Confirmed, FieldReading, FieldStatus, PageRef, PageResult
from pipeline.books.book_context.book_model import pool_of_field
from pipeline.books.book_context.order_chain import day_of, number_of, page_of
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.recognition.calibration import fields_saying_the_same

WITNESSES = 2
"""How many other entries have to say a value."""

OF_ONE_SHAPE = frozenset({"choice", "name"})
"""Kinds whose wrong values may stand elsewhere too: a list has few terms, and a hand writes an officer's name alike on
every page. Their ink may touch other ink, and they are no surer."""

NEAR = 3
"""How many entries before and behind one are looked at for an accepted number, page or day."""

SURE = 0.99
"""The confidence from which a day is surely read, whatever touches it."""

MONTH = 31
"""How many days at most lie between the two days that confirm one."""

EntryKey = tuple[PageRef, int]
"""A page and a row on it."""


@dataclass(frozen=True)
class ConfirmedValues:
    """What the entries of a book bear out of one another.

    Attributes:
        record: The record of the book.
        said: The entries that say a value of a pool and are accepted.
        order: For each field that orders the book its accepted values, by the place of the entry; days that are surely
            read among them.
        places: The place of each entry in the book, counted in entries, and in pages.
        pages: The page of each entry, counted from the first.
    """

    record: RecordSpec
    said: Mapping[tuple[str, str], frozenset[EntryKey]] = field(default_factory=dict)
    order: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    places: Mapping[EntryKey, tuple[int, int]] = field(default_factory=dict)
    pages: Sequence[int] = ()

    def of(self, key: EntryKey, readings: Sequence[FieldReading]) -> Confirmed:
        """Return which fields of an entry are confirmed.

        Args:
            key: The entry.
            readings: What it says.
        """
        read = [
            one
            for one in readings
            if one.status is FieldStatus.READ and one.canonical and not one.is_cut_short
        ]
        said = {one.field for one in read if self._is_said(key, one)}
        texts = {name for name in said if self.record.by_name[name].kind not in OF_ONE_SHAPE}
        order = {one.field for one in read if self._is_in_order(key, one)}
        days = {one.field for one in read if self._is_within_month(key, one)}
        same = fields_saying_the_same(read, self.record)
        return Confirmed(frozenset(texts), frozenset(order), frozenset(said | order | days | same))

    def breaks_order(self, key: EntryKey, reading: FieldReading) -> bool:
        """Return whether a page is another one than those before and behind it, between which one alone fits, leave."""
        book = self.record.book
        if book is None or reading.field != book.page or reading.status is not FieldStatus.READ:
            return False
        expected = self._between(reading.field, key)
        return expected is not None and page_of(reading.canonical) != expected

    def _is_said(self, key: EntryKey, reading: FieldReading) -> bool:
        pool = _pool(self.record.by_name[reading.field], self.record)
        return bool(pool) and len(self.said.get((pool, reading.canonical), frozenset()) - {key}) >= WITNESSES

    def _is_in_order(self, key: EntryKey, reading: FieldReading) -> bool:
        """Return whether a number, or a page, is the only one between those before and behind it."""
        book = self.record.book
        if book is None or reading.field not in (book.number, book.page):
            return False
        value = (page_of if reading.field == book.page else number_of)(reading.canonical)
        return value is not None and value == self._between(reading.field, key)

    def _between(self, name: str, key: EntryKey) -> int | None:
        """Return the number that alone fits between the accepted ones before and behind an entry, if one does."""
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
        """Return place and value of the nearest accepted values before and behind an entry."""
        known = self.order.get(name, {})
        before = next((at for at in range(entry - 1, entry - 1 - NEAR, -1) if at in known), None)
        behind = next((at for at in range(entry + 1, entry + 1 + NEAR) if at in known), None)
        if before is None or behind is None:
            return None
        return (before, known[before]), (behind, known[behind])


def confirmed_values(
    pages: Sequence[PageResult], decided: Mapping[tuple[PageRef, int, str], str], record: RecordSpec
) -> ConfirmedValues:
    """Return what the entries of a book bear out of one another.

    Args:
        pages: The pages as the first pass read them, in the order of the scans.
        decided: The canonical value that people decided, by page, row and field; ``""`` for none.
        record: The record of the book.
    """
    said: dict[tuple[str, str], set[EntryKey]] = defaultdict(set)
    order: dict[str, dict[int, int]] = defaultdict(dict)
    places: dict[EntryKey, tuple[int, int]] = {}
    turned: list[int] = []
    readers = _order_readers(record)
    for page_no, page in enumerate(pages):
        for entry in sorted(page.entries, key=lambda one: one.row):
            key = (page.ref, entry.row)
            places[key] = (len(turned), page_no)
            for reading in entry.readings:
                value = decided.get((*key, reading.field), _accepted(reading))
                pool = _pool(record.by_name[reading.field], record)
                if value and pool:
                    said[pool, value].add(key)
                if record.book is not None and reading.field == record.book.registered_on and not value:
                    value = _surely_read(reading) if (*key, reading.field) not in decided else ""
                known = readers[reading.field](value) if value and reading.field in readers else None
                if known is not None:
                    order[reading.field][len(turned)] = known
            turned.append(page_no)
    return ConfirmedValues(
        record, {one: frozenset(keys) for one, keys in said.items()}, order, places, turned
    )


def _accepted(reading: FieldReading) -> str:
    """Return the value that a reading is accepted with, ``""`` for none."""
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
    if spec.kind == "choice":
        return f"choice:{spec.vocab}"
    return pool_of_field(spec, record)
