"""Which entry of a book a row is about: by its number, else by the only page that both of them name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from pipeline.base.model import FieldStatus
from pipeline.base.text.tones import folded
from pipeline.declarations.schema import RecordSpec
from pipeline.delivery.workbook_import.imported_rows import ImportedRow
from pipeline.registry.books.model import BookRow
from pipeline.registry.entries.model import StoredEntry
from pipeline.values.kinds import KINDS

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
"""Why a row is about no entry, in words."""

MOST_PLACES = 10_000
"""Spellings of places that are kept with what they name; a file may have as many as it has rows."""

_FIGURES = re.compile(r"0*(\d{1,9})\s*(?:/\s*(\d{4}))?")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")


@dataclass(frozen=True, slots=True)
class KeyFields:
    """The fields by which an entry is told from others; ``""``: the record has none."""

    number: str
    registered_on: str
    page: str
    volume: str
    place: str

    @classmethod
    def of(cls, record: RecordSpec) -> KeyFields:
        """Return those of a record."""
        by_ledger = {spec.ledger: spec.name for spec in record.fields if spec.ledger}
        by_kind = {spec.kind: spec.name for spec in reversed(record.fields)}
        book = record.book
        return cls(
            number=book.number if book else by_kind.get("entry_number", ""),
            registered_on=book.registered_on if book else "",
            page=book.page if book else "",
            volume=by_ledger.get("volume", ""),
            place=by_ledger.get("place", ""),
        )


class BookFinder:
    """Tells which book a row is of, by its volume and its place of registration."""

    def __init__(self, books: Sequence[BookRow], keys: KeyFields) -> None:
        self._books, self._keys = books, keys
        self._names: dict[str, set[str]] = defaultdict(set)
        self._by_place: dict[str, list[BookRow]] = defaultdict(list)
        self._by_volume: dict[tuple[int, int], list[BookRow]] = defaultdict(list)
        self._by_both: dict[tuple[tuple[int, int], str], list[BookRow]] = defaultdict(list)
        self._codes_of: dict[str, frozenset[str]] = {}
        for one in books:
            volume = volume_of(one.volume)
            self._names[folded(one.place)].add(one.place_code)
            self._names[folded(one.place_code)].add(one.place_code)
            self._by_place[one.place_code].append(one)
            self._by_volume[volume].append(one)
            self._by_both[volume, one.place_code].append(one)

    def find(self, row: ImportedRow) -> int | str:
        """Return the id of the book, or why there is none."""
        found = self._found(row.texts.get(self._keys.volume, ""), row.texts.get(self._keys.place, ""))
        if len(found) == 1:
            return found[0].book_id
        return MANY_BOOKS if found else NO_BOOK

    def _found(self, volume: str, written: str) -> Sequence[BookRow]:
        place = folded(written)
        if not place:
            return self._by_volume.get(volume_of(volume), ()) if volume else self._books
        codes = self._codes_of.get(place)
        if codes is None:
            codes = self._codes(place)
            if len(self._codes_of) < MOST_PLACES:
                self._codes_of[place] = codes
        if not volume:
            return [one for code in codes for one in self._by_place[code]]
        of_volume = volume_of(volume)
        return [one for code in codes for one in self._by_both.get((of_volume, code), ())]

    def _codes(self, place: str) -> frozenset[str]:
        """Return the codes of the places that a text may name: the whole text, or the longest name in it."""
        words = f" {place.replace(',', ' ').replace('.', ' ')} "
        named = [name for name in self._names if name and (name == place or f" {name} " in words)]
        return frozenset(self._names[max(named, key=len)]) if named else frozenset()


def volume_of(text: str) -> tuple[int, int]:
    """Return number and year of a volume as figures; zeros where it names none."""
    found = _FIGURES.fullmatch(text.strip())
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def number_of(text: str, year: str) -> tuple[int, int] | None:
    """Return the number of an entry and its year, that of ``year`` where the number names none; None: no number."""
    found = _FIGURES.fullmatch(text.strip())
    if found is None:
        return None
    other = _YEAR.search(year)
    return int(found[1]), int(found[2] or (other[1] if other else 0))


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row with its entry, or why it has none; ``sure``: the number in force says so, not what the machine read."""

    row: ImportedRow
    entry: StoredEntry | None
    why: str = ""
    sure: bool = True


