"""K10: a book holds as many entries and pages as its closing note says."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.shelf import Shelves
from pipeline.book_rules.values import UNKNOWN, rows_of

ENTRIES = "K10"
PAGES = "K10-PAGES"

COLUMNS = ("book_id", "last_page", "written", "inner", "found", "entries", "pages", "rows", "failed")


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
    books = counts.join(shelves.books, how="inner")
    books["book_id"] = books.index
    for row in rows_of(books, *COLUMNS):
        book_id, last_page, written, inner, found, entries, said_pages, rows, failed = map(int, row)
        if entries != UNKNOWN and not found <= entries <= found + failed * rows:
            yield BookFinding(ENTRIES, book_id, last_page, None, (), _details(entries, found, failed))
        if said_pages != UNKNOWN and not written <= said_pages <= inner + failed:
            counted = inner if said_pages > inner else written
            yield BookFinding(PAGES, book_id, last_page, None, (), _details(said_pages, counted, failed))


def _details(said: int, found: int, failed: int) -> dict[str, str]:
    details = {"said": str(said), "found": str(found)}
    return details | {"failed": str(failed)} if failed else details
