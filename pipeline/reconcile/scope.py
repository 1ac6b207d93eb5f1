"""Which books a file is about, and which registration place a row names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.reconcile.staging import ANY
from pipeline.reconcile.values import BookCoverage, ReconcileBook
from pipeline.text.tones import folded

ONE_ROW_IN = 10
"""A book is taken for a part of the file when a row of it stands there for so many of its entries."""


class RegistrationPlaces:
    """The registration places of books, and by which names a file calls them."""

    def __init__(self, books: Sequence[ReconcileBook]) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        for book in books:
            for name in (book.place, book.place_code):
                if name:
                    self._names[folded(name)].add(book.place_code)
        self._known: dict[str, str | None] = {}

    def code(self, text: str) -> str | None:
        """The code of the place that a text names: all of it, or the longest name in it (``UBND xã …``); None when it
        names none, or several places have that name."""
        if text not in self._known:
            self._known[text] = self._looked_up(folded(text))
        return self._known[text]

    def _looked_up(self, text: str) -> str | None:
        words = f" {text.replace(',', ' ').replace('.', ' ')} "
        named = [name for name in self._names if f" {name} " in words or name == text]
        if not named:
            return None
        codes = self._names[max(named, key=len)]
        return next(iter(codes)) if len(codes) == 1 else None


def volume_key(book: ReconcileBook, *, has_volumes: bool) -> str:
    return book.volume if has_volumes else ANY


def books_on_file(
    books: Sequence[ReconcileBook],
    rows: Iterable[tuple[str, str, int]],
    places: RegistrationPlaces,
    *,
    has_volumes: bool,
    wanted: bool,
) -> tuple[BookCoverage, ...]:
    """Every book with the rows that may be of it. ``rows``: volume, place, how many; ``wanted``: people named the
    books, so all of them are compared, however few rows there are. Rows whose place is not known may be of any place
    that has the volume; where several have it, nothing is told as missing because of them."""
    named: dict[tuple[str, str | None], int] = defaultdict(int)
    for volume, place, count in rows:
        named[volume, places.code(place)] += count
    shelves: Mapping[tuple[str, str], int] = _entries_by_shelf(books, has_volumes=has_volumes)
    alone = _places_by_volume(books, has_volumes=has_volumes)
    found = []
    for book in books:
        volume = volume_key(book, has_volumes=has_volumes)
        sure, unplaced = named.get((volume, book.place_code), 0), named.get((volume, None), 0)
        if len(alone[volume]) == 1:
            sure += unplaced
            unplaced = 0
        entries = shelves[volume, book.place_code]
        found.append(BookCoverage(book, sure + unplaced, wanted or 0 < entries <= sure * ONE_ROW_IN))
    return tuple(found)


def _entries_by_shelf(books: Sequence[ReconcileBook], *, has_volumes: bool) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for book in books:
        found[volume_key(book, has_volumes=has_volumes), book.place_code] += book.entries
    return found


def _places_by_volume(books: Sequence[ReconcileBook], *, has_volumes: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for book in books:
        found[volume_key(book, has_volumes=has_volumes)].add(book.place_code)
    return found
