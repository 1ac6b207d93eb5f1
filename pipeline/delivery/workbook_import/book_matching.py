"""The entry of each imported row: matched by its number, else by a page with a single row and a single entry."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from pipeline.base.model import FieldStatus
from pipeline.base.text.tones import folded
from pipeline.declarations.schema import RecordKey, RecordSpec
from pipeline.delivery.workbook_import.imported_rows import ImportedRow
from pipeline.registry.books.model import BookRow
from pipeline.registry.entries.model import StoredEntry
from pipeline.values.kinds import NUMBER

NO_BOOK, MANY_BOOKS, NO_NUMBER, NO_ENTRY, DOUBLE = "no-book", "many-books", "no-number", "no-entry", "double"
UNSURE = "unsure"

UNMATCHED: Mapping[str, str] = {
    NO_BOOK: "không có sổ nào của quyển và nơi đăng ký ấy, hay sổ của nơi khác",
    MANY_BOOKS: "nhiều sổ cùng quyển; hãy nêu sổ, hay thêm cột nơi đăng ký",
    NO_NUMBER: "không có số đăng ký",
    NO_ENTRY: "chưa có sự kiện ấy trên bản quét nào đã đọc",
    DOUBLE: "trùng với một dòng khác của tệp",
    UNSURE: (
        "chỉ ghép được bằng số hay trang mà máy đọc chưa chắc, và không họ tên, ngày sinh hay số giấy tờ nào giống bản "
        "quét; hãy quyết định số đăng ký trước, hoặc nhập để đối chiếu"
    ),
}
"""Reasons why a row has no entry, as sentences."""

MOST_PLACES = 10_000
"""Size of the cache of place names; a file may have as many names as rows."""

_FIGURES = re.compile(r"0*(\d{1,9})\s*(?:/\s*(\d{4}))?")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")


class BookFinder:
    """Finds the book of a row by volume and registration place."""

    def __init__(self, books: Sequence[BookRow], keys: RecordKey) -> None:
        self._books, self._keys = books, keys
        self._names: dict[str, set[str]] = defaultdict(set)
        self._by_place: dict[str, list[BookRow]] = defaultdict(list)
        self._by_volume: dict[tuple[int, int], list[BookRow]] = defaultdict(list)
        self._by_both: dict[tuple[tuple[int, int], str], list[BookRow]] = defaultdict(list)
        self._codes_of: dict[str, frozenset[str]] = {}
        for book in books:
            volume = volume_of(book.volume)
            self._names[folded(book.place)].add(book.place_code)
            self._names[folded(book.place_code)].add(book.place_code)
            self._by_place[book.place_code].append(book)
            self._by_volume[volume].append(book)
            self._by_both[volume, book.place_code].append(book)

    def find(self, row: ImportedRow) -> int | str:
        """Return the id of the book, or the reason why there is none."""
        books = self._candidates(row.texts.get(self._keys.volume, ""), row.texts.get(self._keys.place, ""))
        if len(books) == 1:
            return books[0].book_id
        return MANY_BOOKS if books else NO_BOOK

    def _candidates(self, volume: str, written: str) -> Sequence[BookRow]:
        place = folded(written)
        if not place:
            return self._by_volume.get(volume_of(volume), ()) if volume else self._books
        codes = self._codes_of.get(place)
        if codes is None:
            codes = self._codes(place)
            if len(self._codes_of) < MOST_PLACES:
                self._codes_of[place] = codes
        if not volume:
            return [book for code in codes for book in self._by_place[code]]
        of_volume = volume_of(volume)
        return [book for code in codes for book in self._by_both.get((of_volume, code), ())]

    def _codes(self, place: str) -> frozenset[str]:
        """Return the codes of the places named in a text: the whole text, or the longest name in it."""
        words = f" {place.replace(',', ' ').replace('.', ' ')} "
        named = [name for name in self._names if name and (name == place or f" {name} " in words)]
        return frozenset(self._names[max(named, key=len)]) if named else frozenset()


def volume_of(text: str) -> tuple[int, int]:
    """Return number and year of a volume; zeros if the text has none."""
    match = _FIGURES.fullmatch(text.strip())
    return (int(match[1]), int(match[2] or 0)) if match else (0, 0)


def number_of(text: str, year: str) -> tuple[int, int] | None:
    """Return number and year of an entry, with the year in ``year`` if the number has none; ``None``: no number."""
    match = _FIGURES.fullmatch(text.strip())
    if match is None:
        return None
    other = _YEAR.search(year)
    return int(match[1]), int(match[2] or (other[1] if other else 0))


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row with its entry, or the reason why it has none; ``sure``: matched by an effective value, not a reading."""

    row: ImportedRow
    entry: StoredEntry | None
    why: str = ""
    sure: bool = True


