"""Checks of a book's order.

Registration days must not fall (K09), the totals must agree with the closing note and the pages
counted before scanning (K10), and the printed page numbers
must be consecutive (K11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from pipeline.books.book_rules.columns import (
    UNKNOWN,
    format_day,
    format_runs,
    full_days,
    iter_rows,
    longest_increasing,
)
from pipeline.books.book_rules.finding import BookFinding
from pipeline.books.book_rules.register_series import RegisterSeries

BACKWARD = "K09"


def date_order_findings(series: RegisterSeries, doubted: Collection[int]) -> Iterator[BookFinding]:
    """Yield entries whose day breaks the order of the rest of their book and year.

    Args:
        doubted: The ids of entries with a doubtful number; these entries, and incomplete days, are left out.
    """
    entries = series.entries
    dated = entries[
        (full_days(entries["day"].to_numpy()) != UNKNOWN)
        & (entries["number"] != UNKNOWN)
        & (entries["year"] != UNKNOWN)
        & ~entries["entry_id"].isin(list(doubted))
    ].sort_values(["book_id", "year", "number"], kind="stable")
    if dated.empty:
        return
    book, year, day = (dated[name].to_numpy() for name in ("book_id", "year", "day"))
    first = np.ones(len(dated), dtype=bool)
    first[1:] = (book[1:] != book[:-1]) | (year[1:] != year[:-1])
    back = np.zeros(len(dated), dtype=bool)
    back[1:] = (day[1:] < day[:-1]) & ~first[1:]
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(dated))
    for place in np.flatnonzero(np.add.reduceat(back, starts) > 0):
        yield from _strays(
            list(iter_rows(dated[starts[place] : ends[place]], "entry_id", "page_id", "book_id", "day"))
        )


def _strays(rows: Sequence[tuple[int, int, int, int]]) -> Iterator[BookFinding]:
    kept = longest_increasing([row[3] for row in rows], strictly=False)
    kept_places = set(kept)
    at = 0
    for place, (entry_id, page_id, book_id, _) in enumerate(rows):
        if place in kept_places:
            at += 1
            continue
        details = {}
        if at > 0:
            details["after"] = format_day(rows[kept[at - 1]][3])
        if at < len(kept):
            details["before"] = format_day(rows[kept[at]][3])
        yield BookFinding(BACKWARD, book_id, page_id, entry_id, ("registered_on",), details)


ENTRIES = "K10"
PAGES = "K10-PAGES"
COUNTED = "K10-COUNT"


def closing_findings(series: RegisterSeries) -> Iterator[BookFinding]:
    """Yield totals that disagree with the closing note or the pages counted before scanning, on the last page.

    A shortfall that unreadable pages may explain is not reported.
    """
    pages = series.pages
    if pages.empty:
        return
    counts = pd.DataFrame(
        {
            "last_page": pages.groupby("book_id")["page_id"].last(),
            "written": pages.groupby("book_id")["has_entries"].sum(),
            "inner": (~pages["is_cover"]).groupby(pages["book_id"]).sum(),
            "found": series.entries.groupby("book_id").size(),
        }
    ).fillna(0)
    books = counts.join(series.books, how="inner")
    books["book_id"] = books.index
    columns = (
        "book_id",
        "last_page",
        "written",
        "inner",
        "found",
        "entries",
        "pages",
        "rows",
        "failed",
        "counted",
    )
    for row in iter_rows(books, *columns):
        book_id, last_page, written, inner, present, entries, noted_pages, rows, failed, counted_pages = map(
            int, row
        )
        if entries != UNKNOWN and not present <= entries <= present + failed * rows:
            yield BookFinding(ENTRIES, book_id, last_page, None, (), _details(entries, present, failed))
        if noted_pages != UNKNOWN and not written <= noted_pages <= inner + failed:
            counted = inner if noted_pages > inner else written
            yield BookFinding(PAGES, book_id, last_page, None, (), _details(noted_pages, counted, failed))
        if counted_pages not in (UNKNOWN, inner + failed):
            yield BookFinding(COUNTED, book_id, last_page, None, (), _details(counted_pages, inner, failed))


def _details(noted: int, counted: int, failed: int) -> dict[str, str]:
    details = {"said": str(noted), "found": str(counted)}
    return details | {"failed": str(failed)} if failed else details


OUT_OF_ORDER = "K11-ORDER"
MISSING = "K11-MISSING"

STEPS = (1, 2)
"""Numbers count pages, or in some bound tables spreads of two pages."""


def page_findings(series: RegisterSeries) -> Iterator[BookFinding]:
    """Yield missing pages (on the page after the gap) and displaced pages.

    An unnumbered or unreadable page may be a missing page. Books without page numbers are left out.
    """
    failed = series.books["failed"]
    inner = series.pages[~series.pages["is_cover"]]
    numbered = inner.loc[inner["page"] != UNKNOWN, "book_id"].unique()
    inner = inner[inner["book_id"].isin(numbered)]
    page = inner["page"].to_numpy()
    step = inner.groupby("book_id")["page"].diff()
    broken = set(inner.loc[step.notna() & (step != 1), "book_id"]) | set(
        inner.loc[step.isna() & (page != 1), "book_id"]
    )
    some = inner[inner["book_id"].isin(list(broken))]
    for book_id, rows in some.groupby("book_id", sort=False):
        pages = list(iter_rows(rows, "page_id", "page"))
        yield from _of_book(int(rows["book_id"].iloc[0]), pages, int(failed[book_id]))


def _of_book(book_id: int, pages: Sequence[tuple[int, int]], unread: int) -> Iterator[BookFinding]:
    known = [place for place, (_, number) in enumerate(pages) if number != UNKNOWN]
    kept = [known[place] for place in longest_increasing([pages[place][1] for place in known], strictly=True)]
    step = _step([pages[place][1] for place in kept])
    there = {pages[place][1] for place in known}
    for before, place in zip([-1, *kept[:-1]], kept, strict=True):
        page_id, number = pages[place]
        number_before = pages[before][1] if before >= 0 else min(0, number - step)
        missing = [n for n in range(number_before + step, number, step) if n not in there]
        if len(missing) > place - before - 1 + unread:
            details = {"missing": format_runs(missing), "before": str(number)}
            yield BookFinding(MISSING, book_id, page_id, None, (), details)
    kept_places = set(kept)
    for place in known:
        if place not in kept_places:
            page_id, number = pages[place]
            yield BookFinding(OUT_OF_ORDER, book_id, page_id, None, (), {"page": str(number)})


def _step(numbers: Sequence[int]) -> int:
    """Return the usual difference between neighbouring numbers."""
    steps = Counter(later - earlier for earlier, later in pairwise(numbers))
    most = steps.most_common(1)
    return most[0][0] if most and most[0][0] in STEPS else STEPS[0]
