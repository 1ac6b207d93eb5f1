"""The entries of a book as a page of a list: narrowed by state and number, in the order of the scans' names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from pipeline.registry.books.model import ListedEntry

ROWS = 50
"""Entries on one page of the list."""


class EntryState(StrEnum):
    """What a list of entries is narrowed to."""

    WAITING = "waiting"
    SETTLED = "settled"
    AMENDED = "amended"


ENTRY_STATE_LABELS = {
    EntryState.WAITING: "Chờ rà soát",
    EntryState.SETTLED: "Đã xong",
    EntryState.AMENDED: "Có cải chính",
}


class EntryFilter(BaseModel):
    """What a list of entries is narrowed to.

    Attributes:
        state: As in ``EntryState``; anything else: all.
        number: The number of an entry, with or without its year; ``""``: any.
        sheet: Which page of the list, from 1.
    """

    state: str = Field(default="", max_length=20)
    number: str = Field(default="", max_length=40)
    sheet: int = Field(default=1, ge=1, le=100_000)

    def query(self, *, state: str | None = None, sheet: int = 1) -> str:
        """Return the query of an address with another page of the list, or another state."""
        wanted = self.state if state is None else state
        told = {"state": wanted, "number": self.number, "sheet": "" if sheet == 1 else str(sheet)}
        return urlencode({name: value for name, value in told.items() if value})

    def takes(self, one: ListedEntry) -> bool:
        """Return whether the entry has that number and stands in that state."""
        return self.has_number(one) and (self.state not in list(EntryState) or is_in(one, self.state))

    def has_number(self, one: ListedEntry) -> bool:
        """Return whether the entry's number is the one looked for, with or without its year and leading zeros."""
        wanted = self.number.strip().lstrip("0")
        told = one.number.lstrip("0")
        return not wanted or wanted in (told, told.partition("/")[0])


def is_in(one: ListedEntry, state: str) -> bool:
    """Return whether an entry is in a state, as in ``EntryState``."""
    if state == EntryState.AMENDED:
        return one.amended > 0
    return one.waits is (state == EntryState.WAITING)


@dataclass(frozen=True, slots=True)
class EntryList:
    """A page of the list.

    Attributes:
        found: How many there are in all pages.
        total: How many the book has.
        counts: State, its label and how many entries of the number looked for are in it.
        sheet: Which page this is, from 1.
    """

    rows: tuple[ListedEntry, ...]
    found: int
    total: int
    counts: tuple[tuple[str, str, int], ...]
    sheet: int
    sheets: int


def entry_list(entries: Sequence[ListedEntry], narrowed: EntryFilter) -> EntryList:
    """Return the page of the list that is asked for; the last one where it has not so many."""
    numbered = [entry for entry in entries if narrowed.has_number(entry)]
    found = sorted(
        (one for one in numbered if narrowed.takes(one)),
        key=lambda one: (one.place.order, one.ref.scan_sha256, one.row),
    )
    sheets = max(1, -(-len(found) // ROWS))
    sheet = min(max(1, narrowed.sheet), sheets)
    return EntryList(
        rows=tuple(found[(sheet - 1) * ROWS : sheet * ROWS]),
        found=len(found),
        total=len(entries),
        counts=tuple(
            (state.value, label, sum(is_in(one, state) for one in numbered))
            for state, label in ENTRY_STATE_LABELS.items()
        ),
        sheet=sheet,
        sheets=sheets,
    )