def match_rows(
    rows: Iterable[ImportedRow], entries: Sequence[StoredEntry], keys: RecordKey, volume: str
) -> Iterator[MatchedRow]:
    """Yield the rows of a book with their entries.

    An entry is matched by its effective number, else by the number read by the machine if no decision contradicts it,
    else by a page with a single row and a single entry.

    Args:
        keys: The key fields of the record.
    """
    rows_list = list(rows)
    numbers = [number_of(row.texts.get(keys.number, ""), _year_of(row, keys, volume)) for row in rows_list]
    frequencies = Counter(number for number in numbers if number is not None)
    known = _by_number(entries, keys, volume)
    pages = _single_pages(rows_list, entries, keys)
    used: set[int] = set()
    for row, number in zip(rows_list, numbers, strict=True):
        entry = known.get(number) if number is not None else None
        if number is not None and frequencies[number] > 1:
            yield MatchedRow(row, None, DOUBLE)
            continue
        entry = entry or pages.get(row.row)
        if entry is None or entry.entry_id in used:
            why = NO_NUMBER if number is None else NO_ENTRY
            yield MatchedRow(row, None, DOUBLE if entry is not None else why)
            continue
        used.add(entry.entry_id)
        yield MatchedRow(row, entry, sure=bool(entry.values.get(keys.number)))


ALIKE = 0.75
"""Least similarity of two spellings of the same name, 0 to 1."""


def agrees_on_a_person(row: ImportedRow, entry: StoredEntry, record: RecordSpec) -> bool:
    """Return whether a name, date or personal number of a person on the row agrees with the paper."""
    asked = {name: record.by_name[name] for person in record.people for name in person.field_names}
    for name, spec in asked.items():
        typed, on_paper = row.texts.get(name, ""), entry.values.get(name) or _read(entry, name)
        if not (typed and on_paper):
            continue
        if (
            spec.value_kind.is_name
            and Levenshtein.normalized_similarity(folded(typed), folded(on_paper)) >= ALIKE
        ):
            return True
        if spec.value_kind.is_date or (spec.value_kind.is_identifying and spec.value_kind.is_figures):
            parsed = spec.value_kind.parse(typed).canonical
            if len(parsed) > len("1990") and parsed == spec.value_kind.parse(on_paper).canonical:
                return True
    return False


def _year_of(row: ImportedRow, keys: RecordKey, volume: str) -> str:
    return row.texts.get(keys.registered_on, "") or row.texts.get(keys.volume, "") or volume


def _by_number(
    entries: Sequence[StoredEntry], keys: RecordKey, volume: str
) -> dict[tuple[int, int], StoredEntry]:
    """Return the entries by number, without numbers that several entries have or may have."""
    sure: dict[tuple[int, int], list[StoredEntry]] = defaultdict(list)
    likely: dict[tuple[int, int], list[StoredEntry]] = defaultdict(list)
    for entry in entries:
        in_force = entry.values.get(keys.number)
        text = in_force or _read(entry, keys.number)
        number = number_of(text, entry.values.get(keys.registered_on) or volume) if text else None
        if number is not None:
            (sure if in_force else likely)[number].append(entry)
    by_number = {number: several[0] for number, several in sure.items() if len(several) == 1}
    for number, several in likely.items():
        if len(several) == 1 and number not in sure:
            by_number[number] = several[0]
    return by_number


def _single_pages(
    rows: Sequence[ImportedRow], entries: Sequence[StoredEntry], keys: RecordKey
) -> dict[int, StoredEntry]:
    """Return entries without a number by the only row on their page."""
    if not keys.page:
        return {}
    entries_on: dict[str, list[StoredEntry]] = defaultdict(list)
    for entry in entries:
        page = _figures(entry.values.get(keys.page) or _read(entry, keys.page))
        entries_on[page].append(entry)
    rows_on: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        rows_on[_figures(row.texts.get(keys.page, ""))].append(row.row)
    return {
        of_page[0]: entries_on[page][0]
        for page, of_page in rows_on.items()
        if page
        and len(of_page) == len(entries_on.get(page, ())) == 1
        and not (entries_on[page][0].values.get(keys.number) or _read(entries_on[page][0], keys.number))
    }


def _figures(text: str) -> str:
    return NUMBER.parse(text).canonical.lstrip("0") if text else ""


def _read(entry: StoredEntry, field: str) -> str:
    """Return the machine's reading of an undecided field; ``""``: none."""
    for reading in entry.readings:
        if reading.field == field and reading.status is FieldStatus.READ:
            return reading.canonical or reading.text
    return ""
