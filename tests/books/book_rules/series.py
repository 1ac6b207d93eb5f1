"""Books by hand: what stands on their pages, short enough to see whole. Nobody is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.books.book_rules import RegisterSeries, build_series


@dataclass(frozen=True)
class Line:
    """One entry on a page of its own: number, day of registration, printed page; None = not known."""

    number: str | None
    day: str | None = None
    page: str | None = None


@dataclass(frozen=True)
class Book:
    """A volume of one office and kind of event; ``kinds``: of its pages, in order, where not all bear an entry."""

    lines: Sequence[Line]
    volume: str = "01/2010"
    record: str = "birth"
    unit: str = "00001"
    book_series: str = "ordinary"
    entries: int | None = None
    pages: int | None = None
    failed: int = 0
    counted: int | None = None
    kinds: Sequence[str] = ()


def numbered(*numbers: int | str | None, year: int = 2010) -> list[Line]:
    """Entries of these numbers in one year."""
    return [Line(f"{n:02}/{year}" if isinstance(n, int) else n) for n in numbers]


def dated(*days: str | None, year: int = 2010) -> list[Line]:
    """Entries 1, 2, 3 … registered on these days."""
    return [Line(f"{n:02}/{year}", day) for n, day in enumerate(days, start=1)]


def paged(*pages: int | str | None) -> list[Line]:
    """Entries 1, 2, 3 … on pages with these printed numbers."""
    return [
        Line(f"{n:02}/2010", None, None if page is None else str(page))
        for n, page in enumerate(pages, start=1)
    ]


def series(*books: Book) -> RegisterSeries:
    """Entry ids count from 1 over all books, page ids are hundreds of the book and the page; book ids count from 1."""
    entries, pages, rows = [], [], []
    entry_id = 0
    for book_id, book in enumerate(books, start=1):
        rows.append(
            {
                "book_id": book_id, "record": book.record, "unit": book.unit, "book_series": book.book_series,
                "volume": book.volume,
                "entries": book.entries, "pages": book.pages, "rows": 1, "failed": book.failed,
                "counted": book.counted,
            }
        )  # fmt: skip
        kinds = book.kinds or ["entries"] * len(book.lines)
        lines = iter(book.lines)
        for order, kind in enumerate(kinds):
            page_id = 100 * book_id + order
            pages.append({"page_id": page_id, "book_id": book_id, "order": order, "kind": kind})
            if kind == "entries":
                entry_id += 1
                line = next(lines)
                entries.append(
                    {
                        "entry_id": entry_id, "page_id": page_id,
                        "number": line.number, "registered_on": line.day, "page": line.page,
                    }
                )  # fmt: skip
    columns = ["entry_id", "page_id", "number", "registered_on", "page"]
    sheets = pd.DataFrame(pages, columns=["page_id", "book_id", "order", "kind"])
    return build_series(pd.DataFrame(entries, columns=columns), sheets, pd.DataFrame(rows))
