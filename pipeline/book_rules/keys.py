"""K06: no two entries of one office, kind of event and volume bear the same number in the same year."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.shelf import Shelves
from pipeline.book_rules.values import UNKNOWN, rows_of

DUPLICATE = "K06"


def duplicate_findings(shelves: Shelves) -> Iterator[BookFinding]:
    """Every side of a duplicate key, each told of the others. The volume is that of the cover."""
    entries = shelves.entries[shelves.entries["number"] != UNKNOWN]
    key = ["shelf", "opened", "volume", "year", "number"]
    same = entries[entries.duplicated(key, keep=False)]
    for _, group in same.groupby(key, sort=False):
        ids = group["entry_id"].tolist()
        for book_id, page_id, entry_id in rows_of(group, "book_id", "page_id", "entry_id"):
            others = " ".join(str(one) for one in ids if one != entry_id)
            yield BookFinding(DUPLICATE, book_id, page_id, entry_id, ("number",), {"others": others})
