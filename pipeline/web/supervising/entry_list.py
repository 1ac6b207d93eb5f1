"""The entries of a book as a page of a list: filtered by state and number, in the order of pages, numbers or days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from pipeline.registry.books.model import ListedEntry

ROWS = 50
"""Entries on a page of the list."""


class EntryState(StrEnum):
    """The filter of a list of entries by state."""

    WAITING = "waiting"
    SETTLED = "settled"
    AMENDED = "amended"


ENTRY_STATE_LABELS = {
    EntryState.WAITING: "Chờ rà soát",
    EntryState.SETTLED: "Đã xong",
    EntryState.AMENDED: "Có cải chính",
}


class EntryListOrder(StrEnum):
    """The order of a list of entries; entries without the value come last."""

    NUMBER = "number"
    DAY = "day"


ENTRY_ORDER_LABELS = {"": "Trang", EntryListOrder.NUMBER: "Số", EntryListOrder.DAY: "Ngày đăng ký"}


class EntryFilter(BaseModel):
    """The filter and page number of a list of entries.

    Attributes:
        state: A value of ``EntryState``; anything else: all.
        number: The number of an entry, with or without its year; ``""``: any.
        order: A value of ``EntryListOrder``; anything else: the order of the pages.
        sheet: The page of the list, from 1.
    """

    state: str = Field(default="", max_length=20)
    number: str = Field(default="", max_length=40)
    order: str = Field(default="", max_length=20)
    sheet: int = Field(default=1, ge=1, le=100_000)

    def query(self, *, state: str | None = None, order: str | None = None, sheet: int = 1) -> str:
        """Return the query of the list on another page, with another state or in another order."""
        parameters = {
            "state": self.state if state is None else state,
            "number": self.number,
            "order": self.order if order is None else order,
            "sheet": "" if sheet == 1 else str(sheet),
        }
        return urlencode({name: value for name, value in parameters.items() if value})

    def admits(self, entry: ListedEntry) -> bool:
        return self.has_number(entry) and (self.state not in list(EntryState) or is_in(entry, self.state))

    def has_number(self, entry: ListedEntry) -> bool:
        """Return whether the entry has the number of the filter, with or without its year and leading zeros."""
        wanted = self.number.strip().lstrip("0")
        entry_number = entry.number.lstrip("0")
        return not wanted or wanted in (entry_number, entry_number.partition("/")[0])


def is_in(entry: ListedEntry, state: str) -> bool:
    if state == EntryState.AMENDED:
        return entry.amended > 0
    return entry.waits is (state == EntryState.WAITING)


@dataclass(frozen=True, slots=True)
class EntryList:
    """A page of the list.

    Attributes:
        found: Number of entries on all pages.
        total: Number of the book's entries.
        counts: Each state with its label and the number of entries that have the filter's number.
        sheet: The page of the list, from 1.
    """

    rows: tuple[ListedEntry, ...]
    found: int
    total: int
    counts: tuple[tuple[str, str, int], ...]
    sheet: int
    sheets: int


def _by_page(entry: ListedEntry) -> tuple[object, ...]:
    return (entry.place.order, entry.ref.scan_sha256, entry.row)


def _by_number(entry: ListedEntry) -> tuple[object, ...]:
    number, _, year = entry.number.partition("/")
    digits = re.match(r"\d+", number)
    return (digits is None, year, int(digits[0]) if digits else 0, number, *_by_page(entry))


def _by_day(entry: ListedEntry) -> tuple[object, ...]:
    day = entry.registered_on
    return (not day, day.split(".")[::-1], *_by_page(entry))


_ORDERS = {EntryListOrder.NUMBER.value: _by_number, EntryListOrder.DAY.value: _by_day}


def entry_list(entries: Sequence[ListedEntry], narrowed: EntryFilter) -> EntryList:
    """Return the requested page of the list, at most the last."""
    numbered = [entry for entry in entries if narrowed.has_number(entry)]
    matching = sorted(
        (entry for entry in numbered if narrowed.admits(entry)), key=_ORDERS.get(narrowed.order, _by_page)
    )
    sheets = max(1, -(-len(matching) // ROWS))
    sheet = min(max(1, narrowed.sheet), sheets)
    return EntryList(
        rows=tuple(matching[(sheet - 1) * ROWS : sheet * ROWS]),
        found=len(matching),
        total=len(entries),
        counts=tuple(
            (state.value, label, sum(is_in(entry, state) for entry in numbered))
            for state, label in ENTRY_STATE_LABELS.items()
        ),
        sheet=sheet,
        sheets=sheets,
    )
