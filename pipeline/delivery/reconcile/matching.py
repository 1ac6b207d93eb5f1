"""Matching of the entries of the registry with the rows of a file.

The key within a volume comes first, similarity for what the key leaves over. Also: which books a file is
about, and which registration place a row names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pipeline.base.text.tones import folded
from pipeline.declarations.schema import Schemas
from pipeline.delivery.reconcile.differences import (
    BookCoverage,
    DifferenceKind,
    FileRow,
    ReconcileBook,
    ReconcileCounts,
    ReconcileDifference,
    RegistryEntry,
    RejectedCell,
)
from pipeline.delivery.reconcile.sheet_layout import SheetLayout
from pipeline.delivery.reconcile.similarity import SURE, FieldComparer, SimilarityScorer
from pipeline.delivery.reconcile.staged_rows import ANY, StagedRows, stage_rows
from pipeline.delivery.reconcile.workbook_reader import SourceWorkbook

ONE_ROW_IN = 10
"""A book is taken for a part of the file when the file has a row for so many of its entries."""


class RegistrationPlaces:
    """The registration places of books, and the names a file has for them."""

    def __init__(self, books: Sequence[ReconcileBook]) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        for book in books:
            for name in (book.place, book.place_code):
                if name:
                    self._names[folded(name)].add(book.place_code)
        self._known: dict[str, str | None] = {}

    def code(self, text: str) -> str | None:
        """Return the code of the place that a text names: the whole text, or the longest name in it (``UBND xã …``).

        ``None`` when it names none, or several places have that name.
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


def _volume_key(book: ReconcileBook, *, has_volumes: bool) -> str:
    return book.volume if has_volumes else ANY


def books_on_file(
    books: Sequence[ReconcileBook],
    rows: Iterable[tuple[str, str, int]],
    places: RegistrationPlaces,
    *,
    has_volumes: bool,
    wanted: bool,
) -> tuple[BookCoverage, ...]:
    """Return how far the file covers each book.

    Rows whose place is not known may belong to any place that has the volume; where several have it, no entry counts as
    missing because of them.

    Args:
        books: The books in question.
        rows: Volume, place and how many rows have both.
        places: Resolves the names of places.
        has_volumes: Whether the file has a column for the volume.
        wanted: People named the books, so all of them are compared, however few rows there are.
    """
    named: dict[tuple[str, str | None], int] = defaultdict(int)
    for volume, place, count in rows:
        named[volume, places.code(place)] += count
    entries_by_volume: Mapping[tuple[str, str], int] = _entries_by_volume(books, has_volumes=has_volumes)
    places_of = _places_by_volume(books, has_volumes=has_volumes)
    found = []
    for book in books:
        volume = _volume_key(book, has_volumes=has_volumes)
        sure, unplaced = named.get((volume, book.place_code), 0), named.get((volume, None), 0)
        if len(places_of[volume]) == 1:
            sure += unplaced
            unplaced = 0
        entries = entries_by_volume[volume, book.place_code]
        found.append(BookCoverage(book, sure + unplaced, wanted or 0 < entries <= sure * ONE_ROW_IN))
    return tuple(found)


def _entries_by_volume(books: Sequence[ReconcileBook], *, has_volumes: bool) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for book in books:
        found[_volume_key(book, has_volumes=has_volumes), book.place_code] += book.entries
    return found


