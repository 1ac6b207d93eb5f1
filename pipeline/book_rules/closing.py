"""K10: a book holds as many entries and pages as its closing note says."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.shelf import Shelves
from pipeline.book_rules.values import UNKNOWN

ENTRIES = "K10"
PAGES = "K10-PAGES"


def closing_findings(shelves: Shelves) -> Iterator[BookFinding]:
    """Totals that do not agree, on the last page of the book. Without a total there is nothing to compare; as long as
    pages could not be read, a count that they may still make up is not wrong."""
    pages = shelves.pages
    if pages.empty:
        return
    counts = pd.DataFrame(
        {
            "last_page": pages.groupby("book_id")["page_id"].last(),
            "written": pages.groupby("book_id")["has_entries"].sum(),
            "inner": (~pages["is_cover"]).groupby(pages["book_id"]).sum(),
            "found": shelves.entries.groupby("book_id").size(),
        }
    ).fillna(0)
    for row in counts.join(shelves.books, how="inner").itertuples():
        book_id, last_page = int(row.Index), int(row.last_page)
        said, found, most = int(row.entries), int(row.found), int(row.found + row.failed * row.rows)
        if said != UNKNOWN and not found <= said <= most:
            yield BookFinding(ENTRIES, book_id, last_page, None, (), _details(said, found, row.failed))
        said, fewest, most = int(row.pages), int(row.written), int(row.inner + row.failed)
        if said != UNKNOWN and not fewest <= said <= most:
            counted = most if said > most else fewest
            yield BookFinding(PAGES, book_id, last_page, None, (), _details(said, counted, row.failed))


def _details(said: int, found: int, failed: int) -> dict[str, str]:
    details = {"said": str(said), "found": str(found)}
    return details | {"failed": str(int(failed))} if failed else details
