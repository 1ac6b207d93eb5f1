"""Matching of the entries of the registry with the rows of a file.

Rows are matched by their key within a volume, then by similarity. The module also decides which books a file covers,
and which registration place a row names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pipeline.base.text.tones import folded
from pipeline.declarations.schema import Schemas
from pipeline.delivery.reconcile.compared_rows import ComparedRows, compared_rows
from pipeline.delivery.reconcile.differences import (
    BookCoverage,
    DifferenceKind,
    FileRow,
    ReconcileCounts,
    ReconcileDifference,
    RegistryEntry,
    RejectedCell,
)
from pipeline.delivery.reconcile.similarity import SURE, FieldComparer, SimilarityScorer
from pipeline.delivery.workbook_reading.sheet_layout import SheetLayout
from pipeline.delivery.workbook_reading.staged_rows import ANY
from pipeline.delivery.workbook_reading.workbook_reader import SourceWorkbook
from pipeline.registry.books.model import BookRow

ONE_ROW_IN = 10
"""A book counts as part of the file if the file has rows for at least one in this many of its entries."""


class RegistrationPlaces:
    """The registration places of books and their names in a file."""

    def __init__(self, books: Sequence[BookRow]) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        for book in books:
            for name in (book.place, book.place_code):
                if name:
                    self._names[folded(name)].add(book.place_code)
        self._known: dict[str, str | None] = {}

    def code(self, text: str) -> str | None:
        """Return the code of a place by row_at name: the whole text, or the longest name in it (``UBND xã …``).

        Return ``None`` if the text names no known place, or several places share the name.
        """
        if text not in self._known:
            self._known[text] = self._find(folded(text))
        return self._known[text]

    def _find(self, text: str) -> str | None:
        words = f" {text.replace(',', ' ').replace('.', ' ')} "
        named = [name for name in self._names if f" {name} " in words or name == text]
        if not named:
            return None
        codes = self._names[max(named, key=len)]
        return next(iter(codes)) if len(codes) == 1 else None


def _volume_key(book: BookRow, *, has_volumes: bool) -> str:
    return book.volume if has_volumes else ANY


def books_on_file(
    books: Sequence[BookRow],
    rows: Iterable[tuple[str, str, int]],
    places: RegistrationPlaces,
    *,
    has_volumes: bool,
    wanted: bool,
) -> tuple[BookCoverage, ...]:
    """Return the coverage of each book by the file.

    Rows with an unknown place may belong to any place with their volume. If several places have the volume, such rows
    do not make entries count as missing.

    Args:
        rows: Volume, place and their number of rows.
        has_volumes: Whether the file has a column for the volume.
        wanted: Whether people chose the books; all are then compared, however few rows they have.
    """
    named: dict[tuple[str, str | None], int] = defaultdict(int)
    for volume, place, count in rows:
        named[volume, places.code(place)] += count
    entries_by_volume: Mapping[tuple[str, str], int] = _entries_by_volume(books, has_volumes=has_volumes)
    places_of = _places_by_volume(books, has_volumes=has_volumes)
    coverage = []
    for book in books:
        volume = _volume_key(book, has_volumes=has_volumes)
        certain, unplaced = named.get((volume, book.place_code), 0), named.get((volume, None), 0)
        if len(places_of[volume]) == 1:
            certain += unplaced
            unplaced = 0
        entries = entries_by_volume[volume, book.place_code]
        coverage.append(BookCoverage(book, certain + unplaced, wanted or 0 < entries <= certain * ONE_ROW_IN))
    return tuple(coverage)


def _entries_by_volume(books: Sequence[BookRow], *, has_volumes: bool) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for book in books:
        counts[_volume_key(book, has_volumes=has_volumes), book.place_code] += book.entries
    return counts


def _places_by_volume(books: Sequence[BookRow], *, has_volumes: bool) -> dict[str, set[str]]:
    codes: dict[str, set[str]] = defaultdict(set)
    for book in books:
        codes[_volume_key(book, has_volumes=has_volumes)].add(book.place_code)
    return codes


EntriesOf = Callable[[Sequence[int]], Iterable[RegistryEntry]]
"""Return the entries of books (by id), with texts in the order of the layout's fields."""

Key = tuple[str | None, str, str]
"""Code of the registration place (``None``: unknown), volume, number."""


