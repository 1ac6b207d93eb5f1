"""K09: days of registration do not go back along the numbers of a book."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.ordering import in_order
from pipeline.book_rules.shelf import Shelves
from pipeline.book_rules.values import UNKNOWN, full_days, rows_of, shown_day

BACKWARD = "K09"

COLUMNS = ("entry_id", "page_id", "book_id", "day")


def date_order_findings(shelves: Shelves, doubted: Collection[int]) -> Iterator[BookFinding]:
    """Entries whose day falls out of the order of the rest of their book and year. ``doubted``: ids of entries whose
    number is in doubt itself; these, and days that are not known whole, say nothing."""
    entries = shelves.entries
    asked = entries[
        (full_days(entries["day"].to_numpy()) != UNKNOWN)
        & (entries["number"] != UNKNOWN)
        & (entries["year"] != UNKNOWN)
        & ~entries["entry_id"].isin(list(doubted))
    ].sort_values(["book_id", "year", "number"], kind="stable")
    if asked.empty:
        return
    book, year, day = (asked[name].to_numpy() for name in ("book_id", "year", "day"))
    first = np.ones(len(asked), dtype=bool)
    first[1:] = (book[1:] != book[:-1]) | (year[1:] != year[:-1])
    back = np.zeros(len(asked), dtype=bool)
    back[1:] = (day[1:] < day[:-1]) & ~first[1:]
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(asked))
    for place in np.flatnonzero(np.add.reduceat(back, starts) > 0):
        yield from _strays(list(rows_of(asked[starts[place] : ends[place]], *COLUMNS)))


def _strays(rows: Sequence[tuple[int, int, int, int]]) -> Iterator[BookFinding]:
    kept = in_order([row[3] for row in rows], strictly=False)
    stands = set(kept)
    at = 0
    for place, (entry_id, page_id, book_id, _) in enumerate(rows):
        if place in stands:
            at += 1
            continue
        details = {}
        if at > 0:
            details["after"] = shown_day(rows[kept[at - 1]][3])
        if at < len(kept):
            details["before"] = shown_day(rows[kept[at]][3])
        yield BookFinding(BACKWARD, book_id, page_id, entry_id, ("registered_on",), details)