def match_rows(
    rows: Iterable[ImportedRow], entries: Sequence[StoredEntry], keys: KeyFields, volume: str
) -> Iterator[MatchedRow]:
    """Yield the rows of a book with the entries that they are about.

    An entry is known by its number in force; else by the number that the machine read and nobody has said otherwise;
    else by its page, where one row and one entry alone name it.

    Args:
        rows: The rows of the book.
        entries: Its entries.
        keys: The fields by which they are told apart.
        volume: The volume of the book.
    """
    held = list(rows)
    numbers = [number_of(one.texts.get(keys.number, ""), _year_of(one, keys, volume)) for one in held]
    often = Counter(number for number in numbers if number is not None)
    known = _by_number(entries, keys, volume)
    pages = _single_pages(held, entries, keys)
    used: set[int] = set()
    for row, number in zip(held, numbers, strict=True):
        entry = known.get(number) if number is not None else None
        if number is not None and often[number] > 1:
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
"""How alike two names must be to be the same one as somebody else wrote or read it, 0 to 1."""


def agrees_on_a_person(row: ImportedRow, entry: StoredEntry, record: RecordSpec) -> bool:
    """Return whether a name, date or personal number of a person is on the row as it was read on paper."""
    asked = {name: record.by_name[name] for person in record.people for name in person.field_names}
    for name, spec in asked.items():
        here, there = row.texts.get(name, ""), entry.values.get(name) or _read(entry, name)
        if not (here and there):
            continue
        if spec.kind == "name" and Levenshtein.normalized_similarity(folded(here), folded(there)) >= ALIKE:
            return True
        if spec.kind in ("date", "id_number"):
            parsed = KINDS[spec.kind].parse(here).canonical
            if len(parsed) > len("1990") and parsed == KINDS[spec.kind].parse(there).canonical:
                return True
    return False


def _year_of(row: ImportedRow, keys: KeyFields, volume: str) -> str:
    return row.texts.get(keys.registered_on, "") or row.texts.get(keys.volume, "") or volume


def _by_number(
    entries: Sequence[StoredEntry], keys: KeyFields, volume: str
) -> dict[tuple[int, int], StoredEntry]:
    """Return the entries by their numbers; a number that several have, or may have, is that of none."""
    sure: dict[tuple[int, int], list[StoredEntry]] = defaultdict(list)
    likely: dict[tuple[int, int], list[StoredEntry]] = defaultdict(list)
    for one in entries:
        in_force = one.values.get(keys.number)
        text = in_force or _read(one, keys.number)
        number = number_of(text, one.values.get(keys.registered_on) or volume) if text else None
        if number is not None:
            (sure if in_force else likely)[number].append(one)
    found = {number: several[0] for number, several in sure.items() if len(several) == 1}
    for number, several in likely.items():
        if len(several) == 1 and number not in sure:
            found[number] = several[0]
    return found


def _single_pages(
    rows: Sequence[ImportedRow], entries: Sequence[StoredEntry], keys: KeyFields
) -> dict[int, StoredEntry]:
    """Return the entries by the rows that alone name their page, of entries of which no number is known."""
    if not keys.page:
        return {}
    here: dict[str, list[StoredEntry]] = defaultdict(list)
    for one in entries:
        page = _figures(one.values.get(keys.page) or _read(one, keys.page))
        here[page].append(one)
    there: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        there[_figures(row.texts.get(keys.page, ""))].append(row.row)
    return {
        of_page[0]: here[page][0]
        for page, of_page in there.items()
        if page
        and len(of_page) == len(here.get(page, ())) == 1
        and not (here[page][0].values.get(keys.number) or _read(here[page][0], keys.number))
    }


def _figures(text: str) -> str:
    return KINDS["number"].parse(text).canonical.lstrip("0") if text else ""


def _read(entry: StoredEntry, field: str) -> str:
    """Return what the machine read of a field that nobody has decided; ``""``: nothing."""
    for one in entry.readings:
        if one.field == field and one.status is FieldStatus.READ:
            return one.canonical or one.text
    return ""