def reconcile_rows(
    book: SourceWorkbook,
    layout: SheetLayout,
    schemas: Schemas,
    books: Sequence[BookRow],
    entries_of: EntriesOf,
    counts: ReconcileCounts,
    *,
    wanted: bool = False,
) -> Iterator[ReconcileDifference | RejectedCell]:
    """Yield all differences and every rejected cell.

    Args:
        books: Books of the registry that the file may cover.
        counts: Filled during the iteration.
        wanted: Whether people chose the books; entries without a row then count as missing in all of them, else only in
            books with enough rows.

    Raises:
        ReconcileError: The sheet is broken.
    """
    counts.ignored, counts.absent = layout.ignored, layout.absent
    with compared_rows(book, layout, schemas) as rows:
        matcher = _Matcher(rows, layout, books, entries_of, counts)
        for refusal in rows.refusals():
            counts.refused += 1
            yield refusal
        yield from matcher.differences(wanted=wanted)


class _Matcher:
    """A reconciliation in progress; unmatched entries and rows are kept until all keys are tried."""

    def __init__(
        self,
        rows: ComparedRows,
        layout: SheetLayout,
        books: Sequence[BookRow],
        entries_of: EntriesOf,
        counts: ReconcileCounts,
    ) -> None:
        self._rows, self._books, self._entries_of, self._counts = rows, books, entries_of, counts
        self._compare = FieldComparer(layout.fields)
        self._likeness = SimilarityScorer(layout.record, self._compare.position)
        key = layout.record.key_columns
        self._number = self._compare.position.get(key.number)
        self._volume = self._compare.position.get(key.volume)
        self._places = RegistrationPlaces(books)
        self._codes = {book.book_id: book.place_code for book in books}
        self._left: list[tuple[Key, RegistryEntry]] = []
        self._loose: list[tuple[Key, FileRow]] = []
        self._taken: dict[Key, int] = {}

    def differences(self, *, wanted: bool) -> Iterator[ReconcileDifference]:
        has_volumes = self._volume is not None
        named = list(self._rows.places())
        coverage = books_on_file(self._books, named, self._places, has_volumes=has_volumes, wanted=wanted)
        self._counts.books, self._counts.rows = coverage, self._rows.rows
        self._counts.fonts = dict(self._rows.row_fonts())
        for column, font in self._rows.column_fonts().items():
            self._counts.add("fonts", f"{font}: {column}")
        for _, place, count in named:
            if place and self._places.code(place) is None:
                self._counts.add("places", place, count)
        compared = {covered.book.book_id for covered in coverage if covered.compared}
        by_volume: defaultdict[str, list[BookRow]] = defaultdict(list)
        for covered in coverage:
            if covered.compared or covered.rows:
                by_volume[_volume_key(covered.book, has_volumes=has_volumes)].append(covered.book)
        for volume in sorted({*by_volume, *(volume for volume, _, _ in named)}):
            yield from self._match_volume(volume, by_volume.get(volume, []))
        yield from self._rest(compared)

    # --- by key ---------------------------------------------------------------------------------------------------

    def _match_volume(self, volume: str, books: Sequence[BookRow]) -> Iterator[ReconcileDifference]:
        """Match the rows and entries of a volume, place by place."""
        codes = {book.place_code for book in books}
        alone = next(iter(codes)) if len(codes) == 1 else None
        by_place: defaultdict[str | None, list[FileRow]] = defaultdict(list)
        for place, row in self._rows.of_volume(volume):
            code = self._places.code(place)
            by_place[code if code in codes else (alone if code is None else None)].append(row)
        for code in sorted(codes):
            entries = list(self._entries_of([book.book_id for book in books if book.place_code == code]))
            self._counts.entries += len(entries)
            yield from self._match_place((code, volume), entries, by_place.pop(code, []))
        for code, rows in by_place.items():
            self._loose += [((code, volume, self._number_of(row.texts)), row) for row in rows]

    def _match_place(
        self, volume: tuple[str, str], entries: Sequence[RegistryEntry], rows: Sequence[FileRow]
    ) -> Iterator[ReconcileDifference]:
        ours: defaultdict[str, list[RegistryEntry]] = defaultdict(list)
        for entry in entries:
            ours[self._number_of(entry.texts)].append(entry)
        theirs: defaultdict[str, list[FileRow]] = defaultdict(list)
        for row in rows:
            theirs[self._number_of(row.texts)].append(row)
        for number in {**ours, **theirs}:
            key = (*volume, number)
            yield from self._match_key(key, ours.get(number, []), theirs.get(number, []))

    def _match_key(
        self, key: Key, ours: list[RegistryEntry], theirs: list[FileRow]
    ) -> Iterator[ReconcileDifference]:
        """Pair the most similar entries and rows of a key, if they are surely alike; keep the others."""
        scored = (
            [(1.0, 0, 0)]
            if len(ours) == len(theirs) == 1 and ours[0].texts == theirs[0].texts
            else sorted(
                (
                    (self._likeness.score(entry.texts, row.texts), entry_at, row_at)
                    for entry_at, entry in enumerate(ours)
                    for row_at, row in enumerate(theirs)
                ),
                key=lambda pair: (-pair[0], pair[1], pair[2]),
            )
        )
        used_ours: set[int] = set()
        used_theirs: set[int] = set()
        for score, entry_at, row_at in scored if key[2] else ():
            if score >= SURE and entry_at not in used_ours and row_at not in used_theirs:
                used_ours.add(entry_at)
                used_theirs.add(row_at)
                self._taken.setdefault(key, theirs[row_at].row)
                yield from self._pair(ours[entry_at], theirs[row_at])
        self._left += [(key, entry) for entry_at, entry in enumerate(ours) if entry_at not in used_ours]
        self._loose += [(key, row) for row_at, row in enumerate(theirs) if row_at not in used_theirs]

    # --- by likeness ----------------------------------------------------------------------------------------------

    def _rest(self, compared: set[int]) -> Iterator[ReconcileDifference]:
        """Match the entries and rows left over by the keys.

        The order is: pairs by similarity, dissimilar pairs of a key, duplicates, extra rows, missing entries.
        """
        gone_ours: set[int] = set()
        gone_theirs: set[int] = set()
        pairs = self._likeness.pairs(
            [(key, entry.texts) for key, entry in self._left], [(key, row.texts) for key, row in self._loose]
        )
        for entry_at, row_at, score in pairs:
            gone_ours.add(entry_at)
            gone_theirs.add(row_at)
            (key, entry), (other, row) = self._left[entry_at], self._loose[row_at]
            if key == other:
                self._taken.setdefault(key, row.row)
                yield from self._pair(entry, row)
            else:
                self._counts.by_likeness += 1
                yield from self._pair(entry, row, score)
        by_key = {
            key: entry_at
            for entry_at, (key, _) in enumerate(self._left)
            if entry_at not in gone_ours and key[2]
        }
        for row_at, (key, row) in enumerate(self._loose):
            if row_at not in gone_theirs and key in by_key:
                entry_at = by_key.pop(key)
                gone_ours.add(entry_at)
                gone_theirs.add(row_at)
                self._taken.setdefault(key, row.row)
                yield from self._pair(self._left[entry_at][1], row)
        for row_at, (key, row) in enumerate(self._loose):
            if row_at not in gone_theirs:
                yield self._counted(self._without_entry(key, row))
        for entry_at, (_, entry) in enumerate(self._left):
            if entry_at not in gone_ours and entry.book_id in compared:
                number, volume = self._number_of(entry.texts), self._volume_of(entry.texts)
                yield self._counted(
                    ReconcileDifference(
                        DifferenceKind.MISSING,
                        entry=entry,
                        number=number,
                        volume=volume,
                        place_code=self._codes[entry.book_id],
                    )
                )

    def _without_entry(self, key: Key, row: FileRow) -> ReconcileDifference:
        first = self._taken.get(key, 0) if key[2] else 0
        kind = DifferenceKind.DUPLICATE if first else DifferenceKind.EXTRA
        number, volume = self._number_of(row.texts), self._volume_of(row.texts)
        return ReconcileDifference(
            kind=kind,
            row=row.row,
            texts=row.texts,
            of_row=first,
            number=number,
            volume=volume,
            place_code=key[0] or "",
        )

    def _pair(
        self, entry: RegistryEntry, row: FileRow, likeness: float = 1.0
    ) -> Iterator[ReconcileDifference]:
        self._counts.pairs += 1
        self._counts.unsettled += len(entry.unsettled & self._compare.position.keys())
        fields = self._compare.differences(entry, row)
        if not fields:
            self._counts.same += 1
            return
        for field in fields:
            self._counts.add("fields", field.kind)
        yield self._counted(
            ReconcileDifference(
                kind=DifferenceKind.FIELDS,
                row=row.row,
                entry=entry,
                texts=row.texts,
                fields=fields,
                likeness=likeness,
                number=self._number_of(entry.texts),
                volume=self._volume_of(entry.texts),
                place_code=self._codes[entry.book_id],
            )
        )

    def _counted(self, difference: ReconcileDifference) -> ReconcileDifference:
        self._counts.add("kinds", difference.kind)
        return difference

    def _volume_of(self, texts: Sequence[str]) -> str:
        return texts[self._volume] if self._volume is not None else ""

    def _number_of(self, texts: Sequence[str]) -> str:
        return texts[self._number] if self._number is not None else ""