def _places_by_volume(books: Sequence[ReconcileBook], *, has_volumes: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for book in books:
        found[_volume_key(book, has_volumes=has_volumes)].add(book.place_code)
    return found


EntriesOf = Callable[[Sequence[int]], Iterable[RegistryEntry]]
"""The entries of these books (by id), their texts in the order of the layout's fields."""

Key = tuple[str | None, str, str]
"""Code of the registration place (None: not known), volume, number."""


def reconcile_rows(
    book: SourceWorkbook,
    layout: SheetLayout,
    schemas: Schemas,
    books: Sequence[ReconcileBook],
    entries_of: EntriesOf,
    counts: ReconcileCounts,
    *,
    wanted: bool = False,
) -> Iterator[ReconcileDifference | RejectedCell]:
    """Yield all that is not the same on both sides, and every rejected cell.

    Args:
        book: The file.
        layout: Where its columns are.
        schemas: The declarations.
        books: The books of the registry that it may cover.
        entries_of: Returns the entries of books.
        counts: Filled on the way.
        wanted: People named the books, so entries of all of them are missing where the file has no row; else entries of
            books that hardly any row names are not missing.

    Raises:
        ReconcileError: The sheet is broken.
    """
    counts.ignored, counts.absent = layout.ignored, layout.absent
    with stage_rows(book, layout, schemas) as rows:
        matcher = _Matcher(rows, layout, books, entries_of, counts)
        for refusal in rows.refusals():
            counts.refused += 1
            yield refusal
        yield from matcher.differences(wanted=wanted)


class _Matcher:
    """One reconciliation. What the keys leave open is kept until all keys were tried."""

    def __init__(
        self,
        rows: StagedRows,
        layout: SheetLayout,
        books: Sequence[ReconcileBook],
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
        by_volume: defaultdict[str, list[ReconcileBook]] = defaultdict(list)
        for covered in coverage:
            if covered.compared or covered.rows:
                by_volume[_volume_key(covered.book, has_volumes=has_volumes)].append(covered.book)
        for volume in sorted({*by_volume, *(volume for volume, _, _ in named)}):
            yield from self._match_volume(volume, by_volume.get(volume, []))
        yield from self._rest(compared)

    # --- by key ---------------------------------------------------------------------------------------------------

    def _match_volume(self, volume: str, books: Sequence[ReconcileBook]) -> Iterator[ReconcileDifference]:
        """Match the rows and entries of one volume, place by place."""
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
        """Pair the most similar entries and rows of a key, where that leaves no doubt; the others wait."""
        scored = (
            [(1.0, 0, 0)]
            if len(ours) == len(theirs) == 1 and ours[0].texts == theirs[0].texts
            else sorted(
                (
                    (self._likeness.score(entry.texts, row.texts), at, of)
                    for at, entry in enumerate(ours)
                    for of, row in enumerate(theirs)
                ),
                key=lambda pair: (-pair[0], pair[1], pair[2]),
            )
        )
        used_ours: set[int] = set()
        used_theirs: set[int] = set()
        for score, at, of in scored if key[2] else ():
            if score >= SURE and at not in used_ours and of not in used_theirs:
                used_ours.add(at)
                used_theirs.add(of)
                self._taken.setdefault(key, theirs[of].row)
                yield from self._pair(ours[at], theirs[of])
        self._left += [(key, entry) for at, entry in enumerate(ours) if at not in used_ours]
        self._loose += [(key, row) for of, row in enumerate(theirs) if of not in used_theirs]

    # --- by likeness ----------------------------------------------------------------------------------------------

    def _rest(self, compared: set[int]) -> Iterator[ReconcileDifference]:
        """Match what no key settled.

        These are pairs by similarity, then dissimilar pairs of a key, duplicates, extra rows and missing
        entries.
        """
        gone_ours: set[int] = set()
        gone_theirs: set[int] = set()
        found = self._likeness.pairs(
            [(key, entry.texts) for key, entry in self._left], [(key, row.texts) for key, row in self._loose]
        )
        for at, of, score in found:
            gone_ours.add(at)
            gone_theirs.add(of)
            (key, entry), (other, row) = self._left[at], self._loose[of]
            if key == other:
                self._taken.setdefault(key, row.row)
                yield from self._pair(entry, row)
            else:
                self._counts.by_likeness += 1
                yield from self._pair(entry, row, score)
        by_key = {key: at for at, (key, _) in enumerate(self._left) if at not in gone_ours and key[2]}
        for of, (key, row) in enumerate(self._loose):
            if of not in gone_theirs and key in by_key:
                at = by_key.pop(key)
                gone_ours.add(at)
                gone_theirs.add(of)
                self._taken.setdefault(key, row.row)
                yield from self._pair(self._left[at][1], row)
        for of, (key, row) in enumerate(self._loose):
            if of not in gone_theirs:
                yield self._counted(self._without_entry(key, row))
        for at, (_, entry) in enumerate(self._left):
            if at not in gone_ours and entry.book_id in compared:
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
