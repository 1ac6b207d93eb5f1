"""The entries of a book to check first: their values represent most of the waiting values.

Waiting values of a pool with similar readings form a cluster. Each step chooses the entry whose clusters hold the most
values without a chosen entry; a cluster counts in full until two of its pages are chosen, since its other values become
clear after two decisions. Sections of the book with few chosen entries come first: a clerk writes for weeks, and the
next clerk writes differently.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from rapidfuzz import fuzz

from pipeline.base.model import FieldStatus, PageRef, PageResult
from pipeline.base.text.tones import unaccented
from pipeline.declarations.schema import RecordSpec

MOST = 20
"""Number of chosen entries."""

STRETCHES = 5
"""Number of sections of a book, each possibly by a different hand."""

ONE_CLUSTER = 75.0
"""Similarity (0..100, without marks) of texts in a cluster."""

WANTED = 2
"""Number of pages to choose from a cluster."""

EntryKey = tuple[PageRef, int]
"""A page and a row on the page."""

Cluster = tuple[str, int]
"""A pool, and the index of the text that represents the cluster."""


def teaching_entries(
    pages: Sequence[PageResult], record: RecordSpec, most: int = MOST
) -> tuple[EntryKey, ...]:
    """Return the entries to check first, in order; empty if the book has no more than these.

    Args:
        pages: The pages weighed by the book, in its order.
        most: Number of entries to choose.
    """
    keys = [
        (page.ref, entry.row)
        for page in pages
        for entry in sorted(page.entries, key=lambda result: result.row)
    ]
    if len(keys) <= most:
        return ()
    stretch_of = {key: place * STRETCHES // len(keys) for place, key in enumerate(keys)}
    clusters = _clusters(pages, record)
    sizes = Counter(cluster for some in clusters.values() for cluster in some)
    chosen_pages: dict[Cluster, set[PageRef]] = defaultdict(set)
    in_stretch: Counter[int] = Counter()
    chosen: list[EntryKey] = []
    left = list(keys)
    while left and len(chosen) < most:
        gains = {
            key: sum(
                _gain(sizes[cluster], chosen_pages[cluster], key[0]) for cluster in clusters.get(key, ())
            )
            / (1 + in_stretch[stretch_of[key]])
            for key in left
        }
        best = max(left, key=lambda key: gains[key])
        if gains[best] <= 0:
            break
        chosen.append(best)
        left.remove(best)
        in_stretch[stretch_of[best]] += 1
        for cluster in clusters[best]:
            chosen_pages[cluster].add(best[0])
    return tuple(chosen)


def _gain(size: int, pages: set[PageRef], page: PageRef) -> float:
    """Return the gain of another entry of a cluster: its waiting values, until enough pages are chosen."""
    return float(size - 1) if page not in pages and len(pages) < WANTED else 0.0


def _clusters(pages: Sequence[PageResult], record: RecordSpec) -> dict[EntryKey, list[Cluster]]:
    """Return the clusters of the waiting values of each entry."""
    heads: dict[str, list[str]] = defaultdict(list)
    clusters: dict[EntryKey, list[Cluster]] = defaultdict(list)
    for page in pages:
        for entry in page.entries:
            key = (page.ref, entry.row)
            for reading in entry.readings:
                pool = record.pool_of(reading.field)
                if not pool or reading.accepted or reading.status is not FieldStatus.READ:
                    continue
                clusters[key].append((pool, _head_of(heads[pool], unaccented(reading.text.casefold()))))
    return clusters


def _head_of(heads: list[str], text: str) -> int:
    """Return the index of the first similar text; a text without one becomes a new head."""
    for number, head in enumerate(heads):
        if fuzz.ratio(head, text) >= ONE_CLUSTER:
            return number
    heads.append(text)
    return len(heads) - 1
