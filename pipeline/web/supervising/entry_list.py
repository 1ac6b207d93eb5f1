"""The entries of a book as a page of a list: filtered by state and number, in the order of the scans' names."""

from __future__ import annotations

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


class EntryFilter(BaseModel):
    """The filter and page number of a list of entries.

    Attributes:
        state: A value of ``EntryState``; anything else: all.
        number: The number of an entry, with or without its year; ``""``: any.
        sheet: The page of the list, from 1.
    """

    state: str = Field(default="", max_length=20)
    number: str = Field(default="", max_length=40)
    sheet: int = Field(default=1, ge=1, le=100_000)

    def query(self, *, state: str | None = None, sheet: int = 1) -> str:
        """Return the query of the list on another page, or with another state."""
        new_state = self.state if state is None else state
        parameters = {"state": new_state, "number": self.number, "sheet": "" if sheet == 1 else str(sheet)}
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


def entry_list(entries: Sequence[ListedEntry], narrowed: EntryFilter) -> EntryList:
    """Return the requested page of the list, at most the last."""
    numbered = [entry for entry in entries if narrowed.has_number(entry)]
    matching = sorted(
        (entry for entry in numbered if narrowed.admits(entry)),
        key=lambda entry: (entry.place.order, entry.ref.scan_sha256, entry.row),
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
