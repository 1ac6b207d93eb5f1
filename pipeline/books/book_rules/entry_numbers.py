"""Checks of entry numbers (K06, K07, K08).

They run on from 1 within a place, a kind of event and a year, over all volumes, and no two entries bear the
same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.books.book_rules.columns import UNKNOWN, format_runs, iter_rows, longest_increasing
from pipeline.books.book_rules.finding import BookFinding
from pipeline.books.book_rules.register_series import RegisterSeries

OUT_OF_ORDER = "K07"
GAP = "K07-GAP"
REPEAT = "K07-REPEAT"
RESTART = "K08"

NUMBER = "number"
"""The role of the field that the findings name."""


COLUMNS = ("entry_id", "page_id", "book_id", "opened", "volume", "year", "number")


@dataclass(frozen=True, slots=True)
class _Entry:
    entry_id: int
    page_id: int
    book_id: int
    opened: int
    volume: int
    year: int
    number: int


def number_findings(series: RegisterSeries) -> Iterator[BookFinding]:
    """Yield what breaks the sequence of each series and year, and what restarts in a new year (lawful, a mere count).

    An entry whose number is not known may be any that is missing around it, so it makes no gap. Volumes that are not in
    the registry make none either.
    """
    entries = series.entries
    run = _in_runs(entries)
    for rows in _broken(run):
        yield from _broken_run([_Entry(*row) for row in rows])
    yield from _restarts(entries)


def _in_runs(entries: pd.DataFrame) -> pd.DataFrame:
    """Return the entries by series and year; an unknown year is that of the entries before in the book, else behind."""
    year = entries["year"].where(entries["year"] != UNKNOWN)
    by_book = year.groupby(entries["book_id"])
    year = by_book.ffill().fillna(by_book.bfill()).fillna(entries["opened"]).astype("int64")
    run = entries.assign(year=year)
    return run.sort_values(["series", "year"], kind="stable")


def _broken(run: pd.DataFrame) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the runs that do not simply count up from 1, as rows of ``_Entry``."""
    if run.empty:
        return
    series, year, number = (run[name].to_numpy() for name in ("series", "year", "number"))
    first = np.ones(len(run), dtype=bool)
    first[1:] = (series[1:] != series[:-1]) | (year[1:] != year[:-1])
    before = np.zeros(len(run), dtype=np.int64)
    before[1:] = number[:-1]
    wrong = number != np.where(first, 0, before) + 1
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(run))
    for place in np.flatnonzero(np.add.reduceat(wrong, starts) > 0):
        yield list(iter_rows(run[starts[place] : ends[place]], *COLUMNS))


def _broken_run(entries: Sequence[_Entry]) -> Iterator[BookFinding]:
    known = [place for place, entry in enumerate(entries) if entry.number != UNKNOWN]
    kept = [
        known[place]
        for place in longest_increasing([entries[place].number for place in known], strictly=True)
    ]
    times = Counter(entries[place].number for place in known)
    yield from _gaps(entries, kept, times)
    yield from _strays(entries, known, kept)
    yield from _repeats(entries, known, times)


def _gaps(entries: Sequence[_Entry], kept: Sequence[int], times: Counter[int]) -> Iterator[BookFinding]:
    for before, place in zip([-1, *kept], kept, strict=False):
        entry = entries[place]
        number_before = entries[before].number if before >= 0 else 0
        missing = [
            n for n in range(number_before + 1, min(entry.number, number_before + 100_000)) if not times[n]
        ]
        between = place - before - 1
        if len(missing) <= between or not _follows(entries[before] if before >= 0 else None, entry):
            continue
        details = {"missing": format_runs(missing), "before": str(entry.number)}
        if number_before:
            details["after"] = str(number_before)
        yield BookFinding(GAP, entry.book_id, entry.page_id, entry.entry_id, (), details)


def _follows(before: _Entry | None, entry: _Entry) -> bool:
    """Return whether no volume that the registry lacks can be between the two.

    Before the first entry of a year nothing is missing in volume 1, nor in a volume that was carried into the year.
    """
    if before is None:
        return entry.volume == 1 or entry.opened < entry.year
    return entry.opened != before.opened or entry.volume - before.volume <= 1


def _strays(entries: Sequence[_Entry], known: Sequence[int], kept: Sequence[int]) -> Iterator[BookFinding]:
    """Yield entries whose numbers break the order of the rest; an equal neighbour is a repeat."""
    kept_places = set(kept)
    behind = list(kept)
    at = 0
    for place in known:
        if place in kept_places:
            continue
        while at < len(behind) and behind[at] < place:
            at += 1
        around = [entries[behind[near]].number for near in (at - 1, at) if 0 <= near < len(behind)]
        entry = entries[place]
        if entry.number in around:
            continue
        details = {}
        if at > 0:
            details["after"] = str(entries[behind[at - 1]].number)
        if at < len(behind):
            details["before"] = str(entries[behind[at]].number)
        yield BookFinding(OUT_OF_ORDER, entry.book_id, entry.page_id, entry.entry_id, (NUMBER,), details)


def _repeats(entries: Sequence[_Entry], known: Sequence[int], times: Counter[int]) -> Iterator[BookFinding]:
    """Yield numbers that two volumes of a year share, once for each entry; within one volume K06 finds them."""
    again: dict[int, list[_Entry]] = {}
    for place in known:
        if times[entries[place].number] > 1:
            again.setdefault(entries[place].number, []).append(entries[place])
    for same in again.values():
        for entry in same:
            others = [
                other.entry_id
                for other in same
                if (other.opened, other.volume) != (entry.opened, entry.volume)
            ]
            if others:
                yield BookFinding(
                    REPEAT, entry.book_id, entry.page_id, entry.entry_id, (NUMBER,),
                    {"others": " ".join(map(str, others))},
                )  # fmt: skip


def _restarts(entries: pd.DataFrame) -> Iterator[BookFinding]:
    known = entries[(entries["year"] != UNKNOWN) & (entries["number"] != UNKNOWN)]
    same_book = known["book_id"].eq(known["book_id"].shift())
    year_before, number_before = known["year"].shift(), known["number"].shift()
    anew = same_book & (known["year"] > year_before) & (known["number"] <= number_before)
    for book_id, page_id, entry_id, year in iter_rows(known[anew], "book_id", "page_id", "entry_id", "year"):
        yield BookFinding(RESTART, book_id, page_id, entry_id, (), {"year": str(year)})


DUPLICATE = "K06"


def duplicate_findings(series: RegisterSeries) -> Iterator[BookFinding]:
    """Yield every entry of a duplicate key, with the others. The volume is that of the cover."""
    entries = series.entries[series.entries["number"] != UNKNOWN]
    key = ["series", "opened", "volume", "year", "number"]
    same = entries[entries.duplicated(key, keep=False)]
    for _, group in same.groupby(key, sort=False):
        ids = group["entry_id"].tolist()
        for book_id, page_id, entry_id in iter_rows(group, "book_id", "page_id", "entry_id"):
            others = " ".join(str(other) for other in ids if other != entry_id)
            yield BookFinding(DUPLICATE, book_id, page_id, entry_id, ("number",), {"others": others})
