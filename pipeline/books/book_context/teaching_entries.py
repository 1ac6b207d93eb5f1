"""Which entries of a book people had best check first: those whose values stand for most of what waits in it.

Waiting values of a pool that are read alike are a cluster. Each choice is the entry whose clusters hold most values
that nobody is asked about yet; a cluster counts in full until two of its pages are chosen, as two decisions are needed
before its other values are clear. Stretches of the book of which few entries are chosen come first: a clerk writes for
weeks, and the next one otherwise.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from rapidfuzz import fuzz

from pipeline.base.model import FieldStatus, PageRef, PageResult
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.book_model import pool_of_field
from pipeline.declarations.schema import RecordSpec

MOST = 20
"""How many entries are chosen."""

STRETCHES = 5
"""Into how many stretches a book is parted, each of which may be of another hand."""

ONE_CLUSTER = 75.0
"""How like (0..100), marks aside, texts of a cluster are."""

WANTED = 2
"""How many pages of a cluster are to be chosen."""

EntryKey = tuple[PageRef, int]
"""A page and a row on it."""

Cluster = tuple[str, int]
"""A pool, and the number of the text in it that others are like."""


def teaching_entries(
    pages: Sequence[PageResult], record: RecordSpec, most: int = MOST
) -> tuple[EntryKey, ...]:
    """Return the entries to be checked first, the first first; none where a book has no more than these.

    Args:
        pages: The pages as the book weighs them, in its order.
        record: Its record.
        most: How many entries are chosen.
    """
    keys = [
        (page.ref, entry.row) for page in pages for entry in sorted(page.entries, key=lambda one: one.row)
    ]
    if len(keys) <= most:
        return ()
    stretch_of = {key: place * STRETCHES // len(keys) for place, key in enumerate(keys)}
    clusters = _clusters(pages, record)
    sizes = Counter(cluster for some in clusters.values() for cluster in some)
    asked: dict[Cluster, set[PageRef]] = defaultdict(set)
    in_stretch: Counter[int] = Counter()
    chosen: list[EntryKey] = []
    left = list(keys)
    while left and len(chosen) < most:
        gains = {
            key: sum(_gain(sizes[one], asked[one], key[0]) for one in clusters.get(key, ()))
            / (1 + in_stretch[stretch_of[key]])
            for key in left
        }
        best = max(left, key=lambda key: gains[key])
        if gains[best] <= 0:
            break
        chosen.append(best)
        left.remove(best)
        in_stretch[stretch_of[best]] += 1
        for one in clusters[best]:
            asked[one].add(best[0])
    return tuple(chosen)


def _gain(size: int, pages: set[PageRef], page: PageRef) -> float:
    """Return what one more entry of a cluster is worth: the values that wait for it, until enough pages are chosen."""
    return float(size - 1) if page not in pages and len(pages) < WANTED else 0.0


def _clusters(pages: Sequence[PageResult], record: RecordSpec) -> dict[EntryKey, list[Cluster]]:
    """Return the clusters of the waiting values of each entry."""
    heads: dict[str, list[str]] = defaultdict(list)
    found: dict[EntryKey, list[Cluster]] = defaultdict(list)
    for page in pages:
        for entry in page.entries:
            key = (page.ref, entry.row)
            for reading in entry.readings:
                pool = pool_of_field(record.by_name[reading.field], record)
                if not pool or reading.accepted or reading.status is not FieldStatus.READ:
                    continue
                found[key].append((pool, _head_of(heads[pool], unaccented(reading.text.casefold()))))
    return found


def _head_of(heads: list[str], text: str) -> int:
    """Return the number of the first text that one is like, which becomes one itself where there is none."""
    for number, head in enumerate(heads):
        if fuzz.ratio(head, text) >= ONE_CLUSTER:
            return number
    heads.append(text)
    return len(heads) - 1
