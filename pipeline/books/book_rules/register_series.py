"""The entries and pages for the checks of books, in the order of the books.

A *series* comprises all volumes of an office for one kind of event; books of late or repeated registrations, and second
copies, form their own series. Numbers run over the volumes of a series within a year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.books.book_rules.columns import (
    UNKNOWN,
    Numbers,
    parse_days,
    parse_numbers,
    parse_years,
    years,
)

TEXTS = ("number", "registered_on", "page")
"""The requested values of an entry, in canonical form; None or ``""`` if missing."""

SUPPORT = 3
"""Number of entries with a later year from which the book counts as carried over into that year."""


@dataclass(frozen=True)
class RegisterSeries:
    """The entries, pages and books of one or more series. UNKNOWN stands for an unknown value.

    Attributes:
        entries: A row for each entry, in the order of the books: ``entry_id``, ``page_id``, ``book_id``, ``series`` (a
            number for each office, kind of event and series of books), ``opened`` (the year of the volume), ``volume``
            (its number), ``number`` and ``year`` (of the number), ``day`` (registered, ``yyyymmdd``), ``page`` (as
            printed).
        pages: A row for each page, ordered likewise: ``page_id``, ``book_id``, ``has_entries``, ``is_cover``, ``page``.
        books: Indexed by ``book_id``: ``entries`` and ``pages`` of the closing note (UNKNOWN without a note), ``rows``
            (entries per page), ``failed`` (number of unreadable pages), ``counted`` (pages counted before scanning).
    """

    entries: pd.DataFrame
    pages: pd.DataFrame
    books: pd.DataFrame


def build_series(entries: pd.DataFrame, pages: pd.DataFrame, books: pd.DataFrame) -> RegisterSeries:
    """Build the series of some books from the texts of their columns.

    Args:
        entries: A row for each entry: ``entry_id``, ``page_id`` and ``TEXTS``; ordered within a page.
        pages: A row for each page: ``page_id``, ``book_id``, ``order`` (within the book), ``kind``.
        books: A row for each book: ``book_id``, ``record``, ``unit``, ``book_series``, ``volume``, ``entries``,
            ``pages``, ``rows``, ``failed``, ``counted``.
    """
    books = books.set_index("book_id")
    books["series"] = books.groupby(["record", "unit", "book_series"], sort=False).ngroup()
    books["opened"] = parse_years(books["volume"])
    books["volume"] = parse_numbers(books["volume"])
    for total in ("entries", "pages", "counted"):
        books[total] = books[total].astype("Float64").fillna(UNKNOWN).astype("int64")
    pages = pages.join(books[["series", "opened", "volume"]], on="book_id")
    pages = pages.sort_values(["series", "opened", "volume", "book_id", "order"], kind="stable")
    pages["place"] = np.arange(len(pages))
    pages["has_entries"] = pages["kind"] == "entries"
    pages["is_cover"] = pages["kind"] == "cover"

    entries = entries.join(
        pages.set_index("page_id")[["book_id", "series", "opened", "volume", "place"]], on="page_id"
    )
    entries = entries.sort_values("place", kind="stable").reset_index(drop=True)
    entries["number_year"] = parse_years(entries["number"])
    entries["number"] = parse_numbers(entries["number"])
    entries["day"] = parse_days(entries["registered_on"])
    entries["page"] = parse_numbers(entries["page"])
    entries["year"] = _years(entries)
    printed = entries[entries["page"] != UNKNOWN].groupby("page_id")["page"].first()
    pages["page"] = pages["page_id"].map(printed).fillna(UNKNOWN).astype("int64")
    kept = ["entry_id", "page_id", "book_id", "series", "opened", "volume", "number", "year", "day", "page"]
    return RegisterSeries(
        entries[kept],
        pages[["page_id", "book_id", "has_entries", "is_cover", "page"]].reset_index(drop=True),
        books,
    )


def _years(entries: pd.DataFrame) -> Numbers:
    """Return the year of each entry's number: the year written with it.

    Clerks omit the year, and then it was taken from the cover; so in a book carried over into a later year the year of
    registration counts instead.
    """
    written = entries["number_year"].to_numpy()
    registered = years(entries["day"].to_numpy())
    opened = entries["opened"].to_numpy()
    later = (registered > opened) & (registered != UNKNOWN)
    alike = (
        entries.assign(registered=registered).groupby(["book_id", "registered"])["entry_id"].transform("size")
    )
    carried = later & (alike.to_numpy() >= SUPPORT)
    assumed = (written == opened) | (written == UNKNOWN)
    return np.where(assumed & carried, registered, written)
