"""K11: the printed page numbers of a book run on; where they do not, a page is missing or out of its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.ordering import as_runs, in_order
from pipeline.book_rules.shelf import Shelves
from pipeline.book_rules.values import UNKNOWN, rows_of

OUT_OF_ORDER = "K11-ORDER"
MISSING = "K11-MISSING"

STEPS = (1, 2)
"""Numbers count pages, or in some bound tables both pages of a spread."""


def page_findings(shelves: Shelves) -> Iterator[BookFinding]:
    """Missing pages (told on the page behind the gap) and pages that are out of place. A page without a number of its
    own, or that could not be read, may be one that is missing. Books whose pages bear no numbers say nothing."""
    failed = shelves.books["failed"]
    inner = shelves.pages[~shelves.pages["is_cover"]]
    numbered = inner.loc[inner["page"] != UNKNOWN, "book_id"].unique()
    inner = inner[inner["book_id"].isin(numbered)]
    page = inner["page"].to_numpy()
    step = inner.groupby("book_id")["page"].diff()
    broken = set(inner.loc[step.notna() & (step != 1), "book_id"]) | set(
        inner.loc[step.isna() & (page != 1), "book_id"]
    )
    some = inner[inner["book_id"].isin(list(broken))]
    for book_id, rows in some.groupby("book_id", sort=False):
        pages = list(rows_of(rows, "page_id", "page"))
        yield from _of_book(int(rows["book_id"].iloc[0]), pages, int(failed[book_id]))


def _of_book(book_id: int, pages: Sequence[tuple[int, int]], unread: int) -> Iterator[BookFinding]:
    known = [place for place, (_, number) in enumerate(pages) if number != UNKNOWN]
    kept = [known[place] for place in in_order([pages[place][1] for place in known], strictly=True)]
    step = _step([pages[place][1] for place in kept])
    there = {pages[place][1] for place in known}
    for before, place in zip([-1, *kept[:-1]], kept, strict=True):
        page_id, number = pages[place]
        number_before = pages[before][1] if before >= 0 else min(0, number - step)
        missing = [n for n in range(number_before + step, number, step) if n not in there]
        if len(missing) > place - before - 1 + unread:
            details = {"missing": as_runs(missing), "before": str(number)}
            yield BookFinding(MISSING, book_id, page_id, None, (), details)
    stands = set(kept)
    for place in known:
        if place not in stands:
            page_id, number = pages[place]
            yield BookFinding(OUT_OF_ORDER, book_id, page_id, None, (), {"page": str(number)})


def _step(numbers: Sequence[int]) -> int:
    """How far the numbers of neighbours mostly lie apart."""
    steps = Counter(later - earlier for earlier, later in pairwise(numbers))
    most = steps.most_common(1)
    return most[0][0] if most and most[0][0] in STEPS else STEPS[0]
